// Partitions and orders of nodes.
#include "weft/graph/partition.hpp"

#include <cstdlib>
#include <numeric>

#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/reordering.hpp"

namespace weft {
namespace {

using test::expect_throws;

/// Eight communities of 250 nodes in shuffled order.
const LabeledGraph& communities() {
  static const LabeledGraph graph = stochastic_block_model(
      {.num_nodes = 2000, .num_communities = 8, .degree_inside = 16.0, .degree_outside = 1.0, .seed = 4});
  return graph;
}

std::vector<std::int64_t> sizes_of(const Partition& part_of, std::int64_t num_parts) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(num_parts));
  for (const std::int32_t part : part_of) {
    ++sizes.at(static_cast<std::size_t>(part));
  }
  return sizes;
}

TEST(BreadthFirstPartition, CutsAPathIntoRuns) {
  const CsrGraph path = grid(1, 7);
  EXPECT_EQ(breadth_first_partition(path, 3), (Partition{0, 0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(num_cut_edges(path, breadth_first_partition(path, 3)), 4);
  EXPECT_EQ(breadth_first_partition(CsrGraph::from_edges(2, {}), 5), (Partition{0, 1}));
  EXPECT_EQ(breadth_first_partition(CsrGraph::from_edges(0, {}), 5), Partition{});
}

TEST(BreadthFirstPartition, RefusesWrongArguments) {
  expect_throws<ArgumentError>([] { (void)breadth_first_partition(grid(2, 2), 0); }, "num_parts is 0");
  expect_throws<ArgumentError>([] { (void)num_cut_edges(grid(2, 2), {0, 1}); }, "there are 2 numbers of parts");
}

TEST(MetisPartition, CutsFewEdgesIntoEqualParts) {
  if (!has_metis()) {
    expect_throws<ArgumentError>([] { (void)metis_partition(grid(2, 2), 2); }, "built without METIS");
    ASSERT_EQ(std::getenv("CI"), nullptr) << "this build has no METIS";
    GTEST_SKIP() << "this build has no METIS";
  }
  const CsrGraph& graph = communities().graph;
  const Partition part_of = metis_partition(graph, 8);
  for (const std::int64_t size : sizes_of(part_of, 8)) {
    EXPECT_NEAR(static_cast<double>(size), 250.0, 25.0);
  }
  // 1 of 17 edges leaves its community; breadth-first chunks do not see communities.
  EXPECT_LT(num_cut_edges(graph, part_of), graph.num_edges() / 10);
  EXPECT_LT(num_cut_edges(graph, part_of), num_cut_edges(graph, breadth_first_partition(graph, 8)) / 2);
  EXPECT_EQ(metis_partition(graph, 8), part_of);
}

TEST(MetisPartition, TakesDirectedEdgesLoopsAndNoEdges) {
  if (!has_metis()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "this build has no METIS";
    GTEST_SKIP() << "this build has no METIS";
  }
  const CsrGraph directed = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {2, 3}, {2, 2}});
  const Partition part_of = metis_partition(directed, 2);
  EXPECT_EQ(num_cut_edges(directed, part_of), 0);
  EXPECT_EQ(sizes_of(part_of, 2), (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(metis_partition(directed, 1), (Partition{0, 0, 0, 0}));
  EXPECT_EQ(metis_partition(CsrGraph::from_edges(0, {}), 3), Partition{});
  EXPECT_EQ(metis_partition(CsrGraph::from_edges(6, {}), 3).size(), 6U);
  expect_throws<ArgumentError>([&] { (void)metis_partition(directed, 0); }, "num_parts is 0");
}

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
  const CsrGraph& graph = communities().graph;
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
  const CsrGraph& graph = communities().graph;
  const std::vector<NodeId> order = degree_order(graph), place = inverse_order(order);
  const CsrGraph renumbered = induced_subgraph(graph, order);
  ASSERT_EQ(renumbered.num_edges(), graph.num_edges());
  for (const Edge edge : edges_of(graph)) {
    ASSERT_TRUE(renumbered.has_edge({place[edge.source], place[edge.destination]}));
  }
}

}  // namespace
}  // namespace weft
