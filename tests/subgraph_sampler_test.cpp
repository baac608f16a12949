// Batches that are subgraphs: GraphSAINT, clusters, random parts, ShaDow.
#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/graph/partition.hpp"
#include "weft/samplers/part_samplers.hpp"
#include "weft/samplers/saint_sampler.hpp"
#include "weft/samplers/shadow_sampler.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_pure;
using test::expect_throws;
using test::list;

const CsrGraph& small_graph() {
  static const CsrGraph graph = rmat({.num_nodes = 600, .num_edges = 3000, .undirected = true, .seed = 3});
  return graph;
}

/// The rows of a subgraph sample, in global ids, against induced_subgraph.
void expect_induced(const Sample& sample, const CsrGraph& graph) {
  const CsrGraph expected = induced_subgraph(graph, sample.inputs);
  EXPECT_EQ(list(sample.blocks[0].block.offsets()), list(expected.offsets()));
  EXPECT_EQ(list(sample.blocks[0].block.sources()), list(expected.sources()));
}

class SaintSamplerTest : public testing::TestWithParam<SaintMethod> {};

TEST_P(SaintSamplerTest, IsAPureFunctionOfEpochAndIndex) {
  const CsrGraph& graph = small_graph();
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

TEST(ClusterSampler, JoinsPartsAndKeepsTheEdgesBetweenThem) {
  const CsrGraph& graph = small_graph();
  const Partition part_of = breadth_first_partition(graph, 10);
  const ClusterSampler sampler(graph, part_of, {1, 5, 500}, {.parts_per_batch = 3, .keep_edges = true});
  ASSERT_EQ(sampler.num_batches(), 4);
  expect_pure(sampler, graph);
  std::vector<NodeId> seen, seeds;
  for (std::int64_t i = 0; i < 4; ++i) {
    const Sample sample = sampler.sample(2, i);
    expect_induced(sample, graph);
    seen.insert(seen.end(), sample.inputs.begin(), sample.inputs.end());
    seeds.insert(seeds.end(), sample.seeds.begin(), sample.seeds.end());
  }
  std::ranges::sort(seen);
  std::ranges::sort(seeds);
  EXPECT_EQ(seen, all_nodes(graph));
  EXPECT_EQ(seeds, (std::vector<NodeId>{1, 5, 500}));
}

TEST(ClusterSampler, RefusesWrongArguments) {
  const CsrGraph graph = test::star(2);
  const auto make = [&](Partition part_of, ClusterSamplerOptions options) {
    return [=] { (void)ClusterSampler(graph, part_of, {0}, options); };
  };
  expect_throws<ArgumentError>(make({0, 1}, {}), "there are 2 numbers of parts, expected one for each of 3");
  expect_throws<ArgumentError>(make({0, -1, 0}, {}), "node 1 is in part -1");
  expect_throws<ArgumentError>(make({0, 0, 0}, {.parts_per_batch = 0}), "parts_per_batch is 0");
}

TEST(RandomPartSampler, CutsTheNodesAnewInEveryEpoch) {
  const CsrGraph& graph = small_graph();
  const RandomPartSampler sampler(graph, all_nodes(graph), {.num_parts = 7, .keep_edges = true});
  expect_pure(sampler, graph);
  std::vector<NodeId> seen;
  for (std::int64_t i = 0; i < 7; ++i) {
    const Sample sample = sampler.sample(1, i);
    expect_induced(sample, graph);
    EXPECT_EQ(sample.inputs.size(), i < 5 ? 86U : 85U);
    seen.insert(seen.end(), sample.inputs.begin(), sample.inputs.end());
  }
  std::ranges::sort(seen);
  EXPECT_EQ(seen, all_nodes(graph));
  expect_throws<ArgumentError>([&] { (void)RandomPartSampler(graph, {}, {.num_parts = 0}); }, "num_parts is 0");
}

TEST(ShadowSampler, GivesEverySeedAGraphOfItsOwn) {
  const CsrGraph& graph = small_graph();
  const ShadowSampler sampler(graph, SeedBatches(all_nodes(graph), {.batch_size = 50}),
                              {.fanouts = {4, 3}, .keep_edges = true});
  expect_pure(sampler, graph);
  const Sample sample = sampler.sample(0, 0);
  const auto segments = sample.blocks[0].block.segments();
  ASSERT_EQ(segments.size(), 51U);
  for (std::size_t i = 0; i < 50; ++i) {
    const auto first = static_cast<std::size_t>(segments[i]), last = static_cast<std::size_t>(segments[i + 1]);
    EXPECT_LE(last - first, 1U + 4U + 4U * 3U);
    const auto nodes = std::span<const NodeId>(sample.inputs).subspan(first, last - first);
    EXPECT_TRUE(std::ranges::binary_search(nodes, sample.seeds[i]));
    EXPECT_GE(sample.seed_rows[i], first);
    EXPECT_LT(sample.seed_rows[i], last);
    const CsrGraph own = induced_subgraph(graph, nodes);
    for (NodeId v = 0; v < nodes.size(); ++v) {
      auto row = list(sample.blocks[0].block.graph().sources_of(static_cast<NodeId>(first) + v));
      std::ranges::for_each(row, [&](NodeId& u) { u -= static_cast<NodeId>(first); });
      ASSERT_EQ(row, list(own.sources_of(v)));
    }
  }
}

TEST(ShadowSampler, WithFullFanoutHoldsAllWithinReach) {
  // A path 0 - 1 - 2 - 3 - 4: two hops from 0 reach 2, two hops from 3 reach 1 and 4.
  const CsrGraph graph =
      CsrGraph::from_edges(5, std::vector<Edge>{{0, 1}, {1, 2}, {2, 3}, {3, 4}}, {.symmetrize = true});
  const ShadowSampler sampler(graph, SeedBatches({0, 3}, {.shuffle = false}), {.fanouts = {-1, -1}});
  const Sample sample = sampler.sample(0, 0);
  EXPECT_EQ(list(sample.inputs), (std::vector<NodeId>{0, 1, 2, 1, 2, 3, 4}));
  EXPECT_EQ(list(sample.seed_rows), (std::vector<NodeId>{0, 5}));
  EXPECT_EQ(list(sample.blocks[0].block.segments()), (std::vector<std::int64_t>{0, 3, 7}));
}

TEST(ShadowSampler, SearchesTheRowOfAHubInsteadOfReadingIt) {
  // Node 0 reads a million others; seeds 1 .. 9 read only 0.
  std::vector<Edge> edges;
  for (NodeId u = 1; u <= 1'000'000; ++u) {
    edges.push_back({u, 0});
  }
  for (NodeId v = 1; v < 10; ++v) {
    edges.push_back({0, v});
  }
  const CsrGraph graph = CsrGraph::from_edges(1'000'001, edges);
  const ShadowSampler sampler(graph, SeedBatches({1, 2, 3, 4, 5, 6, 7, 8, 9}), {.fanouts = {5, 5}, .keep_edges = true});
  for (std::int64_t epoch = 0; epoch < 50; ++epoch) {
    const Sample sample = sampler.sample(epoch, 0);
    test::expect_valid(sample, graph);
    const CsrGraph own = sample.blocks[0].block.graph();
    // The hub's row holds all other nodes of the seed's graph: the seed and what the hub drew.
    EXPECT_EQ(own.in_degree(0), sample.blocks[0].block.segments()[1] - 1);
  }
}

}  // namespace
}  // namespace weft
