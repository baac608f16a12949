// Whether two graphs are the same up to the numbering of their nodes.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// What color refinement (Weisfeiler and Leman 1968) says of a graph: equal graphs have equal colors, whatever their
/// numbering, and most unequal ones do not.
struct GraphColors {
  /// One a node, refined until no more colors appear.
  std::vector<std::uint64_t> node;
  /// Of the whole graph.
  std::uint64_t whole = 0;
};

/// O((n + m) rounds), at most n rounds. The graph is symmetric; labels may be added in `start`, one a node.
[[nodiscard]] GraphColors refined_colors(const CsrGraph& graph, const std::vector<std::uint64_t>& start = {});

/// Exact: colors first, then, where these agree, the search of Cordella, Foggia, Sansone, Vento, "A (sub)graph
/// isomorphism algorithm for matching large graphs" (TPAMI 2004) from Boost.Graph, component by component and node to
/// node of the same color. Fast but for large graphs in which all nodes look alike. Throws ArgumentError unless both
/// are symmetric.
[[nodiscard]] bool is_isomorphic(const CsrGraph& a, const CsrGraph& b);

/// The same for graphs whose colors are known.
[[nodiscard]] bool is_isomorphic(const CsrGraph& a, const GraphColors& colors_a, const CsrGraph& b,
                                 const GraphColors& colors_b);

}  // namespace weft
