// Some of many graphs that lie end to end in one, as a batch of their own: two copies of ranges, no search.
#pragma once

#include <cstdint>
#include <span>

#include "weft/graph/message_block.hpp"

namespace weft {

/// The graphs number `graphs` of a set, laid end to end in that order: graph g of the set owns the nodes
/// node_ptr[g] .. node_ptr[g + 1] of `graph`, and no edge leaves it. A graph may come twice. O(nodes + edges).
/// Throws ArgumentError if a number is no graph of the set, or an edge leaves its graph.
[[nodiscard]] MessageBlock block_of_graphs(const CsrGraph& graph, std::span<const std::int64_t> node_ptr,
                                           std::span<const std::int64_t> graphs);

}  // namespace weft
