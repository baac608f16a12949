// Neighbor sampling with a fanout for each type of edge: in a graph of several relations, none is drowned by another.
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

struct TypedNeighborSamplerOptions {
  /// fanouts[hop][type], from the seeds outward; -1: all edges of the type, 0: none.
  std::vector<std::vector<std::int64_t>> fanouts;
  std::uint64_t seed = 0;
};

struct NeighborScratch;
template <class Key>
class RowOrder;

/// Uniform without replacement among the edges of each type; SampledBlock::edges is always filled, as layers look the
/// types up there. O(types log degree + fanout) a node, 6 bytes an edge.
class TypedNeighborSampler {
 public:
  /// edge_types: [num_edges], in the order of the graph's arrays. Throws ArgumentError if a hop has not one fanout for
  /// each type, or an edge has a type without fanout.
  TypedNeighborSampler(CsrGraph graph, std::span<const std::uint16_t> edge_types, SeedBatches batches,
                       TypedNeighborSamplerOptions options);

  [[nodiscard]] std::int64_t num_batches() const { return batches_.num_batches(); }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const;

 private:
  CsrGraph graph_;
  SeedBatches batches_;
  TypedNeighborSamplerOptions options_;
  std::shared_ptr<const RowOrder<std::uint16_t>> by_type_;
  Reusable<NeighborScratch> scratch_;
};

}  // namespace weft
