// Whether two graphs are the same under other numbers.
#include "weft/generation/isomorphism.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/core/error.hpp"
#include "weft/graph/generators.hpp"

namespace weft {
namespace {

using test::cycle_graph;
using test::graph_of;
using test::random_simple_graph;
using test::renumbered;

TEST(Isomorphism, SeesThroughRenumbering) {
  const CsrGraph graph = random_simple_graph(40, 0.1, 5);
  EXPECT_TRUE(is_isomorphic(graph, renumbered(graph, 1).graph));
  EXPECT_TRUE(is_isomorphic(grid(6, 7), renumbered(grid(6, 7), 2).graph));
  EXPECT_TRUE(is_isomorphic(CsrGraph(), CsrGraph()));
}

TEST(Isomorphism, TellsApartWhatColorsDoNot) {
  const CsrGraph triangles = graph_of(6, {{0, 1}, {1, 2}, {2, 0}, {3, 4}, {4, 5}, {5, 3}});
  EXPECT_EQ(refined_colors(triangles).whole, refined_colors(cycle_graph(6)).whole);
  EXPECT_FALSE(is_isomorphic(triangles, cycle_graph(6)));
}

TEST(Isomorphism, PairsTheComponentsOffOneByOne) {
  // Triangles and hexagons, whose nodes all have the same color: searching through all ways to place the triangles
  // would take longer than the universe has existed.
  const auto rings = [](NodeId triangles, NodeId hexagons) {
    std::vector<Edge> edges;
    NodeId next = 0;
    for (NodeId ring = 0; ring < triangles + hexagons; ++ring) {
      const NodeId length = ring < triangles ? 3 : 6;
      for (NodeId i = 0; i < length; ++i) {
        edges.push_back({next + i, next + (i + 1) % length});
      }
      next += length;
    }
    return graph_of(next, edges);
  };
  EXPECT_TRUE(is_isomorphic(rings(18, 1), renumbered(rings(18, 1), 4).graph));
  EXPECT_FALSE(is_isomorphic(rings(18, 1), rings(16, 2)));
}

TEST(Isomorphism, TellsTreesApartByColorsAlone) {
  // Both have degrees 3, 2, 2, 1, 1, 1: the branch is in the middle of one and beside the end in the other.
  const CsrGraph middle = graph_of(6, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {2, 5}});
  const CsrGraph beside = graph_of(6, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {1, 5}});
  EXPECT_NE(refined_colors(middle).whole, refined_colors(beside).whole);
  EXPECT_FALSE(is_isomorphic(middle, beside));
}

TEST(Isomorphism, IsUndecidedWhereTheSearchIsNotOverInTime) {
  const CsrGraph ring = cycle_graph(40), turned = renumbered(ring, 3).graph;
  const GraphColors colors = refined_colors(ring), others = refined_colors(turned);
  EXPECT_EQ(compare_graphs(ring, colors, turned, others, 3), Isomorphism::undecided);
  EXPECT_EQ(compare_graphs(ring, colors, turned, others), Isomorphism::yes);
  // Colors alone tell these apart, however few steps there are.
  const CsrGraph path = test::path_graph(40);
  EXPECT_EQ(compare_graphs(ring, colors, path, refined_colors(path), 0), Isomorphism::no);
}

TEST(Isomorphism, IsDecidedOfGraphsWhoseNodesAllLookAlikeOrGivenUp) {
  // Strongly regular graphs of 16 nodes: the rook's graph, and Shrikhande's, which no colors tell from it.
  std::vector<Edge> rook, other;
  for (NodeId a = 0; a < 16; ++a) {
    for (NodeId b = 0; b < a; ++b) {
      const NodeId down = (a / 4 + 4 - b / 4) % 4, right = (a % 4 + 4 - b % 4) % 4;
      if (down == 0 || right == 0) {
        rook.push_back({a, b});
      }
      const bool is_step =
          (down == 0 && right % 2 == 1) || (right == 0 && down % 2 == 1) || (down == right && down % 2 == 1);
      if (is_step) {
        other.push_back({a, b});
      }
    }
  }
  const CsrGraph a = graph_of(16, rook), b = graph_of(16, other);
  ASSERT_EQ(refined_colors(a).whole, refined_colors(b).whole);
  EXPECT_FALSE(is_isomorphic(a, b));
  EXPECT_TRUE(is_isomorphic(b, renumbered(b, 5).graph));
}

TEST(Isomorphism, RefusesDirectedGraphs) {
  const CsrGraph directed = CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}});
  test::expect_throws<ArgumentError>([&] { (void)is_isomorphic(directed, directed); }, "is_isomorphic");
}

}  // namespace
}  // namespace weft
