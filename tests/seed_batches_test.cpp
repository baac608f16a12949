// The seeds of an epoch, batch by batch, and batches of whole graphs of even cost.
#include "weft/samplers/seed_batches.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/samplers/graph_batches.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::list;

TEST(SeedBatches, NameEveryNodeOnceAnEpochInAnotherOrder) {
  const SeedBatches batches({10, 20, 30, 40, 50, 60, 70}, {.batch_size = 3, .seed = 1});
  ASSERT_EQ(batches.num_batches(), 3);
  std::vector<std::vector<NodeId>> orders;
  for (std::int64_t epoch = 0; epoch < 4; ++epoch) {
    std::vector<NodeId> order;
    for (std::int64_t i = 0; i < 3; ++i) {
      const Buffer<NodeId> batch = batches.batch(epoch, i);
      EXPECT_EQ(batch.size(), i == 2 ? 1U : 3U);
      order.insert(order.end(), batch.begin(), batch.end());
    }
    orders.push_back(order);
    std::ranges::sort(order);
    EXPECT_EQ(order, (std::vector<NodeId>{10, 20, 30, 40, 50, 60, 70}));
  }
  EXPECT_GE(std::set<std::vector<NodeId>>(orders.begin(), orders.end()).size(), 3U);
}

TEST(SeedBatches, KeepTheOrderAndDropTheRestWhenAsked) {
  const SeedBatches batches({4, 2, 9, 7, 1}, {.batch_size = 2, .shuffle = false, .drop_last = true});
  ASSERT_EQ(batches.num_batches(), 2);
  EXPECT_EQ(list(batches.batch(5, 0)), (std::vector<NodeId>{4, 2}));
  EXPECT_EQ(list(batches.batch(5, 1)), (std::vector<NodeId>{9, 7}));
}

TEST(SeedBatches, OfNoNodesAreNone) {
  const SeedBatches batches({});
  EXPECT_EQ(batches.num_batches(), 0);
  expect_throws<ArgumentError>([&] { (void)batches.batch(0, 0); }, "batch 0 was asked for");
}

TEST(SeedBatches, RefuseWrongArguments) {
  expect_throws<ArgumentError>([] { SeedBatches({1, 2, 1}); }, "node 1 is named twice");
  expect_throws<ArgumentError>([] { SeedBatches({1}, {.batch_size = 0}); }, "batch_size is 0");
  const SeedBatches batches({1, 2, 3}, {.batch_size = 2});
  expect_throws<ArgumentError>([&] { (void)batches.batch(0, 2); }, "expected 0 to 1");
  expect_throws<ArgumentError>([&] { (void)batches.batch(-1, 0); }, "epoch is -1");
}

TEST(GraphBatches, CutWhereTheCostIsEven) {
  // Costs and one for each graph: 3 2 2 3 | 5 5 | 10, ten each.
  const std::vector<std::int64_t> costs = {2, 1, 1, 2, 4, 4, 9};
  const GraphEpoch epoch = even_batches({10, 11, 12, 13, 14, 15, 16}, costs, 3);
  EXPECT_EQ(epoch.starts, (std::vector<std::int64_t>{0, 4, 6, 7}));
  EXPECT_TRUE(std::ranges::equal(epoch.batch(1), std::vector<std::int64_t>{14, 15}));
  expect_throws<ArgumentError>([&] { (void)even_batches({1}, costs, 3); }, "1 graphs and 7 costs");
}

TEST(GraphBatches, NeverHoldNothingEvenWhereOneGraphOutweighsAllOthers) {
  const std::vector<std::int64_t> costs = {1, 1, 1000, 1, 1};
  const GraphEpoch epoch = even_batches({0, 1, 2, 3, 4}, costs, 1);
  for (std::int64_t k = 0; k < epoch.num_batches(); ++k) {
    EXPECT_FALSE(epoch.batch(k).empty());
  }
  EXPECT_EQ(epoch.starts.back(), 5);
}

TEST(GraphBatches, HoldEveryGraphOnceInEveryEpochInAnotherOrder) {
  std::vector<std::int64_t> graphs(500), costs(500);
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    graphs[i] = static_cast<std::int64_t>(1000 + i);
    costs[i] = static_cast<std::int64_t>(20 + i % 30);
  }
  const GraphBatches batches(graphs, costs, 50, Random(3));
  const GraphEpoch first = batches.epoch(0), second = batches.epoch(1);
  EXPECT_EQ(first.graphs, batches.epoch(0).graphs);
  EXPECT_NE(first.graphs, second.graphs);
  std::vector<std::int64_t> sorted = second.graphs;
  std::ranges::sort(sorted);
  EXPECT_EQ(sorted, graphs);
  ASSERT_EQ(first.num_batches(), 10);
  std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = 0;
  for (std::int64_t k = 0; k < first.num_batches(); ++k) {
    std::int64_t cost = 0;
    for (const std::int64_t g : first.batch(k)) {
      cost += costs[static_cast<std::size_t>(g - 1000)] + 1;
    }
    least = std::min(least, cost);
    most = std::max(most, cost);
  }
  EXPECT_LE(most - least, 2 * 50) << "a batch is within one graph of its share";
}

}  // namespace
}  // namespace weft
