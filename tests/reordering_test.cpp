// New numbers for nodes: by degree and by community, and the graph under them.
#include "weft/graph/reordering.hpp"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

using test::eight_communities;
using test::expect_throws;

TEST(DegreeOrder, PutsThoseReadMostFirst) {
  // 2 is read by 0, 1 and 3; 0 by 1; nobody reads 1 and 3.
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{2, 0}, {2, 1}, {2, 3}, {0, 1}});
  EXPECT_EQ(degree_order(graph), (std::vector<NodeId>{2, 0, 1, 3}));
}

/// The mean distance in the order between the ends of an edge.
double mean_edge_length(const CsrGraph& graph, const std::vector<NodeId>& order) {
  const std::vector<NodeId> place = inverse_order(order);
  double sum = 0.0;
  for (const Edge edge : edges_of(graph)) {
    sum += std::abs(static_cast<double>(place[edge.source]) - static_cast<double>(place[edge.destination]));
  }
  return sum / static_cast<double>(graph.num_edges());
}

TEST(CommunityOrder, PutsCommunitiesTogether) {
  const CsrGraph& graph = eight_communities().graph;
  std::vector<NodeId> as_given(2000);
  std::iota(as_given.begin(), as_given.end(), NodeId{0});
  const std::vector<NodeId> order = community_order(graph);
  EXPECT_EQ(inverse_order(inverse_order(order)), order);
  // 667 on average in a random order, about 83 within a community of 250.
  EXPECT_GT(mean_edge_length(graph, as_given), 600.0);
  EXPECT_LT(mean_edge_length(graph, order), 300.0);
  for (const int threads : {1, 4}) {
    with_threads(threads, [&] { EXPECT_EQ(community_order(graph), order); });
  }
}

TEST(CommunityOrder, KeepsTwoTrianglesApartAndObeysTheCap) {
  // Triangles 0 2 4 and 1 3 5, joined by 4 - 1. All have degree 2 but 4 and 1, which come first.
  const CsrGraph graph = CsrGraph::from_edges(
      6, std::vector<Edge>{{0, 2}, {2, 4}, {0, 4}, {1, 3}, {3, 5}, {1, 5}, {4, 1}}, {.symmetrize = true});
  const std::vector<NodeId> order = community_order(graph);
  const std::vector<NodeId> first(order.begin(), order.begin() + 3);
  EXPECT_TRUE(first == (std::vector<NodeId>{4, 0, 2}) || first == (std::vector<NodeId>{1, 3, 5}))
      << first[0] << " " << first[1] << " " << first[2];
  // A community of one node has no room for another: the order of the numbers is left.
  EXPECT_EQ(community_order(graph, {.max_community = 1}), (std::vector<NodeId>{0, 1, 2, 3, 4, 5}));
  expect_throws<ArgumentError>([&] { (void)community_order(graph, {.max_community = 0}); }, "max_community is 0");
}

TEST(InverseOrder, TurnsAPermutationRoundAndRefusesOthers) {
  EXPECT_EQ(inverse_order(std::vector<NodeId>{2, 0, 1}), (std::vector<NodeId>{1, 2, 0}));
  expect_throws<ArgumentError>([] { (void)inverse_order(std::vector<NodeId>{0, 2}); }, "entry 1 is 2");
  expect_throws<ArgumentError>([] { (void)inverse_order(std::vector<NodeId>{1, 1}); }, "node 1 is named twice");
}

TEST(Reordering, KeepsTheGraphUnderNewNumbers) {
  const CsrGraph& graph = eight_communities().graph;
  const std::vector<NodeId> order = degree_order(graph), place = inverse_order(order);
  const CsrGraph renumbered = induced_subgraph(graph, order);
  ASSERT_EQ(renumbered.num_edges(), graph.num_edges());
  for (const Edge edge : edges_of(graph)) {
    ASSERT_TRUE(renumbered.has_edge({place[edge.source], place[edge.destination]}));
  }
}

TEST(MostReadNodes, AreThoseOfTheLargestDegreesInTheirOrder) {
  // Node 2 is read by 0, 1 and 3; node 0 by 1 and 2; the others by one or none.
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{2, 0}, {2, 1}, {2, 3}, {0, 1}, {0, 2}, {3, 0}});
  EXPECT_EQ(most_read_nodes(graph, 2), (std::vector<NodeId>{0, 2}));
  EXPECT_EQ(most_read_nodes(graph, 10), (std::vector<NodeId>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace weft
