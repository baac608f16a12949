// Kinds of graphs: planar, trees and lobsters.
#include "weft/generation/graph_validity.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/small_graphs.hpp"
#include "weft/graph/planarity.hpp"
#include "weft/io/dataset.hpp"

namespace weft {
namespace {

using test::complete_graph;
using test::cycle_graph;
using test::graph_of;
using test::path_graph;

TEST(GraphValidity, KnowsConnectedAndPlanarGraphs) {
  EXPECT_TRUE(is_connected(path_graph(5)));
  EXPECT_FALSE(is_connected(graph_of(5, {{0, 1}, {2, 3}})));
  EXPECT_FALSE(is_connected(CsrGraph()));
  EXPECT_TRUE(is_valid_graph(complete_graph(4), GraphKind::planar));
  EXPECT_FALSE(is_planar(complete_graph(5)));
  // Three houses and three wells.
  EXPECT_FALSE(is_planar(graph_of(6, {{0, 3}, {0, 4}, {0, 5}, {1, 3}, {1, 4}, {1, 5}, {2, 3}, {2, 4}, {2, 5}})));
  EXPECT_TRUE(is_planar(graph_of(5, {{0, 1}, {2, 3}})));
  EXPECT_FALSE(is_valid_graph(graph_of(5, {{0, 1}, {2, 3}}), GraphKind::planar));
  EXPECT_TRUE(is_valid_graph(complete_graph(5), GraphKind::any));
}

TEST(GraphValidity, KnowsTreesAndLobsters) {
  EXPECT_TRUE(is_tree(path_graph(7)));
  EXPECT_FALSE(is_tree(cycle_graph(7)));
  EXPECT_FALSE(is_tree(graph_of(6, {{0, 1}, {1, 2}, {2, 0}, {3, 4}, {4, 5}})));
  EXPECT_TRUE(is_lobster(path_graph(1)));
  EXPECT_TRUE(is_lobster(path_graph(9)));
  EXPECT_FALSE(is_lobster(cycle_graph(9)));
  // Three arms from one node: of length two they vanish, of length three they leave a claw.
  EXPECT_TRUE(is_lobster(graph_of(7, {{0, 1}, {1, 2}, {0, 3}, {3, 4}, {0, 5}, {5, 6}})));
  EXPECT_FALSE(is_lobster(graph_of(10, {{0, 1}, {1, 2}, {2, 3}, {0, 4}, {4, 5}, {5, 6}, {0, 7}, {7, 8}, {8, 9}})));
}

TEST(GraphValidity, NamesItsKinds) {
  EXPECT_EQ(graph_kind_of("sbm"), GraphKind::sbm);
  EXPECT_EQ(name_of(GraphKind::lobster), "lobster");
  EXPECT_FALSE(graph_kind_of("ladder").has_value());
}

TEST(Planarity, KnowsTheTwoSmallestGraphsThatAreNotPlanar) {
  std::vector<Edge> five, three;
  for (NodeId a = 0; a < 5; ++a) {
    for (NodeId b = 0; b < a; ++b) {
      five.push_back({a, b});
    }
  }
  for (NodeId a = 0; a < 3; ++a) {
    for (NodeId b = 3; b < 6; ++b) {
      three.push_back({a, b});
    }
  }
  EXPECT_FALSE(is_planar(5, five));
  EXPECT_FALSE(is_planar(6, three));
  five.pop_back();
  three.pop_back();
  EXPECT_TRUE(is_planar(5, five));
  EXPECT_TRUE(is_planar(6, three));
}

}  // namespace
}  // namespace weft
