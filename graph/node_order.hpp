// Orderings of the nodes of graphs that lie end to end: for attention over windows and positions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// The nodes of each graph in breadth-first order, at the same places segments[g] .. segments[g + 1] that the graph
/// owns: neighbors come close together. Starts at the lowest node not yet reached and takes neighbors in the order of
/// their rows, so it depends on the numbering of the nodes. O(n + m).
[[nodiscard]] std::vector<NodeId> breadth_first_order(const CsrGraph& graph, std::span<const std::int64_t> segments);

}  // namespace weft
