// Orderings of the nodes of graphs that lie end to end, as MessageBlock::order keeps them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "weft/graph/message_block.hpp"

namespace weft {

/// The ordering called "natural", "bfs", "degree" or "rcm". Throws ArgumentError for any other name.
[[nodiscard]] NodeOrdering node_ordering_of(std::string_view name);

/// The nodes of each graph in that order, at the same places segments[g] .. segments[g + 1] that the graph owns.
/// Edges between two graphs are not followed.
[[nodiscard]] std::vector<NodeId> node_order(const CsrGraph& graph, std::span<const std::int64_t> segments,
                                             NodeOrdering ordering);

}  // namespace weft
