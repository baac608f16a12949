// Small graphs that tests of several files read.
#pragma once

#include <cstdint>
#include <numeric>
#include <set>
#include <span>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/message_block.hpp"

namespace weft::test {

/// 0 - 1 - 2, 3 alone.
inline CsrGraph path_and_loner() {
  return CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}}, {.symmetrize = true});
}

/// 0 -> 1, 2 -> 1, 1 -> 2, and 3 alone; edges in this order.
inline CsrGraph three_edges() {
  return CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {2, 1}, {1, 2}});
}

/// A ring of twelve with a chord from each node.
inline CsrGraph ring_with_chords() {
  std::vector<Edge> edges;
  for (NodeId v = 0; v < 12; ++v) {
    edges.push_back({v, (v + 1) % 12});
    edges.push_back({v, (v * 5 + 2) % 12});
  }
  return CsrGraph::from_edges(12, edges, {.symmetrize = true, .self_loops = GraphOptions::SelfLoops::remove});
}

/// Two outputs that read three inputs: 0 reads 1 and 2, 1 reads 2.
inline MessageBlock sampled_block() {
  return MessageBlock(CsrGraph::from_rows(3, Buffer<EdgeId>::copy_of(std::vector<EdgeId>{0, 2, 3}),
                                          Buffer<NodeId>::copy_of(std::vector<NodeId>{1, 2, 2})));
}

inline std::set<Edge> as_set(const std::vector<Edge>& edges) {
  return {edges.begin(), edges.end()};
}

/// A molecule-like graph: a ring of `ring` nodes with a tail of `tail`.
inline CsrGraph ring_with_tail(std::int64_t ring, std::int64_t tail) {
  std::vector<Edge> edges;
  for (std::int64_t v = 0; v < ring; ++v) {
    edges.push_back({static_cast<NodeId>(v), static_cast<NodeId>((v + 1) % ring)});
  }
  for (std::int64_t v = ring; v < ring + tail; ++v) {
    edges.push_back({static_cast<NodeId>(v == ring ? 0 : v - 1), static_cast<NodeId>(v)});
  }
  return CsrGraph::from_edges(ring + tail, edges, {.symmetrize = true});
}

/// Of 40 nodes each.
inline CsrGraph three_communities() {
  return stochastic_block_model(
             {.num_nodes = 120, .num_communities = 3, .degree_inside = 8, .degree_outside = 2, .seed = 4})
      .graph;
}

/// Eight communities of 250 nodes in shuffled order.
inline const LabeledGraph& eight_communities() {
  static const LabeledGraph graph = stochastic_block_model(
      {.num_nodes = 2000, .num_communities = 8, .degree_inside = 16.0, .degree_outside = 1.0, .seed = 4});
  return graph;
}

/// Simple and undirected, as those below.
inline CsrGraph graph_of(std::int64_t n, const std::vector<Edge>& edges) {
  return CsrGraph::from_edges(n, edges, {.symmetrize = true, .self_loops = GraphOptions::SelfLoops::remove});
}

inline CsrGraph path_graph(NodeId n) {
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) {
    edges.push_back({v - 1, v});
  }
  return graph_of(n, edges);
}

inline CsrGraph cycle_graph(NodeId n) {
  std::vector<Edge> edges = edges_of(path_graph(n));
  edges.push_back({0, n - 1});
  return graph_of(n, edges);
}

inline CsrGraph complete_graph(NodeId n) {
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) {
    for (NodeId u = 0; u < v; ++u) {
      edges.push_back({u, v});
    }
  }
  return graph_of(n, edges);
}

inline CsrGraph random_simple_graph(NodeId n, double share, std::uint64_t seed) {
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) {
    for (NodeId u = 0; u < v; ++u) {
      if (Random(seed).uniform(std::uint64_t{v} * n + u) < share) {
        edges.push_back({u, v});
      }
    }
  }
  return graph_of(n, edges);
}

/// The graph with node v called order[v].
inline CsrGraph renamed(const CsrGraph& graph, const std::vector<NodeId>& order) {
  std::vector<Edge> edges;
  for (const Edge& edge : edges_of(graph)) {
    edges.push_back({order[edge.source], order[edge.destination]});
  }
  return CsrGraph::from_edges(graph.num_nodes(), edges);
}

/// The same graph with other numbers for its nodes: node i of it was node order[i].
struct Renumbered {
  CsrGraph graph;
  std::vector<std::int64_t> order;
};

inline Renumbered renumbered(const CsrGraph& graph, std::uint64_t seed) {
  std::vector<NodeId> order(static_cast<std::size_t>(graph.num_nodes()));
  std::iota(order.begin(), order.end(), NodeId{0});
  shuffle(std::span(order), Random(seed));
  return {induced_subgraph(graph, order), {order.begin(), order.end()}};
}

}  // namespace weft::test
