// Neighbor sampling that is not uniform: by weight, type, time, LABOR and LADIES.
#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/samplers/labor_sampler.hpp"
#include "weft/samplers/ladies_sampler.hpp"
#include "weft/samplers/temporal_neighbor_sampler.hpp"
#include "weft/samplers/typed_neighbor_sampler.hpp"
#include "weft/samplers/weighted_neighbor_sampler.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_pure;
using test::expect_throws;
using test::list;

const CsrGraph& small_graph() {
  static const CsrGraph graph = rmat({.num_nodes = 2000, .num_edges = 24'000, .seed = 3});
  return graph;
}

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

TEST(TypedNeighborSampler, DrawsTheFanoutOfEachType) {
  // Twelve neighbors of types 0 0 0 0 0 0 0 0 1 1 1 2, interleaved by taking every fifth.
  const CsrGraph graph = test::star(12);
  std::vector<std::uint16_t> types(12);
  for (std::size_t i = 0; i < 12; ++i) {
    types[i * 5 % 12] = static_cast<std::uint16_t>(i < 8 ? 0 : i < 11 ? 1 : 2);
  }
  const TypedNeighborSampler sampler(graph, types, SeedBatches({0}), {.fanouts = {{3, -1, 0}}});
  std::vector<double> counts(12);
  for (std::int64_t epoch = 0; epoch < 8000; ++epoch) {
    const Sample sample = sampler.sample(epoch, 0);
    test::expect_valid(sample, graph);
    std::vector<std::int64_t> of_type(3);
    for (const EdgeId edge : sample.blocks[0].edges) {
      ++of_type[types[static_cast<std::size_t>(edge)]];
      ++counts[static_cast<std::size_t>(edge)];
    }
    ASSERT_EQ(of_type, (std::vector<std::int64_t>{3, 3, 0}));
  }
  std::vector<double> of_first_type;
  for (std::size_t e = 0; e < 12; ++e) {
    if (types[e] == 0) {
      of_first_type.push_back(counts[e]);
    }
  }
  EXPECT_LT(test::chi_square(of_first_type, std::vector<double>(8, 3000.0)), test::chi_square_limit(7));
}

TEST(TypedNeighborSampler, IsPureAndRefusesWrongArguments) {
  const CsrGraph& graph = small_graph();
  std::vector<std::uint16_t> types(static_cast<std::size_t>(graph.num_edges()));
  for (std::size_t e = 0; e < types.size(); ++e) {
    types[e] = static_cast<std::uint16_t>(e % 3);
  }
  const SeedBatches batches(all_nodes(graph), {.batch_size = 500});
  expect_pure(TypedNeighborSampler(graph, types, batches, {.fanouts = {{3, 2, 1}, {1, 1, 1}}}), graph);
  expect_throws<ArgumentError>(
      [&] {
        (void)TypedNeighborSampler(graph, types, batches, {.fanouts = {{3, 2}}});
      },
      "has type 2, expected below 2");
  expect_throws<ArgumentError>(
      [&] {
        (void)TypedNeighborSampler(graph, types, batches, {.fanouts = {{3, 2, 1}, {1}}});
      },
      "hop 1 has 1 fanouts");
  expect_throws<ArgumentError>([&] { (void)TypedNeighborSampler(graph, {}, batches, {.fanouts = {{1}}}); },
                               "there are 0 values for edges");
}

TEST(TemporalNeighborSampler, NeverReachesALaterEdge) {
  const CsrGraph& graph = small_graph();
  const auto m = static_cast<std::size_t>(graph.num_edges());
  std::vector<std::int64_t> times(m), seed_times;
  for (std::size_t e = 0; e < m; ++e) {
    times[e] = static_cast<std::int64_t>(mixed_bits(e) % 1000) - 500;
  }
  for (const NodeId v : all_nodes(graph)) {
    seed_times.push_back(static_cast<std::int64_t>(v % 900) - 500);
  }
  for (const bool most_recent : {false, true}) {
    const TemporalNeighborSampler sampler(graph, times, SeedBatches(all_nodes(graph), {.batch_size = 400}), seed_times,
                                          {.fanouts = {5, 5}, .most_recent = most_recent, .keep_edges = true});
    expect_pure(sampler, graph);
    const Sample sample = sampler.sample(0, 0);
    // Each seed's tree is its own: walk it down and hold every edge against the seed's time.
    for (NodeId seed = 0; seed < sample.seeds.size(); ++seed) {
      std::set<NodeId> reached = {seed};
      for (auto hop = sample.blocks.rbegin(); hop != sample.blocks.rend(); ++hop) {
        for (const NodeId row : std::set<NodeId>(reached)) {
          for (EdgeId e = hop->block.offsets()[row]; e < hop->block.offsets()[row + 1]; ++e) {
            const auto i = static_cast<std::size_t>(e);
            ASSERT_LE(times[static_cast<std::size_t>(hop->edges[i])], seed_times[sample.seeds[seed]]);
            reached.insert(hop->block.sources()[i]);
          }
        }
      }
    }
  }
}

TEST(TemporalNeighborSampler, TakesTheLatestOfTheAllowedEdges) {
  // Edge u -> 0 has time 10 u, but 3 and 4 share time 30.
  const CsrGraph graph = test::star(6);
  const std::vector<std::int64_t> times = {10, 20, 30, 30, 50, 60};
  const TemporalNeighborSampler sampler(graph, times, SeedBatches({}), {}, {.fanouts = {2}, .most_recent = true});
  const std::vector<NodeId> seeds = {0, 0, 0};
  const std::vector<std::int64_t> seed_times = {50, 5, 30};
  const Sample sample = sampler.sample_seeds(seeds, seed_times, Random(0));
  EXPECT_EQ(list(sample.inputs), (std::vector<NodeId>{0, 0, 0, 4, 5, 3, 4}));
  EXPECT_EQ(list(sample.blocks[0].block.offsets()), (std::vector<EdgeId>{0, 2, 2, 4}));
}

TEST(TemporalNeighborSampler, RefusesWrongArguments) {
  const CsrGraph graph = test::star(2);
  expect_throws<ArgumentError>(
      [&] { (void)TemporalNeighborSampler(graph, std::vector<std::int64_t>{1}, SeedBatches({0}), {1}); },
      "there are 1 values for edges");
  expect_throws<ArgumentError>(
      [&] {
        (void)TemporalNeighborSampler(graph, std::vector<std::int64_t>{1, 2}, SeedBatches({0}), {});
      },
      "there are 0 times for seeds");
}

/// `count` nodes with at least `degree` neighbors.
std::vector<NodeId> readers(const CsrGraph& graph, std::int64_t degree, std::size_t count) {
  std::vector<NodeId> result;
  for (const NodeId v : all_nodes(graph)) {
    if (result.size() < count && graph.in_degree(v) >= degree) {
      result.push_back(v);
    }
  }
  EXPECT_EQ(result.size(), count);
  return result;
}

TEST(LaborSampler, EstimatesSumsWithoutBias) {
  const CsrGraph& graph = small_graph();
  const std::vector<double> x = test::values_of(graph);
  const LaborSampler sampler(graph, SeedBatches({}), {.fanouts = {4}});
  const std::vector<NodeId> seeds = readers(graph, 9, 5);
  std::vector<test::Estimate> estimates(seeds.size());
  std::vector<test::Estimate> sizes(seeds.size());
  for (std::uint64_t draw = 0; draw < 5000; ++draw) {
    const Sample sample = sampler.sample_seeds(seeds, Random(draw));
    for (NodeId row = 0; row < seeds.size(); ++row) {
      estimates[row].add(test::weighted_sum(sample, x, row));
      sizes[row].add(static_cast<double>(sample.blocks[0].block.graph().in_degree(row)));
    }
  }
  for (std::size_t row = 0; row < seeds.size(); ++row) {
    estimates[row].expect(test::full_sum(graph, x, seeds[row]));
    sizes[row].expect(4.0);
  }
}

TEST(LaborSampler, RowsOfEqualDegreeAgree) {
  // Nodes 0 and 1 read the same 50 nodes: one number for each neighbor gives both the same row.
  std::vector<Edge> edges;
  for (NodeId u = 2; u < 52; ++u) {
    edges.push_back({u, 0});
    edges.push_back({u, 1});
  }
  const CsrGraph graph = CsrGraph::from_edges(52, edges);
  const LaborSampler sampler(graph, SeedBatches({0, 1}), {.fanouts = {10}});
  for (std::int64_t epoch = 0; epoch < 20; ++epoch) {
    const Sample sample = sampler.sample(epoch, 0);
    const CsrGraph& rows = sample.blocks[0].block.graph();
    EXPECT_EQ(list(rows.sources_of(0)), list(rows.sources_of(1)));
    EXPECT_EQ(static_cast<std::int64_t>(sample.inputs.size()), 2 + rows.in_degree(0));
  }
}

TEST(LaborSampler, IsPureAndExactWithFullFanout) {
  const CsrGraph& graph = small_graph();
  expect_pure(
      LaborSampler(graph, SeedBatches(all_nodes(graph), {.batch_size = 300}), {.fanouts = {5, 5}, .keep_edges = true}),
      graph);
  const LaborSampler full(graph, SeedBatches(all_nodes(graph), {.batch_size = 2000, .shuffle = false}),
                          {.fanouts = {-1}});
  const Sample sample = full.sample(0, 0);
  EXPECT_EQ(list(sample.blocks[0].block.sources()), list(graph.sources()));
  EXPECT_TRUE(std::ranges::all_of(sample.blocks[0].weights, [](float w) { return w == 1.0F; }));
}

TEST(LadiesSampler, EstimatesSumsWithoutBias) {
  const CsrGraph& graph = small_graph();
  const std::vector<double> x = test::values_of(graph);
  const LadiesSampler sampler(graph, SeedBatches({}), {.layer_sizes = {30}});
  const std::vector<NodeId> seeds = readers(graph, 20, 7);
  std::vector<test::Estimate> estimates(seeds.size());
  for (std::uint64_t draw = 0; draw < 8000; ++draw) {
    const Sample sample = sampler.sample_seeds(seeds, Random(draw));
    ASSERT_LE(sample.inputs.size(), seeds.size() + 30);
    for (NodeId row = 0; row < seeds.size(); ++row) {
      estimates[row].add(test::weighted_sum(sample, x, row));
    }
  }
  for (std::size_t row = 0; row < seeds.size(); ++row) {
    estimates[row].expect(test::full_sum(graph, x, seeds[row]));
  }
}

TEST(LadiesSampler, DrawsByTheSquaresOfTheShares) {
  // Node 0 reads 2 alone (share 1), node 1 reads 2, 3 and 4 (shares 1/3): scores 10/9, 1/9, 1/9. One draw.
  const CsrGraph graph = CsrGraph::from_edges(5, std::vector<Edge>{{2, 0}, {2, 1}, {3, 1}, {4, 1}});
  const LadiesSampler sampler(graph, SeedBatches({0, 1}), {.layer_sizes = {1}});
  std::vector<double> counts(3);
  for (std::int64_t epoch = 0; epoch < 12'000; ++epoch) {
    const Sample sample = sampler.sample(epoch, 0);
    ASSERT_EQ(sample.inputs.size(), 3U);
    ++counts.at(sample.inputs[2] - 2U);
    const auto weight = static_cast<double>(sample.blocks[0].weights[0]);
    ASSERT_NEAR(weight, sample.inputs[2] == 2 ? 1.2 : 12.0, 1e-5);
  }
  EXPECT_LT(test::chi_square(counts, std::vector<double>{10'000, 1000, 1000}), test::chi_square_limit(2));
}

TEST(LadiesSampler, IsPureAndExactWhenTheLayerHoldsAll) {
  const CsrGraph& graph = small_graph();
  expect_pure(LadiesSampler(graph, SeedBatches(all_nodes(graph), {.batch_size = 300}),
                            {.layer_sizes = {100, 200}, .keep_edges = true}),
              graph);
  const LadiesSampler full(graph, SeedBatches(all_nodes(graph), {.batch_size = 2000, .shuffle = false}),
                           {.layer_sizes = {2000}});
  const Sample sample = full.sample(0, 0);
  EXPECT_EQ(list(sample.blocks[0].block.sources()), list(graph.sources()));
  EXPECT_TRUE(std::ranges::all_of(sample.blocks[0].weights, [](float w) { return w == 1.0F; }));
  expect_throws<ArgumentError>([&] { (void)LadiesSampler(graph, SeedBatches({}), {.layer_sizes = {0}}); },
                               "a layer size is 0");
}

}  // namespace
}  // namespace weft
