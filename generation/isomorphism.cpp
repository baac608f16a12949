#include "weft/generation/isomorphism.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include <boost/graph/vf2_sub_graph_iso.hpp>

#include "weft/core/error.hpp"
#include "weft/core/random.hpp"
#include "weft/graph/boost_graph.hpp"
#include "weft/graph/statistics.hpp"

namespace weft {
namespace {

std::int64_t count_distinct(std::vector<std::uint64_t> values) {
  std::ranges::sort(values);
  return std::unique(values.begin(), values.end()) - values.begin();
}

/// A connected part of a graph.
struct Piece {
  CsrGraph graph;
  std::vector<std::uint64_t> colors;
  /// The colors in ascending order.
  std::vector<std::uint64_t> sorted;
};

std::vector<Piece> pieces_of(const CsrGraph& graph, const GraphColors& colors) {
  std::map<NodeId, std::vector<NodeId>> members;
  const Buffer<NodeId> smallest = weak_components(graph);
  for (std::size_t v = 0; v < colors.node.size(); ++v) {
    members[smallest[v]].push_back(static_cast<NodeId>(v));
  }
  std::vector<Piece> pieces;
  for (const auto& [first, nodes] : members) {
    Piece piece{.graph = members.size() == 1 ? graph : induced_subgraph(graph, nodes), .colors = {}, .sorted = {}};
    for (const NodeId v : nodes) {
      piece.colors.push_back(colors.node[v]);
    }
    piece.sorted = piece.colors;
    std::ranges::sort(piece.sorted);
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

/// By search, where the colors leave it open.
Isomorphism compare(const Piece& a, const Piece& b, std::int64_t most_steps) {
  if (a.graph.num_edges() != b.graph.num_edges() || a.sorted != b.sorted) {
    return Isomorphism::no;
  }
  const UndirectedView view_a = boost_view_undirected(a.graph);
  const UndirectedView view_b = boost_view_undirected(b.graph);
  std::vector<NodeId> order(a.colors.size());
  std::iota(order.begin(), order.end(), NodeId{0});
  // The rarest colors first, so that a wrong start ends soon.
  std::ranges::stable_sort(order, {}, [&](NodeId v) {
    const auto [first, last] = std::equal_range(a.sorted.begin(), a.sorted.end(), a.colors[v]);
    return last - first;
  });
  const auto stop = [](const auto&, const auto&) { return false; };
  std::int64_t steps = 0;
  // Behind the last step no two nodes are alike any more, so that the search ends where it stands.
  const auto same_color = [&](NodeId v, NodeId w) { return ++steps <= most_steps && a.colors[v] == b.colors[w]; };
  if (boost::vf2_graph_iso(view_a, view_b, stop, NodeIndexMap(), NodeIndexMap(), order, boost::always_equivalent(),
                           same_color)) {
    return Isomorphism::yes;
  }
  return steps > most_steps ? Isomorphism::undecided : Isomorphism::no;
}

}  // namespace

GraphColors refined_colors(const CsrGraph& graph, const std::vector<std::uint64_t>& start) {
  const auto n = static_cast<std::size_t>(graph.num_nodes());
  require(start.empty() || start.size() == n, "refined_colors: ", start.size(), " labels for ", n,
          " nodes, expected one a node or none");
  GraphColors colors;
  colors.node.assign(n, 1);
  for (std::size_t v = 0; v < start.size(); ++v) {
    colors.node[v] = mixed_bits(start[v] + 1);
  }
  std::int64_t num_colors = count_distinct(colors.node);
  std::uint64_t rounds = 0;
  std::vector<std::uint64_t> next(n);
  for (bool grows = n > 0; grows; ++rounds) {
    for (std::size_t v = 0; v < n; ++v) {
      std::uint64_t sum = 0;
      for (const NodeId u : graph.sources_of(static_cast<NodeId>(v))) {
        sum += mixed_bits(colors.node[u] ^ 0x9E3779B97F4A7C15);
      }
      next[v] = mixed_bits(colors.node[v] * 3 + mixed_bits(sum));
    }
    colors.node.swap(next);
    const std::int64_t now = count_distinct(colors.node);
    grows = now > num_colors;
    num_colors = now;
  }
  std::uint64_t sum = mixed_bits(n) + mixed_bits(rounds + (std::uint64_t{1} << 32));
  for (const std::uint64_t color : colors.node) {
    sum += mixed_bits(color);
  }
  colors.whole = mixed_bits(sum);
  return colors;
}

Isomorphism compare_graphs(const CsrGraph& a, const GraphColors& colors_a, const CsrGraph& b,
                           const GraphColors& colors_b, std::int64_t most_steps) {
  const auto require_colors = [](const CsrGraph& graph, const GraphColors& colors) {
    require(static_cast<std::int64_t>(colors.node.size()) == graph.num_nodes(), "compare_graphs: there are ",
            colors.node.size(), " colors for ", graph.num_nodes(), " nodes, expected one for each");
  };
  require_colors(a, colors_a);
  require_colors(b, colors_b);
  if (a.num_nodes() != b.num_nodes() || a.num_edges() != b.num_edges() || colors_a.whole != colors_b.whole) {
    return Isomorphism::no;
  }
  const std::vector<Piece> ours = pieces_of(a, colors_a);
  std::vector<Piece> theirs = pieces_of(b, colors_b);
  // Any partner will do: pieces that are equal to a third one are equal.
  for (const Piece& piece : ours) {
    bool is_undecided = false;
    const auto partner = std::ranges::find_if(theirs, [&](const Piece& other) {
      const Isomorphism found = compare(piece, other, most_steps);
      is_undecided = is_undecided || found == Isomorphism::undecided;
      return found == Isomorphism::yes;
    });
    if (partner == theirs.end()) {
      return is_undecided ? Isomorphism::undecided : Isomorphism::no;
    }
    theirs.erase(partner);
  }
  return theirs.empty() ? Isomorphism::yes : Isomorphism::no;
}

bool is_isomorphic(const CsrGraph& a, const CsrGraph& b) {
  require(is_symmetric(a) && is_symmetric(b), "is_isomorphic: an edge has no reverse, expected symmetric graphs");
  const Isomorphism found = compare_graphs(a, refined_colors(a), b, refined_colors(b));
  require(found != Isomorphism::undecided, "is_isomorphic: the search gave up after ", kIsomorphismSteps,
          " steps, expected graphs of ", a.num_nodes(), " nodes that look less alike");
  return found == Isomorphism::yes;
}

}  // namespace weft
