// PinSAGE: neighbors by importance to random walks instead of by edges (Ying et al., "Graph convolutional neural
// networks for web-scale recommender systems", KDD 2018, section 3.2).
#pragma once

#include <cstdint>

#include "weft/core/random.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/reusable.hpp"
#include "weft/samplers/sample.hpp"
#include "weft/samplers/seed_batches.hpp"

namespace weft {

struct PinsageSamplerOptions {
  std::int64_t num_hops = 2;
  /// Walks from each node, and their steps.
  std::int64_t num_walks = 10;
  std::int64_t walk_length = 2;
  /// Those of Node2vecOptions; both 1: uniform walks.
  double return_parameter = 1.0, in_out_parameter = 1.0;
  /// How many of the nodes visited most become neighbors.
  std::int64_t num_neighbors = 5;
  std::uint64_t seed = 0;
};

struct PinsageScratch;

/// The neighbors of a node are the nodes that its walks visit most, itself left out; of equally many visits the lower
/// node wins. Weights are the visits divided by those of all neighbors kept, so that the weighted sum over a row is the
/// paper's importance pooling. The edges of a block need not be edges of the graph: SampledBlock::edges stays empty.
/// O(num_walks walk_length) a node.
class PinsageSampler {
 public:
  PinsageSampler(CsrGraph graph, SeedBatches batches, const PinsageSamplerOptions& options = {});

  [[nodiscard]] std::int64_t num_batches() const { return batches_.num_batches(); }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const;

 private:
  CsrGraph graph_;
  SeedBatches batches_;
  PinsageSamplerOptions options_;
  Reusable<PinsageScratch> scratch_;
};

}  // namespace weft
