// Orbits of graphlets: by hand, and against all sets of four nodes.
#include "weft/generation/graphlet_orbits.hpp"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/small_graphs.hpp"
#include "weft/generation/graph_validity.hpp"

namespace weft {
namespace {

using test::complete_graph;
using test::cycle_graph;
using test::graph_of;
using test::path_graph;
using test::random_simple_graph;

TEST(GraphletOrbits, CountsThePathOfFour) {
  const auto counts = graphlet_orbits(path_graph(4));
  // An end: one neighbor, end of one path of three, end of the path of four.
  EXPECT_EQ(counts[0], (OrbitCounts{1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(counts[1], (OrbitCounts{2, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(counts[2], counts[1]);
  EXPECT_EQ(counts[3], counts[0]);
}

TEST(GraphletOrbits, CountsClawSquareTailAndDiamond) {
  const auto claw = graphlet_orbits(graph_of(4, {{0, 1}, {0, 2}, {0, 3}}));
  EXPECT_EQ(claw[0], (OrbitCounts{3, 0, 3, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(claw[1], (OrbitCounts{1, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
  const auto square = graphlet_orbits(cycle_graph(4));
  EXPECT_EQ(square[2], (OrbitCounts{2, 2, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}));
  const auto tail = graphlet_orbits(graph_of(4, {{0, 1}, {1, 2}, {2, 0}, {2, 3}}));
  EXPECT_EQ(tail[3], (OrbitCounts{1, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(tail[0], (OrbitCounts{2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(tail[2], (OrbitCounts{3, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}));
  const auto diamond = graphlet_orbits(graph_of(4, {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {0, 2}}));
  EXPECT_EQ(diamond[1], (OrbitCounts{2, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(diamond[0], (OrbitCounts{3, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}));
}

TEST(GraphletOrbits, CountsEveryFourOfACompleteGraph) {
  // Node by node: C(5, 2) triangles and C(5, 3) complete graphs on four.
  for (const OrbitCounts& counts : graphlet_orbits(complete_graph(6))) {
    EXPECT_EQ(counts, (OrbitCounts{5, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10}));
  }
}

TEST(GraphletOrbits, AgreesWithAllSetsOfFourNodes) {
  const CsrGraph graph = random_simple_graph(14, 0.4, 3);
  const auto counts = graphlet_orbits(graph);
  std::int64_t connected = 0;
  for (NodeId a = 0; a < 14; ++a) {
    for (NodeId b = a + 1; b < 14; ++b) {
      for (NodeId c = b + 1; c < 14; ++c) {
        for (NodeId d = c + 1; d < 14; ++d) {
          connected += is_connected(induced_subgraph(graph, std::vector<NodeId>{a, b, c, d})) ? 1 : 0;
        }
      }
    }
  }
  std::int64_t places = 0;
  for (const OrbitCounts& row : counts) {
    places += std::accumulate(row.begin() + 4, row.end(), std::int64_t{0});
  }
  EXPECT_EQ(places, 4 * connected);
}

}  // namespace
}  // namespace weft
