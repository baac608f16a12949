// Neighbors drawn by weight.
#include "weft/samplers/weighted_neighbor_sampler.hpp"

#include <cmath>
#include <map>
#include <vector>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/samplers/seed_batches.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_pure;
using test::expect_throws;
using test::list;
using test::small_graph;

std::vector<float> some_weights(const CsrGraph& graph) {
  std::vector<float> weights(static_cast<std::size_t>(graph.num_edges()));
  for (std::size_t e = 0; e < weights.size(); ++e) {
    weights[e] = static_cast<float>(e % 7);
  }
  return weights;
}

TEST(WeightedNeighborSampler, IsAPureFunctionOfEpochAndIndex) {
  const CsrGraph& graph = small_graph();
  for (const bool replace : {false, true}) {
    expect_pure(WeightedNeighborSampler(graph, some_weights(graph), SeedBatches(all_nodes(graph), {.batch_size = 300}),
                                        {.fanouts = {6, 3}, .replace = replace, .keep_edges = true}),
                graph);
  }
}

TEST(WeightedNeighborSampler, DrawsInProportionToTheWeights) {
  // Neighbor u has weight u - 1: neighbor 1 is never drawn.
  const CsrGraph graph = test::star(11);
  std::vector<float> weights(11);
  std::iota(weights.begin(), weights.end(), 0.0F);
  for (const bool replace : {false, true}) {
    const WeightedNeighborSampler sampler(graph, weights, SeedBatches({0}), {.fanouts = {1}, .replace = replace});
    std::vector<double> counts(10), expected(10);
    for (std::int64_t epoch = 0; epoch < 55'000; ++epoch) {
      ++counts.at(sampler.sample(epoch, 0).inputs[1] - 2U);
    }
    for (std::size_t i = 0; i < 10; ++i) {
      expected[i] = 1000.0 * static_cast<double>(i + 1);
    }
    EXPECT_LT(test::chi_square(counts, expected), test::chi_square_limit(9)) << "replace " << replace;
  }
}

TEST(WeightedNeighborSampler, DrawsPairsOneAfterTheOther) {
  // Weights 1, 2, 7 and nine of 0: P({a, b}) = w_a / 10 * w_b / (10 - w_a) + w_b / 10 * w_a / (10 - w_b). Three edges
  // go by exponential keys at once; twelve by running sums first.
  const double p12 = 0.1 * 2 / 9 + 0.2 * 1 / 8, p13 = 0.1 * 7 / 9 + 0.7 * 1 / 3, p23 = 0.2 * 7 / 8 + 0.7 * 2 / 3;
  for (const NodeId degree : {3U, 12U}) {
    const CsrGraph graph = test::star(degree);
    std::vector<float> weights(degree, 0.0F);
    weights[0] = 1.0F;
    weights[1] = 2.0F;
    weights[2] = 7.0F;
    const WeightedNeighborSampler sampler(graph, weights, SeedBatches({0}), {.fanouts = {2}});
    std::vector<double> counts(3);
    for (std::int64_t epoch = 0; epoch < 20'000; ++epoch) {
      const Sample sample = sampler.sample(epoch, 0);
      ASSERT_EQ(sample.inputs.size(), 3U);
      ++counts.at(sample.inputs[1] + sample.inputs[2] - 3U);
    }
    const std::vector<double> expected = {2e4 * p12, 2e4 * p13, 2e4 * p23};
    EXPECT_LT(test::chi_square(counts, expected), test::chi_square_limit(2)) << "degree " << degree;
  }
}

TEST(WeightedNeighborSampler, NeverDrawsWeightsOfZeroAndRefusesBrokenOnes) {
  const CsrGraph graph = test::star(4);
  const WeightedNeighborSampler sampler(graph, std::vector<float>{0, 3, 0, 0}, SeedBatches({0}), {.fanouts = {-1}});
  EXPECT_EQ(list(sampler.sample(0, 0).inputs), (std::vector<NodeId>{0, 2}));
  const WeightedNeighborSampler nothing(graph, std::vector<float>{0, 0, 0, 0}, SeedBatches({0}), {.fanouts = {2}});
  EXPECT_EQ(list(nothing.sample(0, 0).inputs), (std::vector<NodeId>{0}));
  const auto make = [&](std::vector<float> weights) {
    return [=] { (void)WeightedNeighborSampler(graph, weights, SeedBatches({0})); };
  };
  expect_throws<ArgumentError>(make({1, 2, 3}), "there are 3 weights, expected one for each of 4");
  expect_throws<ArgumentError>(make({1, -2, 3, 4}), "the weight of edge number 1 is -2");
  expect_throws<ArgumentError>(make({1, 2, NAN, 4}), "the weight of edge number 2");
}

}  // namespace
}  // namespace weft
