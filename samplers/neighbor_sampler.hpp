// Uniform neighbor sampling, hop by hop (Hamilton, Ying, Leskovec, "Inductive representation learning on large graphs",
// NeurIPS 2017, algorithm 2), and the full neighborhood.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/reusable.hpp"
#include "weft/samplers/sample.hpp"
#include "weft/samplers/seed_batches.hpp"

namespace weft {

/// Draws for every neighbor; the whole row.
inline constexpr std::int64_t kAllNeighbors = -1;

struct NeighborSamplerOptions {
  /// How many neighbors a node draws in each hop, from the seeds outward; kAllNeighbors: its whole row.
  std::vector<std::int64_t> fanouts = {15, 10, 5};
  /// Draws from the whole row each time. A block has an edge once; its weight is how often it was drawn.
  bool replace = false;
  /// Fills SampledBlock::edges.
  bool keep_edges = false;
  std::uint64_t seed = 0;
};

struct NeighborScratch;

/// Of a row longer than the fanout, every set of neighbors of this size is equally likely; a shorter row is read whole.
/// What a node draws is a function of (seed, epoch, batch, hop, node). O(fanout) a node, whatever its degree.
class NeighborSampler {
 public:
  /// Throws ArgumentError for a fanout below -1, for no fanout, for drawing all neighbors with replacement, or for
  /// seeds that are not nodes of the graph.
  NeighborSampler(CsrGraph graph, SeedBatches batches, NeighborSamplerOptions options = {});

  [[nodiscard]] std::int64_t num_batches() const { return batches_.num_batches(); }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const;
  /// For seeds (distinct) of the caller's choosing: a function of them and of `random`.
  [[nodiscard]] Sample sample_seeds(std::span<const NodeId> seeds, const Random& random) const;

 private:
  CsrGraph graph_;
  SeedBatches batches_;
  NeighborSamplerOptions options_;
  Reusable<NeighborScratch> scratch_;
};

}  // namespace weft
