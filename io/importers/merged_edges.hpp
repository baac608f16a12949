// Edges as a file lists them, brought with what belongs to them into the order of a graph. Private.
//
// Method: placed by row, each row sorted by (source, relation, place in the file), repeats then taken
// together in the order of the file. O(m log d), the same bits for every number of threads.
#pragma once

#include <cstdint>

#include "weft/core/buffer.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/io/importers/edge_text.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft {

struct MergedEdges {
  CsrGraph graph;
  /// One for each edge of the graph, or empty, as they are in the batch.
  Buffer<float> weights;
  Buffer<std::int64_t> times;
  Buffer<std::int32_t> relations;
  /// Of the edge whose values are kept, in the batch; empty unless the batch wants them.
  Buffer<std::uint32_t> places;
};

/// With `symmetrize` both directions of every edge; they have the same values. Edges of different relations are no
/// repeats of each other.
[[nodiscard]] MergedEdges merged_edges(std::int64_t num_nodes, const EdgeBatch& batch, bool symmetrize,
                                       MergeEdges merge);

}  // namespace weft
