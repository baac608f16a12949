// Renumbering the nodes of a graph so that what is read together lies together: aggregation over a graph with
// communities is up to twice as fast. Every function returns a permutation: order[i] is the node that becomes number i.
// induced_subgraph(graph, order) is the graph so renumbered, and row i of anything computed there belongs to order[i].
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// Nodes that are read most first, of equal ones the lower first. O(n log n + m).
[[nodiscard]] std::vector<NodeId> degree_order(const CsrGraph& graph);

/// The first `count` of degree_order, or all nodes if there are fewer, ascending: those whose states are asked for
/// most.
[[nodiscard]] std::vector<NodeId> most_read_nodes(const CsrGraph& graph, std::int64_t count);

struct CommunityOrderOptions {
  /// No community grows beyond this many nodes: about what fits into a cache with its features.
  std::int64_t max_community = 4096;
  /// Passes over all nodes; ends earlier when none moves.
  std::int64_t max_rounds = 10;
};

/// Communities one after the other, the largest first, and the nodes that are read most first in each. Method:
/// size-capped label propagation: node by node, each joins the community of most of its neighbors that has room
/// (Raghavan, Albert, Kumara, "Near linear time algorithm to detect community structures", Phys. Rev. E 2007; the cap
/// is that of Ugander, Backstrom, "Balanced label propagation", WSDM 2013). A node sees the moves of those before it,
/// so the passes are sequential. Edges count in both directions. O(rounds (n + m)).
[[nodiscard]] std::vector<NodeId> community_order(const CsrGraph& graph, const CommunityOrderOptions& options = {});

/// inverse[order[i]] = i: the new number of every node. Throws ArgumentError, naming the first entry that breaks it, if
/// `order` is not a permutation.
[[nodiscard]] std::vector<NodeId> inverse_order(std::span<const NodeId> order);

}  // namespace weft
