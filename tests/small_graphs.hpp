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

namespace weft::test {

/// 0 - 1 - 2, 3 alone.
inline CsrGraph path_and_loner() {
  return CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}}, {.symmetrize = true});
}

/// 0 -> 1, 2 -> 1, 1 -> 2, and 3 alone; edges in this order.
inline CsrGraph three_edges() {
  return CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {2, 1}, {1, 2}});
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

/// The same graph with other numbers for its nodes.
inline CsrGraph renumbered(const CsrGraph& graph, std::uint64_t seed) {
  std::vector<NodeId> name(static_cast<std::size_t>(graph.num_nodes()));
  std::iota(name.begin(), name.end(), NodeId{0});
  shuffle(std::span(name), Random(seed));
  std::vector<Edge> edges = edges_of(graph);
  for (Edge& edge : edges) {
    edge = {name[edge.source], name[edge.destination]};
  }
  return graph_of(graph.num_nodes(), edges);
}

}  // namespace weft::test
