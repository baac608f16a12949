// LABOR: layer-neighbor sampling (Balin, Catalyurek, "Layer-neighbor sampling: defusing neighborhood explosion in
// GNNs", NeurIPS 2023), in its form LABOR-0.
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

struct LaborSamplerOptions {
  /// How many neighbors a node draws on average in each hop, from the seeds outward; -1: its whole row.
  std::vector<std::int64_t> fanouts = {15, 10, 5};
  /// Fills SampledBlock::edges.
  bool keep_edges = false;
  std::uint64_t seed = 0;
};

struct NeighborScratch;

/// In every hop each node t gets one number r_t, uniform in [0, 1), for all rows; a row of degree d takes t if
/// r_t < min(1, fanout / d). Rows agree on their neighbors as far as they can, so that far fewer nodes are read than
/// with draws of their own, at the same variance. Weights are 1 / probability (Horvitz, Thompson): the weighted sum
/// over a row is an unbiased estimate of the sum over the whole row. O(degree) a node: r_t of all neighbors is looked
/// at.
class LaborSampler {
 public:
  LaborSampler(CsrGraph graph, SeedBatches batches, LaborSamplerOptions options = {});

  [[nodiscard]] std::int64_t num_batches() const { return batches_.num_batches(); }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const;
  [[nodiscard]] Sample sample_seeds(std::span<const NodeId> seeds, const Random& random) const;

 private:
  CsrGraph graph_;
  SeedBatches batches_;
  LaborSamplerOptions options_;
  Reusable<NeighborScratch> scratch_;
};

}  // namespace weft
