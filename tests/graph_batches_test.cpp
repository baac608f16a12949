// Batches of whole graphs of even cost.
#include "weft/samplers/graph_batches.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_throws;

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
