// GraphSAINT: losses and aggregates without bias, by each of its ways to draw.
#include "weft/samplers/saint_sampler.hpp"

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/samplers/saint_probabilities.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_induced;
using test::expect_pure;
using test::expect_throws;
using test::small_undirected_graph;

class SaintSamplerTest : public testing::TestWithParam<SaintMethod> {};

TEST_P(SaintSamplerTest, IsAPureFunctionOfEpochAndIndex) {
  const CsrGraph& graph = small_undirected_graph();
  const SaintSampler sampler(graph, all_nodes(graph),
                             {.method = GetParam(), .budget = 60, .num_batches = 4, .keep_edges = true});
  expect_pure(sampler, graph);
  const Sample sample = sampler.sample(0, 0);
  expect_induced(sample, graph);
  EXPECT_TRUE(sample.is_subgraph);
  EXPECT_EQ(sample.seed_weights.size(), sample.seeds.size());
}

TEST_P(SaintSamplerTest, EstimatesLossesAndAggregatesWithoutBias) {
  // Walk probabilities are counted: many trials keep their error well below the standard error of the test.
  const CsrGraph graph = rmat({.num_nodes = 60, .num_edges = 150, .undirected = true, .seed = 8});
  const std::vector<double> x = test::values_of(graph);
  const bool counted = GetParam() == SaintMethod::walk;
  const SaintSampler sampler(graph, all_nodes(graph),
                             {.method = GetParam(), .budget = 12, .num_batches = 1, .trial_walks = 20'000});
  test::Estimate loss;
  std::vector<test::Estimate> sums(60);
  double reachable = 0.0;
  for (std::int64_t epoch = 0; epoch < 20'000; ++epoch) {
    const Sample sample = sampler.sample(epoch, 0);
    double total = 0.0;
    for (std::size_t i = 0; i < sample.seeds.size(); ++i) {
      total += static_cast<double>(sample.seed_weights[i]) * x[sample.seeds[i]];
      sums[sample.seeds[i]].add(test::weighted_sum(sample, x, sample.seed_rows[i]));
    }
    loss.add(total);
  }
  for (const NodeId v : all_nodes(graph)) {
    // Nodes without edges are only met by walks.
    reachable += counted || graph.in_degree(v) > 0 ? x[v] : 0.0;
    if (sums[v].count > 1000 && graph.in_degree(v) > 0) {
      const double truth = test::full_sum(graph, x, v);
      EXPECT_NEAR(sums[v].mean(), truth, 4.5 * sums[v].standard_error() + (counted ? 0.01 * truth : 1e-5))
          << "node " << v;
    }
  }
  EXPECT_NEAR(loss.mean(), reachable, 4.0 * loss.standard_error() + (counted ? 0.003 * reachable : 0.0));
}

INSTANTIATE_TEST_SUITE_P(Methods, SaintSamplerTest,
                         testing::Values(SaintMethod::node, SaintMethod::edge, SaintMethod::walk),
                         [](const auto& method) {
                           return method.param == SaintMethod::node   ? "node"
                                  : method.param == SaintMethod::edge ? "edge"
                                                                      : "walk";
                         });

TEST(SaintSampler, WeighsADrawOfOneNodeByHand) {
  // 0 reads 1 and 2; 1 and 2 read 0. Scores: 0 is read by two rows of degree 1: 2; 1 and 2 by one of degree 2: 1/4.
  // With one draw P(0) = 2 / 2.5 = 0.8 and P(1) = P(2) = 0.1.
  const CsrGraph graph = CsrGraph::from_edges(3, std::vector<Edge>{{1, 0}, {2, 0}}, {.symmetrize = true});
  const SaintSampler sampler(graph, {0, 1}, {.method = SaintMethod::node, .budget = 1, .num_batches = 500});
  for (std::int64_t i = 0; i < 500; ++i) {
    const Sample sample = sampler.sample(0, i);
    ASSERT_EQ(sample.inputs.size(), 1U);
    ASSERT_EQ(sample.seeds.size(), sample.inputs[0] == 2 ? 0U : 1U);
    if (!sample.seeds.empty()) {
      ASSERT_NEAR(sample.seed_weights[0], sample.inputs[0] == 0 ? 1.25F : 10.0F, 1e-4F);
    }
  }
}

TEST(SaintSampler, SurvivesGraphsWithoutEdgesAndRefusesWrongArguments) {
  const CsrGraph no_edges = CsrGraph::from_edges(5, {});
  for (const SaintMethod method : {SaintMethod::node, SaintMethod::edge}) {
    EXPECT_TRUE(SaintSampler(no_edges, {1}, {.method = method}).sample(0, 0).inputs.empty());
  }
  EXPECT_FALSE(SaintSampler(no_edges, {1}, {.budget = 3}).sample(0, 0).inputs.empty());
  EXPECT_EQ(SaintSampler(CsrGraph::from_edges(0, {}), {}).num_batches(), 0);
  expect_throws<ArgumentError>([&] { (void)SaintSampler(no_edges, {7}); }, "seed number 0 is node 7");
  expect_throws<ArgumentError>([&] { (void)SaintSampler(no_edges, {}, {.budget = 0}); }, "the budget is 0");
}

TEST(SaintProbabilities, CountMoreWalksThan32BitsHold) {
  // 0 <-> 1: six of ten thousand million walks hit both.
  const CsrGraph graph = CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}}, {.symmetrize = true});
  SaintProbabilities p;
  p.method = SaintMethod::walk;
  p.draws = 1.0;
  p.hit = {0.8, 0.7};
  p.joint_count = {6'000'000'000, 6'000'000'000};
  p.joint_unit = 1e-10;
  EXPECT_NEAR(p.of_edge(graph, {0, 1}, 1), 0.6, 1e-9);
}

}  // namespace
}  // namespace weft
