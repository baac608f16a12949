// New nodes beside an old graph, and what is read of it.
#include "weft/io/joined_nodes.hpp"

#include <algorithm>
#include <vector>

#include "tests/support.hpp"

namespace weft {
namespace {

/// 0 - 1 - 2 - 3 - 4, whose features are their numbers; the weight of edge u -> v is 10 u + v.
Dataset line() {
  Dataset data;
  data.name = "line";
  data.graph = CsrGraph::from_edges(5, std::vector<Edge>{{0, 1}, {1, 2}, {2, 3}, {3, 4}}, {.symmetrize = true});
  data.node_features = Tensor{{0}, {1}, {2}, {3}, {4}};
  Tensor weights(data.graph.num_edges(), 1);
  std::int64_t e = 0;
  for (const auto [source, destination] : edges_of(data.graph)) {
    weights(e++, 0) = static_cast<float>(10 * source + destination);
  }
  data.edge_features = std::move(weights);
  data.weight_column = 0;
  return data;
}

/// Node 1 of these is old node 3; the others are new, and all are joined to it.
Dataset three() {
  Dataset data;
  data.name = "three";
  data.graph = CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}, {2, 1}}, {.symmetrize = true});
  data.node_features = Tensor{{100}, {101}, {102}};
  data.edge_features = Tensor{{7}, {8}, {9}, {6}};
  data.weight_column = 0;
  return data;
}

TEST(JoinedNodes, ReadWhatTheNewOnesSeeAndKeepItsDegrees) {
  // Numbered behind the old ones in this order: node 2 is 5, node 0 is 6.
  const JoinedNodes joined = join_nodes(line(), three(), {.old_node = {-1, 3, -1}, .new_nodes = {2, 0}, .hops = 1});
  // Old node 3, the new ones, and two nodes that stand for its neighbors 2 and 4.
  ASSERT_EQ(joined.dataset.graph.num_nodes(), 5);
  EXPECT_EQ(joined.rows, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(joined.num_old_nodes, 1);
  EXPECT_EQ(joined.num_old_edges, 2);
  EXPECT_EQ(edges_of(joined.dataset.graph), (std::vector<Edge>{{1, 0}, {2, 0}, {3, 0}, {4, 0}, {0, 1}, {0, 2}}));
  test::expect_near(std::get<Tensor>(joined.dataset.node_features.in_memory()), Tensor{{3}, {102}, {100}, {0}, {0}});
  // Of node 3: from new node 2 and new node 0, then 2 -> 3 and 4 -> 3; last into the new ones.
  test::expect_near(std::get<Tensor>(joined.dataset.edge_features), Tensor{{9}, {8}, {23}, {43}, {6}, {7}});
  EXPECT_EQ(joined.dataset.weight_column, 0);
}

TEST(JoinedNodes, ReadAllWhereTheModelDoes) {
  const JoinedNodes joined = join_nodes(line(), three(), {.old_node = {-1, 3, -1}, .new_nodes = {2, 0}});
  EXPECT_EQ(joined.dataset.graph.num_nodes(), 7);
  EXPECT_EQ(joined.dataset.graph.num_edges(), 12);
  EXPECT_EQ(joined.rows, (std::vector<std::int64_t>{5, 6}));
  EXPECT_EQ(joined.num_old_edges, 8);
}

TEST(JoinedNodes, KeepTheOldOfTwoEqualEdges) {
  Dataset fresh = three();
  // Old 2 -> 3 comes again.
  const JoinedNodes joined = join_nodes(line(), fresh, {.old_node = {2, 3, -1}, .new_nodes = {2}});
  EXPECT_EQ(joined.num_repeats, 2);
  EXPECT_EQ(joined.dataset.graph.num_edges(), 10);
  const Tensor& weights = std::get<Tensor>(joined.dataset.edge_features);
  EXPECT_EQ(joined.dataset.graph.sources_of(3)[0], 2U);
  EXPECT_EQ(weights(joined.dataset.graph.offsets()[3], 0), 23.0F);
}

TEST(JoinedNodes, KeepAllNewEdgesBetweenTwoNodes) {
  Dataset fresh = three();
  // From new node 0 to old node 3 twice, as two relations are.
  fresh.graph = CsrGraph::from_rows(3, Buffer<EdgeId>::copy_of(std::vector<EdgeId>{0, 0, 2, 2}),
                                    Buffer<NodeId>::copy_of(std::vector<NodeId>{0, 0}));
  fresh.edge_features = Tensor{{7}, {8}};
  const JoinedNodes joined = join_nodes(line(), fresh, {.old_node = {-1, 3, -1}, .new_nodes = {2, 0}});
  EXPECT_EQ(joined.num_repeats, 0);
  const CsrGraph& graph = joined.dataset.graph;
  EXPECT_TRUE(std::ranges::equal(graph.sources_of(3), std::vector<NodeId>{2, 4, 6, 6}));
  const Tensor& weights = std::get<Tensor>(joined.dataset.edge_features);
  EXPECT_EQ(weights(graph.offsets()[3] + 2, 0), 7.0F);
  EXPECT_EQ(weights(graph.offsets()[3] + 3, 0), 8.0F);
}

TEST(JoinedNodes, RefuseFeaturesThatAreNotAlike) {
  Dataset fresh = three();
  fresh.node_features = Tensor{{1, 2}, {1, 2}, {1, 2}};
  const NodeJoin join{.old_node = {-1, 3, -1}, .new_nodes = {2, 0}, .hops = 1};
  test::expect_throws<ArgumentError>([&] { (void)join_nodes(line(), fresh, join); }, "line has 1 features and three 2");
  fresh = three();
  fresh.weight_column = -1;
  test::expect_throws<ArgumentError>([&] { (void)join_nodes(line(), fresh, join); }, "those of three have none");
  test::expect_throws<ArgumentError>(
      [&] {
        (void)join_nodes(line(), three(), {.old_node = {-1, 3, -1}, .new_nodes = {2}});
      },
      "node 0 of three is neither");
}

}  // namespace
}  // namespace weft
