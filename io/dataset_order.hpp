// A dataset with its nodes in another order: what is read together lies together (graph/reordering.hpp).
#pragma once

#include <span>
#include <string_view>

#include "weft/core/types.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

/// Node i is what was order[i]; everything that goes by nodes or edges follows, and original_node says where each node
/// stood at first, also if the dataset was reordered before. Throws ArgumentError if `order` is not a permutation of
/// the nodes, or the dataset holds many graphs.
[[nodiscard]] Dataset reordered(const Dataset& dataset, std::span<const NodeId> order);

/// By name: community, rcm or degree. Throws ArgumentError for another.
[[nodiscard]] std::vector<NodeId> node_order_of(const CsrGraph& graph, std::string_view name);

}  // namespace weft
