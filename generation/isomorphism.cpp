#include "weft/generation/isomorphism.hpp"

#include <algorithm>

#include <boost/graph/vf2_sub_graph_iso.hpp>

#include "weft/core/error.hpp"
#include "weft/core/random.hpp"
#include "weft/graph/boost_graph.hpp"

namespace weft {
namespace {

std::int64_t count_distinct(std::vector<std::uint64_t> values) {
  std::ranges::sort(values);
  return std::ranges::unique(values).begin() - values.begin();
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

bool is_isomorphic(const CsrGraph& a, const GraphColors& colors_a, const CsrGraph& b, const GraphColors& colors_b) {
  if (a.num_nodes() != b.num_nodes() || a.num_edges() != b.num_edges() || colors_a.whole != colors_b.whole) {
    return false;
  }
  if (a.num_nodes() == 0) {
    return true;
  }
  const UndirectedView view_a = boost_view_undirected(a);
  const UndirectedView view_b = boost_view_undirected(b);
  // The rarest colors first, so that a wrong start ends soon.
  std::vector<std::uint64_t> sorted = colors_a.node;
  std::ranges::sort(sorted);
  std::vector<NodeId> order(static_cast<std::size_t>(a.num_nodes()));
  for (std::size_t v = 0; v < order.size(); ++v) {
    order[v] = static_cast<NodeId>(v);
  }
  std::ranges::stable_sort(order, {}, [&](NodeId v) {
    const auto range = std::ranges::equal_range(sorted, colors_a.node[v]);
    return range.size();
  });
  const auto found = [](const auto&, const auto&) { return false; };
  const auto same_color = [&](NodeId v, NodeId w) { return colors_a.node[v] == colors_b.node[w]; };
  return boost::vf2_graph_iso(view_a, view_b, found, NodeIndexMap(), NodeIndexMap(), order, boost::always_equivalent(),
                              same_color);
}

bool is_isomorphic(const CsrGraph& a, const CsrGraph& b) {
  require(is_symmetric(a) && is_symmetric(b), "is_isomorphic: an edge has no reverse, expected symmetric graphs");
  return is_isomorphic(a, refined_colors(a), b, refined_colors(b));
}

}  // namespace weft
