// Whether a graph can be drawn in the plane without crossings.
#pragma once

#include <cstdint>
#include <span>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// Each undirected edge once or more, in either direction; loops do not matter. O(n + m): Boyer, Myrvold 2004, by
/// Boost.Graph. Throws ArgumentError if an edge names a node that is not below num_nodes.
[[nodiscard]] bool is_planar(std::int64_t num_nodes, std::span<const Edge> edges);
[[nodiscard]] inline bool is_planar(const CsrGraph& graph) {
  return is_planar(graph.num_nodes(), edges_of(graph));
}

}  // namespace weft
