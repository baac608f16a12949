// Graphs of generators' tests.
#pragma once

#include <algorithm>
#include <set>
#include <utility>

#include "weft/core/random.hpp"
#include "weft/graph/planarity.hpp"
#include "weft/molecules/typed_graph.hpp"

namespace weft::test {

/// One type, one label.
inline TypedGraph ring(std::int64_t n) {
  TypedGraph graph;
  for (std::int64_t i = 0; i < n; ++i) {
    graph.types.push_back(0);
    graph.edges.push_back({static_cast<NodeId>(i), static_cast<NodeId>((i + 1) % n), 1});
  }
  return graph;
}

/// Edges drawn one by one among n nodes of `types` types, with labels 1 .. labels.
inline TypedGraph random_graph(std::int64_t n, std::int64_t edges, std::int32_t types, std::int32_t labels,
                               const Random& random) {
  TypedGraph graph;
  for (std::int64_t i = 0; i < n; ++i) {
    graph.types.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(types), 1000 + i)));
  }
  std::set<std::pair<NodeId, NodeId>> seen;
  for (std::int64_t i = 0; i < edges && n > 1; ++i) {
    const auto a = static_cast<NodeId>(random.below(static_cast<std::uint64_t>(n), i, 1)),
               b = static_cast<NodeId>(random.below(static_cast<std::uint64_t>(n), i, 2));
    if (a != b && seen.insert({std::min(a, b), std::max(a, b)}).second) {
      graph.edges.push_back(
          {a, b, 1 + static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(labels), i, 3))});
    }
  }
  return graph;
}

inline bool is_plane(const TypedGraph& graph) {
  return is_planar(graph.num_nodes(), edges_of(csr_graph_of(graph)));
}

}  // namespace weft::test
