// LADIES: layer-dependent importance sampling (Zou, Hu, Wang, Jiang, Sun, Gu, "Layer-dependent importance sampling for
// training deep and large graph convolutional networks", NeurIPS 2019).
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

struct LadiesSamplerOptions {
  /// How many nodes each hop draws for all its rows together, from the seeds outward; -1: all neighbors.
  std::vector<std::int64_t> layer_sizes = {512, 512};
  /// Fills SampledBlock::edges.
  bool keep_edges = false;
  std::uint64_t seed = 0;
};

struct LadiesScratch;

/// A hop draws nodes, with replacement, among the neighbors of its outputs: u with probability p_u proportional to the
/// sum of P_vu^2 over the outputs v, where P_vu = 1 / degree of v for every edge u -> v. Every output keeps its edges
/// from the nodes drawn. The weight of an edge from u, which was drawn c times of s, is c / (s p_u): the weighted sum
/// over a row is an unbiased estimate of the sum over the whole row. If there are no more than s neighbors all are
/// taken, with weight 1. Outputs stay inputs, whether drawn or not. O(sum of the degrees of the outputs).
class LadiesSampler {
 public:
  LadiesSampler(CsrGraph graph, SeedBatches batches, LadiesSamplerOptions options = {});

  [[nodiscard]] std::int64_t num_batches() const { return batches_.num_batches(); }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const;
  [[nodiscard]] Sample sample_seeds(std::span<const NodeId> seeds, const Random& random) const;

 private:
  CsrGraph graph_;
  SeedBatches batches_;
  LadiesSamplerOptions options_;
  Reusable<LadiesScratch> scratch_;
};

}  // namespace weft
