// Sparse patterns for attention: who reads whom, a linear number of edges, as graphs that dot_attention runs along.
// Graphs that lie end to end never see each other, and each has the pattern it would have alone: whatever is random
// depends on the seed and on places within the graph.
#pragma once

#include <cstdint>
#include <span>

#include "weft/core/random.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/layers/kernels/dot_attention.hpp"

namespace weft {

struct WindowPatternOptions {
  /// Nodes that each node reads around itself in the order, itself among them; at the ends of a graph the window moves
  /// inwards, and a graph of fewer nodes is one window. At least 1.
  std::int64_t window = 64;
  /// Nodes, first in the order of each graph, that read all nodes of it and that all read.
  std::int64_t global_nodes = 1;
  /// Nodes that each node reads beside those; distinct, uniform among the others, as many as there are.
  std::int64_t random_nodes = 0;
};

/// The pattern of Longformer (Beltagy, Peters, Cohan 2020, section 3.1) and, with random nodes, of BigBird (Zaheer et
/// al. 2020, section 2). Nodes are positions of an ordering: graph g owns segments[g] .. segments[g + 1]. O(n (window +
/// 2 global_nodes + random_nodes)) edges, or n^2 for a graph of n <= global_nodes nodes.
[[nodiscard]] CsrGraph window_pattern(std::span<const std::int64_t> segments, const WindowPatternOptions& options,
                                      const Random& random);

/// Random edges by which every node of a graph is a few steps from every other: the union of `cycles` random cycles
/// through all nodes of each graph that share no edge, so that every node reads exactly 2 cycles others; near the best
/// spectral gap with high probability (Friedman 2003). A graph of at most 2 cycles + 1 nodes is complete. In a graph of
/// few more nodes the search for another disjoint cycle may fail; then some nodes read fewer. No self-loops, symmetric.
[[nodiscard]] CsrGraph expander_graph(std::span<const std::int64_t> segments, std::int64_t cycles,
                                      const Random& random);

struct ExphormerOptions {
  /// Cycles of the expander.
  std::int64_t cycles = 3;
  /// Additional inputs of each graph that all its nodes read.
  std::int64_t virtual_nodes = 4;
};

/// Types of an Exphormer pattern; an edge that is there for several reasons has the first of their types.
enum class ExphormerEdge : std::uint8_t { self, graph, expander, virtual_node };
inline constexpr std::int64_t kExphormerEdgeTypes = 4;

struct TypedPattern {
  /// Outputs are the nodes; inputs are the nodes, then the virtual nodes of graph 0, of graph 1, ...
  MessageBlock block;
  std::shared_ptr<const Buffer<std::uint8_t>> types;
};

/// The pattern of Exphormer (Shirzad et al. 2023, section 3): the edges of the graph, self-loops, an expander and
/// virtual nodes. m + n (2 cycles + virtual_nodes + 1) edges at most. Throws ArgumentError if the graph has more
/// sources than nodes.
[[nodiscard]] TypedPattern exphormer_pattern(const MessageBlock& graph, const ExphormerOptions& options,
                                             const Random& random);

}  // namespace weft
