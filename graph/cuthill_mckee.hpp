// The ordering of Cuthill and McKee, of graphs that lie end to end.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// See NodeOrdering::reverse_cuthill_mckee. Segments run from 0 to the number of nodes. Any graph will do: edges are
/// taken both ways, those between two segments and those of sources that are no rows are left out.
[[nodiscard]] std::vector<NodeId> reverse_cuthill_mckee_order(const CsrGraph& graph,
                                                              std::span<const std::int64_t> segments);

}  // namespace weft
