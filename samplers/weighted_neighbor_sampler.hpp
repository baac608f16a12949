// Neighbor sampling in proportion to edge weights.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "weft/core/buffer.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/neighbor_sampler.hpp"
#include "weft/samplers/reusable.hpp"
#include "weft/samplers/sample.hpp"
#include "weft/samplers/seed_batches.hpp"

namespace weft {

/// With replacement each draw takes an edge with probability weight / sum of the row's weights. Without, draws follow
/// each other, each among the edges not yet taken. An edge of weight 0 is never drawn. The weights of a sample are as
/// those of NeighborSampler: how often an edge was drawn (with replacement), or empty.
///
/// Method: binary search in running sums of each row (8 bytes an edge), O(fanout log degree) a node; without
/// replacement repeats are rejected, and where rejections pile up, or the row is short, the rest is drawn by
/// exponential keys: the smallest of -log(u) / weight (Efraimidis, Spirakis, "Weighted random sampling with a
/// reservoir", IPL 2006), O(degree). Both draw from the same distribution.
class WeightedNeighborSampler {
 public:
  /// edge_weights: [num_edges], in the order of the graph's arrays. Throws ArgumentError if one is negative or not
  /// finite.
  WeightedNeighborSampler(CsrGraph graph, std::span<const float> edge_weights, SeedBatches batches,
                          NeighborSamplerOptions options = {});

  [[nodiscard]] std::int64_t num_batches() const { return batches_.num_batches(); }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const;
  [[nodiscard]] Sample sample_seeds(std::span<const NodeId> seeds, const Random& random) const;

 private:
  CsrGraph graph_;
  SeedBatches batches_;
  NeighborSamplerOptions options_;
  /// Over each row on its own.
  std::shared_ptr<const Buffer<double>> running_sums_;
  Reusable<NeighborScratch> scratch_;
};

}  // namespace weft
