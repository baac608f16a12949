// ShaDow: a subgraph of its own for every seed (Zeng et al., "Decoupling the depth and scope of graph neural networks",
// NeurIPS 2021, the k-hop extractor of section 3.3).
#pragma once

#include <cstdint>
#include <vector>

#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/reusable.hpp"
#include "weft/samplers/sample.hpp"
#include "weft/samplers/seed_batches.hpp"

namespace weft {

struct ShadowSamplerOptions {
  /// How many neighbors a node draws when the subgraph grows by a hop; -1: its whole row.
  std::vector<std::int64_t> fanouts = {10, 10};
  /// Fills SampledBlock::edges.
  bool keep_edges = false;
  std::uint64_t seed = 0;
};

struct ShadowScratch;

/// Each node met draws neighbors once, in the hop after it was met; the seed's graph has all edges among the nodes met.
/// The sample is these graphs laid end to end, one segment a seed, nodes ascending in each, so that any number of
/// layers stays within a seed's own graph.
class ShadowSampler {
 public:
  ShadowSampler(CsrGraph graph, SeedBatches batches, ShadowSamplerOptions options = {});

  [[nodiscard]] std::int64_t num_batches() const { return batches_.num_batches(); }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const;

 private:
  CsrGraph graph_;
  SeedBatches batches_;
  ShadowSamplerOptions options_;
  Reusable<ShadowScratch> scratch_;
};

}  // namespace weft
