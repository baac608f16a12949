// Datasets whose nodes are put into another order.
#include <algorithm>
#include <vector>

#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/graph/generators.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/dataset_order.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::TemporaryFolder;

/// 1 -> 0, 2 -> 0, 3 -> 2 with numbers that tell where they were.
Dataset small() {
  Dataset data;
  data.name = "small";
  data.directed = true;
  data.num_classes = 4;
  data.graph = CsrGraph::from_edges(4, std::vector<Edge>{{1, 0}, {2, 0}, {3, 2}});
  data.edge_features = Tensor{{10}, {20}, {32}};
  data.edge_type = Buffer<std::int32_t>::copy_of(std::vector<std::int32_t>{1, 2, 3});
  data.edge_time = Buffer<std::int64_t>::copy_of(std::vector<std::int64_t>{-5, 1'700'000'001, 1'700'000'002});
  data.node_time = Buffer<std::int64_t>::copy_of(std::vector<std::int64_t>{0, 1, 2, 3});
  data.time_unit = "s";
  data.node_features = Tensor{{0}, {1}, {2}, {3}};
  data.node_labels = std::vector<std::int64_t>{0, 1, 2, 3};
  data.node_names = {"a", "b", "c", "d"};
  data.splits = {{.name = "s", .train = {0, 3}, .val = {1}, .test = {2}}};
  return data;
}

TEST(ReorderedDataset, MovesEverythingThatGoesByNodesAndEdges) {
  const Dataset data = small();
  // Node 0 was 2, node 1 was 0, node 2 was 3, node 3 was 1.
  const Dataset moved = reordered(data, std::vector<NodeId>{2, 0, 3, 1});
  EXPECT_EQ(edges_of(moved.graph), (std::vector<Edge>{{2, 0}, {0, 1}, {3, 1}}));
  const auto& edges = std::get<Tensor>(moved.edge_features);
  EXPECT_EQ((std::vector<float>{edges(0, 0), edges(1, 0), edges(2, 0)}), (std::vector<float>{32, 20, 10}));
  EXPECT_EQ((std::vector<std::int32_t>(moved.edge_type.begin(), moved.edge_type.end())),
            (std::vector<std::int32_t>{3, 2, 1}));
  EXPECT_EQ((std::vector<std::int64_t>(moved.edge_time.begin(), moved.edge_time.end())),
            (std::vector<std::int64_t>{1'700'000'002, 1'700'000'001, -5}));
  EXPECT_EQ((std::vector<std::int64_t>(moved.node_time.begin(), moved.node_time.end())),
            (std::vector<std::int64_t>{2, 0, 3, 1}));
  EXPECT_EQ(moved.time_unit, "s");
  const auto& x = std::get<Tensor>(moved.node_features.in_memory());
  EXPECT_EQ((std::vector<float>{x(0, 0), x(1, 0), x(2, 0), x(3, 0)}), (std::vector<float>{2, 0, 3, 1}));
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(moved.node_labels), (std::vector<std::int64_t>{2, 0, 3, 1}));
  EXPECT_EQ(moved.node_names, (std::vector<std::string>{"c", "a", "d", "b"}));
  EXPECT_EQ(moved.splits[0].train, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(moved.splits[0].val, (std::vector<std::int64_t>{3}));
  EXPECT_EQ(moved.splits[0].test, (std::vector<std::int64_t>{0}));
  EXPECT_EQ(moved.original_node, (std::vector<std::int64_t>{2, 0, 3, 1}));
}

TEST(ReorderedDataset, MovesTheLinksOfASplit) {
  Dataset data = small();
  data.splits[0].train_edges = {{1, 0}};
  data.splits[0].val_edges = {{2, 0}};
  data.splits[0].test_edges = {{3, 2}, {0, 3}};
  // Node 0 was 2, node 1 was 0, node 2 was 3, node 3 was 1.
  const Split moved = reordered(data, std::vector<NodeId>{2, 0, 3, 1}).splits[0];
  EXPECT_EQ(moved.train_edges, (std::vector<Edge>{{3, 1}}));
  EXPECT_EQ(moved.val_edges, (std::vector<Edge>{{0, 1}}));
  EXPECT_EQ(moved.test_edges, (std::vector<Edge>{{2, 0}, {1, 2}}));
}

TEST(ReorderedDataset, KeepsTheFirstOrderWhenItIsReorderedAgainAndInItsFile) {
  const TemporaryFolder folder;
  const Dataset once = reordered(small(), std::vector<NodeId>{2, 0, 3, 1});
  const Dataset twice = reordered(once, std::vector<NodeId>{3, 2, 1, 0});
  EXPECT_EQ(twice.original_node, (std::vector<std::int64_t>{1, 3, 0, 2}));
  write_dataset(twice, folder / "twice.h5");
  EXPECT_EQ(read_dataset(folder / "twice.h5").original_node, twice.original_node);
}

TEST(ReorderedDataset, RefusesWhatIsNoPermutation) {
  expect_throws<ArgumentError>([] { (void)reordered(small(), std::vector<NodeId>{0, 1, 2}); }, "the order has 3 nodes");
  EXPECT_THROW((void)reordered(small(), std::vector<NodeId>{0, 1, 2, 2}), ArgumentError);
  Dataset wrong = small();
  wrong.original_node = {0, 1, 1, 2};
  const TemporaryFolder folder;
  expect_throws<ArgumentError>([&] { write_dataset(wrong, folder / "wrong.h5"); },
                               "/node/original: is 1 at 2, expected every node from 0 to 3 once");
}

TEST(NodeOrders, AreFoundByNameAndArePermutations) {
  const CsrGraph graph = stochastic_block_model({.num_nodes = 200, .num_communities = 4, .seed = 1}).graph;
  for (const char* name : {"community", "rcm", "degree"}) {
    std::vector<NodeId> order = node_order_of(graph, name);
    std::ranges::sort(order);
    for (NodeId v = 0; v < 200; ++v) {
      ASSERT_EQ(order[v], v) << name;
    }
  }
  expect_throws<ArgumentError>([&] { (void)node_order_of(graph, "size"); }, "expected community, rcm or degree");
}

}  // namespace
}  // namespace weft
