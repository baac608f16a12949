// Figures of graphs that are known by hand.
#include "weft/graph/statistics.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "tests/graph_checks.hpp"
#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::Ids;
using test::ids;

TEST(Statistics, DescribeAGraphThatFitsOnALine) {
  // 0 -> 1, 2 -> 1, 1 -> 1; 3 -> 4; 5 alone with a loop; 6 alone.
  const CsrGraph graph = CsrGraph::from_edges(7, std::vector<Edge>{{0, 1}, {2, 1}, {1, 1}, {3, 4}, {5, 5}});
  const GraphStatistics statistics = statistics_of(graph);
  EXPECT_EQ(statistics.min_in_degree, 0);
  EXPECT_DOUBLE_EQ(statistics.mean_in_degree, 5.0 / 7.0);
  EXPECT_EQ(statistics.median_in_degree, 0.0);
  EXPECT_EQ(statistics.max_in_degree, 3);
  EXPECT_EQ(statistics.num_isolated, 1);
  EXPECT_EQ(statistics.num_self_loops, 2);
  EXPECT_EQ(statistics.num_components, 4);
  EXPECT_EQ(statistics.largest_component, 3);
  EXPECT_FALSE(statistics.is_symmetric);
  const Buffer<NodeId> component = weak_components(graph);
  EXPECT_EQ(ids(component), (Ids{0, 0, 0, 3, 3, 5, 6}));
}

TEST(Statistics, TakeTheMeanOfTheTwoDegreesInTheMiddle) {
  // In-degrees 0, 1, 2, 3.
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}});
  EXPECT_EQ(statistics_of(graph).median_in_degree, 1.5);
  EXPECT_EQ(statistics_of(CsrGraph()).num_components, 0);
}

TEST(Statistics, ComponentsAreFoundAlongALongPathInAnyOrder) {
  std::vector<NodeId> order(5000);
  std::iota(order.begin(), order.end(), NodeId{0});
  shuffle(std::span<NodeId>(order), Random(1));
  std::vector<Edge> edges;
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    edges.push_back({order[i], order[i + 1]});
  }
  EXPECT_EQ(statistics_of(CsrGraph::from_edges(5001, edges)).num_components, 2);
}

TEST(Statistics, HomophilySkipsUnlabeledEnds) {
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}, {2, 0}, {3, 0}, {0, 3}});
  EXPECT_DOUBLE_EQ(edge_homophily(graph, std::vector<std::int64_t>{0, 0, 1, -1}).value(), 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(edge_homophily(graph, std::vector<std::int64_t>{2, 2, 2, 2}).value(), 1.0);
  EXPECT_FALSE(edge_homophily(graph, std::vector<std::int64_t>{-1, -1, -1, -1}).has_value());
  expect_throws<ArgumentError>([&] { (void)edge_homophily(graph, std::vector<std::int64_t>{0}); }, "1 labels for 4");
}

TEST(Statistics, AdjustedHomophilyIsZeroByChance) {
  // 0 - 0, 1 - 1 and 0 - 1, each in both directions: classes have half of the ends each, two edges of three agree.
  const CsrGraph graph =
      CsrGraph::from_edges(5, std::vector<Edge>{{0, 1}, {1, 0}, {2, 3}, {3, 2}, {1, 2}, {2, 1}, {4, 0}, {0, 4}});
  const auto found = adjusted_homophily(graph, std::vector<std::int64_t>{0, 0, 1, 1, -1}, 2).value();
  EXPECT_EQ(found.num_edges, 6);
  EXPECT_NEAR(found.value, (2.0 / 3.0 - 0.5) / 0.5, 1e-12);
  // A ring of 0 1 0 1: never.
  const CsrGraph ring =
      CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}, {2, 3}, {3, 0}, {1, 0}, {2, 1}, {3, 2}, {0, 3}});
  EXPECT_NEAR(adjusted_homophily(ring, std::vector<std::int64_t>{0, 1, 0, 1}, 2).value().value, -1.0, 1e-12);
  EXPECT_FALSE(adjusted_homophily(ring, std::vector<std::int64_t>{1, 1, 1, 1}, 2).has_value());
  EXPECT_FALSE(adjusted_homophily(ring, std::vector<std::int64_t>{-1, 1, -1, 1}, 2).has_value());
  expect_throws<ArgumentError>(
      [&] {
        (void)adjusted_homophily(ring, std::vector<std::int64_t>{0, 1, 0, 2}, 2);
      },
      "node 3 has the label 2, there are 2 classes");
}

}  // namespace
}  // namespace weft
