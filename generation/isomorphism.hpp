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

/// What a search that may not go on for ever finds.
enum class Isomorphism { no, yes, undecided };

/// Pairs of nodes that a search looks at before it gives up, which takes about a second. Graphs whose colors tell nodes
/// apart take a few hundred; large ones in which all nodes look alike may take more than there is time.
inline constexpr std::int64_t kIsomorphismSteps = 1 << 22;

/// Whether two symmetric graphs, whose colors are given, are the same. Exact unless undecided: colors first, then,
/// where these agree, the search of Cordella, Foggia, Sansone, Vento, "A (sub)graph isomorphism algorithm for matching
/// large graphs" (TPAMI 2004) from Boost.Graph, component by component and node to node of the same color, `most_steps`
/// for each two components.
[[nodiscard]] Isomorphism compare_graphs(const CsrGraph& a, const GraphColors& colors_a, const CsrGraph& b,
                                         const GraphColors& colors_b, std::int64_t most_steps = kIsomorphismSteps);

/// The same as a yes or no. Throws ArgumentError unless both are symmetric, or if the search gave up.
[[nodiscard]] bool is_isomorphic(const CsrGraph& a, const CsrGraph& b);

}  // namespace weft
