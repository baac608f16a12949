// CsrGraph::from_rows without its checks, for code that makes a block in every step of training and whose rows ascend
// by construction. Not installed: a caller outside the library has its rows checked.
#pragma once

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// Takes over arrays that keep every promise of CsrGraph::from_rows, in O(1). `has_repeats` may only be false where no
/// row has a source twice, or where nothing is sampled from the graph, as from a block. A debug build checks the rest.
[[nodiscard]] CsrGraph from_ascending_rows(std::int64_t num_sources, Buffer<EdgeId> offsets, Buffer<NodeId> sources,
                                           bool has_repeats = false);

}  // namespace weft
