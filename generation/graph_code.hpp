// A graph as a sequence of tokens and back: the order in which a depth-first search finds its nodes and closes its
// rings. In an undirected graph every edge that such a search does not walk leads to an ancestor, so a ring is
// described by its length alone. A graph of m edges whose search tree has f leaves takes m + f + 1 tokens (for each
// component; the end counts once), and leaps if it is large; every beginning of a code is the code of an induced
// subgraph.
//
//   grow(b, t)   a new child of the current node, by an edge of label b, of type t; it is the current node from here.
//                With label 0: the first node of a component.
//   close(b, l)  an edge of label b from the current node to the ancestor l - 1 levels up: a ring of l nodes. Directly
//                behind a grow or another close, with rising l >= 3.
//   climb(k)     the k-th ancestor is the current node; a grow must follow.
//   leap(j)      the next close or climb leads further up than kNearLevels: into the j-th stretch of kStretch levels
//                above that of the current node (stretches are counted from the root); close(b, 3 + i) and climb(1 + i)
//                then lead to its i-th level. So the number of tokens hardly grows with the size of the graphs.
//   end          the graph is complete.
//
// Kin: GraphRNN (You et al. 2018), STGG (Ahn et al. 2022), SENT (Chen et al. 2025); the ring token is ours.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/molecules/typed_graph.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Ancestors further up take a leap.
inline constexpr std::int32_t kNearLevels = 255;
inline constexpr std::int32_t kStretch = 64;

struct Token {
  enum class Kind : std::uint8_t { grow, close, climb, leap, end };
  Kind kind = Kind::end;
  /// Of grow and close.
  std::int32_t label = 0;
  /// The type of grow, the length of close, the levels of climb, the stretches of leap.
  std::int32_t value = 0;

  [[nodiscard]] static Token grow(std::int32_t label, std::int32_t type) { return {Kind::grow, label, type}; }
  [[nodiscard]] static Token close(std::int32_t label, std::int32_t length) { return {Kind::close, label, length}; }
  [[nodiscard]] static Token climb(std::int32_t levels) { return {Kind::climb, 0, levels}; }
  [[nodiscard]] static Token leap(std::int32_t stretches) { return {Kind::leap, 0, stretches}; }
  [[nodiscard]] static Token end() { return {}; }

  friend auto operator<=>(const Token&, const Token&) = default;
};

struct GraphCode {
  std::vector<Token> tokens;
  /// order[i]: the node of the graph that the i-th grow stands for.
  std::vector<NodeId> order;
};

/// Which neighbor the search goes to: any that it has not seen; or, of those, any with the most neighbors that it has
/// seen. The second winds closely around what is there: graphs with short cycles are written with fewer climbs and
/// shorter rings, which lead to nodes nearby. A code does not tell which it was.
enum class Walk : std::uint8_t { random, compact };

/// The code of a search whose roots and order of neighbors are drawn from `random`: a pure function of all three.
/// O(n + m), compact: O(n + sum of squared degrees). Throws ArgumentError if the graph has no nodes, loops or repeated
/// edges.
[[nodiscard]] GraphCode encode(const TypedGraph& graph, const Random& random, Walk walk = Walk::random);

/// The graph of a code, with or without its end, its nodes in the order of their grows. Throws ArgumentError naming
/// the first token that cannot stand where it does.
[[nodiscard]] TypedGraph decode(std::span<const Token> tokens);

}  // namespace weft
#pragma GCC visibility pop
