#include "weft/molecules/typed_graph.hpp"

#include <algorithm>
#include <numeric>

#include "weft/core/error.hpp"

namespace weft {
namespace {

void require_ends(const char* operation, const TypedGraph& graph) {
  for (const TypedEdge& edge : graph.edges) {
    require(edge.a < graph.types.size() && edge.b < graph.types.size(), operation, ": the edge ", edge.a, " - ", edge.b,
            " leaves the ", graph.types.size(), " nodes");
  }
}

}  // namespace

TypedNeighbors::TypedNeighbors(const TypedGraph& graph)
    : first_(graph.types.size() + 1, 0), neighbors_(2 * graph.edges.size()) {
  for (const TypedEdge& edge : graph.edges) {
    require(edge.a < graph.types.size() && edge.b < graph.types.size() && edge.a != edge.b, "typed graph: the edge ",
            edge.a, " - ", edge.b, " is a loop or leaves the ", graph.types.size(), " nodes");
    ++first_[edge.a + std::size_t{1}];
    ++first_[edge.b + std::size_t{1}];
  }
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for (const TypedEdge& edge : graph.edges) {
    neighbors_[next[edge.a]++] = {edge.b, edge.label};
    neighbors_[next[edge.b]++] = {edge.a, edge.label};
  }
  for (std::size_t v = 0; v + 1 < first_.size(); ++v) {
    const auto begin = neighbors_.begin() + static_cast<std::ptrdiff_t>(first_[v]),
               end = neighbors_.begin() + static_cast<std::ptrdiff_t>(first_[v + 1]);
    std::sort(begin, end, [](const Neighbor& x, const Neighbor& y) { return x.node < y.node; });
    const auto twice =
        std::adjacent_find(begin, end, [](const Neighbor& x, const Neighbor& y) { return x.node == y.node; });
    require(twice == end, "typed graph: the edge ", v, " - ", twice == end ? 0 : twice->node, " is there twice");
  }
}

TypedGraph plain_graph(const CsrGraph& graph) {
  require(is_symmetric(graph), "plain_graph: an edge has no reverse, expected an undirected graph");
  TypedGraph result;
  result.types.assign(static_cast<std::size_t>(graph.num_nodes()), 0);
  for (const Edge& edge : edges_of(graph)) {
    require(edge.source != edge.destination, "plain_graph: node ", edge.source,
            " has an edge to itself, expected a graph without loops");
    if (edge.source < edge.destination) {
      result.edges.push_back({edge.source, edge.destination, 1});
    }
  }
  return result;
}

CsrGraph csr_graph_of(const TypedGraph& graph) {
  std::vector<Edge> edges;
  edges.reserve(graph.edges.size());
  for (const TypedEdge& edge : graph.edges) {
    edges.push_back({edge.a, edge.b});
  }
  return CsrGraph::from_edges(graph.num_nodes(), edges, {.symmetrize = true});
}

bool maps_onto(const TypedGraph& a, const TypedGraph& b, std::span<const NodeId> order) {
  const std::size_t n = a.types.size();
  if (b.types.size() != n || order.size() != n || a.edges.size() != b.edges.size()) {
    return false;
  }
  std::vector<bool> taken(n, false);
  for (std::size_t i = 0; i < n; ++i) {
    if (order[i] >= n || taken[order[i]] || b.types[order[i]] != a.types[i]) {
      return false;
    }
    taken[order[i]] = true;
  }
  const auto sorted = [](std::vector<TypedEdge> edges) {
    for (TypedEdge& edge : edges) {
      edge = {std::min(edge.a, edge.b), std::max(edge.a, edge.b), edge.label};
    }
    std::ranges::sort(edges, {}, [](const TypedEdge& e) { return std::pair(e.a, e.b); });
    return edges;
  };
  require_ends("maps_onto", a);
  std::vector<TypedEdge> mapped = a.edges;
  for (TypedEdge& edge : mapped) {
    edge = {order[edge.a], order[edge.b], edge.label};
  }
  return sorted(std::move(mapped)) == sorted(b.edges);
}

std::int64_t num_components(const TypedGraph& graph) {
  require_ends("num_components", graph);
  std::vector<NodeId> leader(graph.types.size());
  std::iota(leader.begin(), leader.end(), NodeId{0});
  const auto find = [&](NodeId v) {
    while (leader[v] != v) {
      leader[v] = leader[leader[v]];
      v = leader[v];
    }
    return v;
  };
  std::int64_t count = graph.num_nodes();
  for (const TypedEdge& edge : graph.edges) {
    const NodeId a = find(edge.a), b = find(edge.b);
    count -= a == b ? 0 : 1;
    leader[std::max(a, b)] = std::min(a, b);
  }
  return count;
}

}  // namespace weft
