// Generated graphs: shapes by hand, degrees by expectation, the same graph on any number of threads.
#include "weft/graph/generators.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/graph_checks.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/statistics.hpp"

namespace weft {
namespace {

using test::expect_same_for_any_threads;
using test::expect_throws;
using test::ids;
using test::Ids;
using test::same_rows;

TEST(Grid, JoinsNeighborsAndATorusItsBorders) {
  // 0 1 2
  // 3 4 5
  const CsrGraph flat = grid(2, 3);
  EXPECT_EQ(flat.num_edges(), 2 * 7);
  EXPECT_EQ(ids(flat.sources_of(0)), (Ids{1, 3}));
  EXPECT_EQ(ids(flat.sources_of(4)), (Ids{1, 3, 5}));
  const CsrGraph torus = grid(2, 3, true);
  EXPECT_EQ(ids(torus.sources_of(0)), (Ids{1, 2, 3})) << "above and below are the same node";
  EXPECT_TRUE(is_symmetric(torus));
  EXPECT_EQ(grid(1, 1, true).num_edges(), 0);
  EXPECT_EQ(grid(0, 5).num_nodes(), 0);
  expect_throws<ArgumentError>([] { (void)grid(std::int64_t{1} << 40, std::int64_t{1} << 40); }, "expected at most");
  expect_throws<ArgumentError>([] { (void)grid(-1, 2); }, "-1 x 2");
}

TEST(Rmat, HasHubsAndNoLoopsForAnyNumberOfNodes) {
  const CsrGraph graph = rmat({.num_nodes = 1000, .num_edges = 20000, .seed = 3});
  const GraphStatistics statistics = statistics_of(graph);
  EXPECT_EQ(graph.num_nodes(), 1000);
  EXPECT_EQ(statistics.num_self_loops, 0);
  EXPECT_GT(graph.num_edges(), 10000);
  EXPECT_LT(graph.num_edges(), 20000) << "some of the edges drawn repeat";
  EXPECT_GT(static_cast<double>(statistics.max_in_degree), 8 * statistics.mean_in_degree);
  EXPECT_TRUE(is_symmetric(rmat({.num_nodes = 100, .num_edges = 300, .undirected = true})));
}

TEST(Rmat, FillsTheQuadrantsInTheirShares) {
  // 2^10 nodes, unshuffled; few repeats since the shares are close to even.
  const std::int64_t n = 1024;
  const CsrGraph graph =
      rmat({.num_nodes = n, .num_edges = 20000, .a = 0.3, .b = 0.4, .c = 0.1, .shuffle_nodes = false});
  double count[2][2] = {};
  for (const Edge& edge : edges_of(graph)) {
    count[edge.source >= n / 2][edge.destination >= n / 2] += 1.0 / static_cast<double>(graph.num_edges());
  }
  EXPECT_NEAR(count[0][0], 0.3, 0.02);
  EXPECT_NEAR(count[0][1], 0.4, 0.02);
  EXPECT_NEAR(count[1][0], 0.1, 0.02);
  EXPECT_NEAR(count[1][1], 0.2, 0.02);
}

TEST(Rmat, WithAllTheWeightInOneQuadrantDrawsOneCell) {
  const CsrGraph corner = rmat({.num_nodes = 5, .num_edges = 9, .a = 0, .b = 1, .c = 0, .shuffle_nodes = false});
  EXPECT_EQ(edges_of(corner), (std::vector<Edge>{{0, 4}}));
}

TEST(Rmat, RefusesSharesThatAreNoDistribution) {
  expect_throws<ArgumentError>([] { (void)rmat({.a = 0.6, .b = 0.3, .c = 0.3}); }, "sum of at most 1");
  expect_throws<ArgumentError>([] { (void)rmat({.num_nodes = 0, .num_edges = 1}); }, "without nodes");
}

TEST(BlockModel, HasTheDegreesAskedForInsideAndOutside) {
  const LabeledGraph model = stochastic_block_model(
      {.num_nodes = 20000, .num_communities = 4, .degree_inside = 12, .degree_outside = 4, .seed = 2});
  EXPECT_TRUE(is_symmetric(model.graph));
  EXPECT_EQ(statistics_of(model.graph).num_self_loops, 0);
  for (const std::int64_t community : {0, 1, 2, 3}) {
    EXPECT_EQ(std::ranges::count(model.label, community), 5000);
  }
  // 20000 nodes of degree 16: the mean degree's standard deviation is about sqrt(2 * 16 / 20000) = 0.04.
  EXPECT_NEAR(static_cast<double>(model.graph.num_edges()) / 20000.0, 16.0, 0.2);
  EXPECT_NEAR(edge_homophily(model.graph, model.label).value(), 0.75, 0.01);
  EXPECT_EQ(model.num_features, 0);
}

TEST(BlockModel, IsCompleteWhereTheProbabilityIsOneAndEmptyWhereItIsZero) {
  const LabeledGraph cliques = stochastic_block_model(
      {.num_nodes = 6, .num_communities = 2, .degree_inside = 2, .degree_outside = 0, .shuffle_nodes = false});
  EXPECT_EQ(cliques.label, (std::vector<std::int64_t>{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(ids(cliques.graph.sources()), (Ids{1, 2, 0, 2, 0, 1, 4, 5, 3, 5, 3, 4}));
  const LabeledGraph between = stochastic_block_model(
      {.num_nodes = 4, .num_communities = 2, .degree_inside = 0, .degree_outside = 2, .shuffle_nodes = false});
  EXPECT_EQ(ids(between.graph.sources()), (Ids{2, 3, 2, 3, 0, 1, 0, 1}));
}

TEST(BlockModel, RefusesMoreNeighborsThanThereAreNodes) {
  expect_throws<ArgumentError>([] { (void)stochastic_block_model({.num_nodes = 10, .degree_inside = 5}); },
                               "degree_inside is 5, expected 0 to the number of such nodes, 4");
  expect_throws<ArgumentError>([] { (void)stochastic_block_model({.num_nodes = 3, .num_communities = 4}); },
                               "num_communities is 4");
}

TEST(ContextualBlockModel, FeaturesSurroundOppositeMeans) {
  const std::int64_t n = 20000, width = 7;
  const LabeledGraph model = contextual_block_model(
      {.blocks = {.num_nodes = n, .degree_inside = 4, .degree_outside = 1}, .num_features = width, .signal = 2.0});
  ASSERT_EQ(model.features.size(), static_cast<std::size_t>(n * width));
  std::vector<double> mean[2] = {std::vector<double>(width), std::vector<double>(width)};
  double square = 0.0;
  for (std::int64_t v = 0; v < n; ++v) {
    for (std::int64_t j = 0; j < width; ++j) {
      const double x = static_cast<double>(model.features[static_cast<std::size_t>(v * width + j)]);
      mean[model.label[static_cast<std::size_t>(v)]][static_cast<std::size_t>(j)] += x / (0.5 * static_cast<double>(n));
      square += x * x / static_cast<double>(n);
    }
  }
  double length = 0.0;
  for (std::size_t j = 0; j < static_cast<std::size_t>(width); ++j) {
    EXPECT_NEAR(mean[0][j], -mean[1][j], 0.06);
    length += mean[0][j] * mean[0][j];
  }
  EXPECT_NEAR(std::sqrt(length), 2.0, 0.05);
  EXPECT_NEAR(square, 2.0 * 2.0 + static_cast<double>(width), 0.15) << "signal and unit noise in each direction";
}

TEST(Generators, AreTheSameForAnyNumberOfThreads) {
  expect_same_for_any_threads([] { return rmat({.num_nodes = 50000, .num_edges = 200000}); });
  expect_same_for_any_threads([] { return stochastic_block_model({.num_nodes = 30000}).graph; });
  expect_same_for_any_threads([] { return grid(200, 300, true); });
  const ContextualBlockModelOptions options = {.blocks = {.num_nodes = 10000}, .num_features = 9};
  LabeledGraph one, four;
  with_threads(1, [&] { one = contextual_block_model(options); });
  with_threads(4, [&] { four = contextual_block_model(options); });
  EXPECT_TRUE(std::ranges::equal(one.features, four.features));
  EXPECT_EQ(one.label, four.label);
}

TEST(Generators, DependOnTheirSeed) {
  EXPECT_FALSE(same_rows(rmat({.seed = 1}), rmat({.seed = 2})));
  EXPECT_FALSE(same_rows(stochastic_block_model({.seed = 1}).graph, stochastic_block_model({.seed = 2}).graph));
}

}  // namespace
}  // namespace weft
