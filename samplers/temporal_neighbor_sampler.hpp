// Neighbor sampling in a graph whose edges have times: nothing that happened after a seed's time reaches the seed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/reusable.hpp"
#include "weft/samplers/sample.hpp"
#include "weft/samplers/seed_batches.hpp"

namespace weft {

struct TemporalNeighborSamplerOptions {
  /// From the seeds outward; -1: all edges that are old enough.
  std::vector<std::int64_t> fanouts = {15, 10};
  /// Takes the latest edges that are old enough instead of drawing among them.
  bool most_recent = false;
  /// Fills SampledBlock::edges.
  bool keep_edges = false;
  std::uint64_t seed = 0;
};

struct NeighborScratch;
template <class Key>
class RowOrder;

/// Every edge of a seed's tree, in all hops, has a time of at most the seed's. Seeds of different times may not share
/// what they know of a node, so each has copies of its own: a node that several seeds reach is an input several times.
/// O(log degree + fanout) a node, 12 bytes an edge.
class TemporalNeighborSampler {
 public:
  /// edge_times: [num_edges], in the order of the graph's arrays; seed_times: one for each of batches.nodes().
  TemporalNeighborSampler(CsrGraph graph, std::span<const std::int64_t> edge_times, SeedBatches batches,
                          std::vector<std::int64_t> seed_times, TemporalNeighborSamplerOptions options = {});

  [[nodiscard]] std::int64_t num_batches() const { return batches_.num_batches(); }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const;
  /// For seeds of the caller's choosing; a node may be there several times, as one event each.
  [[nodiscard]] Sample sample_seeds(std::span<const NodeId> seeds, std::span<const std::int64_t> times,
                                    const Random& random) const;

 private:
  CsrGraph graph_;
  SeedBatches batches_;
  std::vector<std::int64_t> seed_times_;
  TemporalNeighborSamplerOptions options_;
  std::shared_ptr<const RowOrder<std::int64_t>> by_time_;
  Reusable<NeighborScratch> scratch_;
};

}  // namespace weft
