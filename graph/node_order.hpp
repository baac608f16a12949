// Orderings of the nodes of graphs that lie end to end: for attention over windows, positions and scans.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "weft/graph/csr_graph.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// All depend on how nodes are numbered, the last three only where they break ties.
enum class NodeOrdering {
  /// As they are numbered: the order of a path, a text, the pixels of an image.
  natural,
  /// Neighbors come close together. Starts at the lowest node not yet reached and takes neighbors in the order of their
  /// rows. O(n + m)
  breadth_first,
  /// From few sources to many, equal ones by number: hubs come last and have seen the others. O(n log n)
  degree,
  /// A breadth-first order from one end of each component, turned round, that keeps the two ends of every edge close
  /// (Cuthill, McKee 1969; George 1971). Edges are taken both ways. O(n + m log degree)
  reverse_cuthill_mckee,
};

inline constexpr int kNumNodeOrderings = 4;

/// The ordering called "natural", "bfs", "degree" or "rcm". Throws ArgumentError for any other name.
[[nodiscard]] NodeOrdering node_ordering_of(std::string_view name);

/// The nodes of each graph in that order, at the same places segments[g] .. segments[g + 1] that the graph owns.
/// Edges between two graphs are not followed.
[[nodiscard]] std::vector<NodeId> node_order(const CsrGraph& graph, std::span<const std::int64_t> segments,
                                             NodeOrdering ordering);

}  // namespace weft
#pragma GCC visibility pop
