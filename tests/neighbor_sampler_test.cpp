// Samplers that draw neighbors row by row, uniformly, by weight, by type and by time, and the numbers they give to
// nodes.
#include "weft/samplers/neighbor_sampler.hpp"

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/samplers/local_ids.hpp"
#include "weft/samplers/seed_batches.hpp"
#include "weft/samplers/temporal_neighbor_sampler.hpp"
#include "weft/samplers/typed_neighbor_sampler.hpp"
#include "weft/samplers/weighted_neighbor_sampler.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_pure;
using test::expect_throws;
using test::list;
using test::small_graph;

TEST(LocalIds, NumberInOrderAndForgetAtOnce) {
  DenseIds dense;
  HashedIds hashed;
  for (int sample = 0; sample < 3; ++sample) {
    dense.start(100);
    hashed.start();
    dense.make_room(4);
    hashed.make_room(4);
    for (const NodeId u : {42U, 7U, 42U, 99U}) {
      const NodeId expected = u == 42 ? 0 : u == 7 ? 1 : 2;
      EXPECT_EQ(dense.insert(u), expected);
      EXPECT_EQ(hashed.insert(u), expected);
    }
    EXPECT_EQ(list(dense.keys()), (std::vector<NodeId>{42, 7, 99}));
    EXPECT_EQ(dense.find(7), 1U);
    EXPECT_EQ(dense.find(8), kNoNode);
    EXPECT_EQ(hashed.find(8), kNoNode);
  }
}

TEST(LocalIds, HoldNodesBeyondTwoToThe31AndManyOfThem) {
  HashedIds ids;
  ids.start();
  constexpr NodeId kFirst = 2'147'483'640;
  for (NodeId i = 0; i < 50'000; ++i) {
    ids.make_room(1);
    ASSERT_EQ(ids.insert(HashedIds::key_of(3, kFirst + i)), i);
  }
  ids.make_room(1);
  ASSERT_EQ(ids.insert(HashedIds::key_of(0, 4'294'967'294U)), 50'000U);
  for (NodeId i = 0; i < 50'000; i += 7) {
    ASSERT_EQ(ids.find(HashedIds::key_of(3, kFirst + i)), i);
    ASSERT_EQ(ids.find(HashedIds::key_of(2, kFirst + i)), kNoNode);
  }
  EXPECT_EQ(HashedIds::node_of(ids.key(50'000)), 4'294'967'294U);
}

TEST(NeighborSampler, IsAPureFunctionOfEpochAndIndex) {
  const CsrGraph& graph = small_graph();
  expect_pure(NeighborSampler(graph, SeedBatches(all_nodes(graph), {.batch_size = 400}),
                              {.fanouts = {15, 40, 5}, .keep_edges = true}),
              graph);
  expect_pure(NeighborSampler(graph, SeedBatches(all_nodes(graph), {.batch_size = 400}),
                              {.fanouts = {4, 4}, .replace = true, .keep_edges = true}),
              graph);
}

TEST(NeighborSampler, DrawsTheFanoutOrTheWholeRow) {
  const CsrGraph& graph = small_graph();
  const NeighborSampler sampler(graph, SeedBatches(all_nodes(graph), {.batch_size = 100}), {.fanouts = {10, 3}});
  const Sample sample = sampler.sample(0, 0);
  ASSERT_EQ(sample.blocks.size(), 2U);
  EXPECT_EQ(sample.blocks[1].block.num_outputs(), 100);
  for (std::size_t b = 0; b < 2; ++b) {
    const CsrGraph& rows = sample.blocks[b].block.graph();
    for (NodeId row = 0; row < rows.num_nodes(); ++row) {
      ASSERT_EQ(rows.in_degree(row), std::min<std::int64_t>(b == 1 ? 10 : 3, graph.in_degree(sample.inputs[row])));
    }
  }
  EXPECT_TRUE(sample.blocks[0].edges.empty());
  EXPECT_TRUE(sample.blocks[0].weights.empty());
  EXPECT_EQ(&sample.block_of(1, 2), &sample.blocks[1]);
  expect_throws<ArgumentError>([&] { (void)sample.block_of(0, 3); }, "the sample has 2 hops");
}

TEST(NeighborSampler, WithFullFanoutIsTheWholeGraph) {
  const CsrGraph graph = rmat({.num_nodes = 500, .num_edges = 4000, .seed = 5});
  const NeighborSampler sampler(graph, SeedBatches(all_nodes(graph), {.batch_size = 500, .shuffle = false}),
                                {.fanouts = {kAllNeighbors, kAllNeighbors}, .keep_edges = true});
  const Sample sample = sampler.sample(0, 0);
  for (const SampledBlock& sampled : sample.blocks) {
    EXPECT_EQ(list(sampled.block.offsets()), list(graph.offsets()));
    EXPECT_EQ(list(sampled.block.sources()), list(graph.sources()));
    for (std::size_t e = 0; e < sampled.edges.size(); ++e) {
      ASSERT_EQ(sampled.edges[e], static_cast<EdgeId>(e));
    }
  }
}

/// How often each of 40 neighbors is drawn by 20 thousand batches.
std::vector<double> counts_of_draws(std::int64_t fanout, bool replace) {
  const CsrGraph graph = test::star(40);
  const NeighborSampler sampler(graph, SeedBatches({0}), {.fanouts = {fanout}, .replace = replace});
  std::vector<double> counts(40);
  for (std::int64_t epoch = 0; epoch < 20'000; ++epoch) {
    const Sample sample = sampler.sample(epoch, 0);
    const SampledBlock& sampled = sample.blocks[0];
    for (std::size_t e = 0; e < sampled.block.sources().size(); ++e) {
      counts[sample.inputs[sampled.block.sources()[e]] - 1] += replace ? static_cast<double>(sampled.weights[e]) : 1.0;
    }
  }
  return counts;
}

TEST(NeighborSampler, DrawsEveryNeighborEquallyOften) {
  // Draws without replacement vary less than independent ones: the limit holds all the more. 35 of 40 goes through
  // the table of many picks.
  for (const std::int64_t fanout : {1, 5, 16, 35}) {
    const std::vector<double> expected(40, 500.0 * static_cast<double>(fanout));
    EXPECT_LT(test::chi_square(counts_of_draws(fanout, false), expected), test::chi_square_limit(39))
        << "fanout " << fanout;
    EXPECT_LT(test::chi_square(counts_of_draws(fanout, true), expected), test::chi_square_limit(39))
        << "fanout " << fanout << " with replacement";
  }
}

TEST(NeighborSampler, DrawsEveryPairEquallyOften) {
  const CsrGraph graph = test::star(5);
  const NeighborSampler sampler(graph, SeedBatches({0}), {.fanouts = {2}});
  std::map<std::set<NodeId>, double> pairs;
  for (std::int64_t epoch = 0; epoch < 10'000; ++epoch) {
    const Sample sample = sampler.sample(epoch, 0);
    ++pairs[{sample.inputs[1], sample.inputs[2]}];
  }
  ASSERT_EQ(pairs.size(), 10U);
  std::vector<double> counts;
  for (const auto& [pair, count] : pairs) {
    counts.push_back(count);
  }
  EXPECT_LT(test::chi_square(counts, std::vector<double>(10, 1000.0)), test::chi_square_limit(9));
}

TEST(NeighborSampler, ReadsAHubOfAMillionNeighborsAFewAtATime) {
  const CsrGraph graph = test::star(1'000'000);
  const NeighborSampler sampler(graph, SeedBatches({0}), {.fanouts = {10, 10}, .keep_edges = true});
  std::vector<double> counts(20);
  for (std::int64_t epoch = 0; epoch < 20'000; ++epoch) {
    const Sample sample = sampler.sample(epoch, 0);
    ASSERT_EQ(sample.blocks[1].block.num_edges(), 10);
    for (const EdgeId edge : sample.blocks[1].edges) {
      ++counts[static_cast<std::size_t>(edge / 50'000)];
    }
  }
  EXPECT_LT(test::chi_square(counts, std::vector<double>(20, 10'000.0)), test::chi_square_limit(19));
}

TEST(NeighborSampler, ReadsTheWholeRowOfAHub) {
  const CsrGraph graph = test::star(1'000'000);
  const NeighborSampler sampler(graph, SeedBatches({0}), {.fanouts = {kAllNeighbors}, .keep_edges = true});
  const Sample sample = sampler.sample(0, 0);
  EXPECT_EQ(sample.blocks[0].block.num_edges(), 1'000'000);
  EXPECT_EQ(sample.inputs.size(), 1'000'001U);
}

TEST(NeighborSampler, KeepsIsolatedSeeds) {
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{1, 2}});
  const NeighborSampler sampler(graph, SeedBatches({3, 2}, {.shuffle = false}), {.fanouts = {5, 5}});
  const Sample sample = sampler.sample(0, 0);
  test::expect_valid(sample, graph);
  EXPECT_EQ(list(sample.inputs), (std::vector<NodeId>{3, 2, 1}));
  EXPECT_EQ(list(sample.blocks[1].block.offsets()), (std::vector<EdgeId>{0, 0, 1}));
  EXPECT_EQ(list(sample.blocks[0].block.offsets()), (std::vector<EdgeId>{0, 0, 1, 1}));
}

TEST(NeighborSampler, CountsHowOftenAnEdgeIsDrawnWithReplacement) {
  const CsrGraph graph = test::star(3);
  const NeighborSampler sampler(graph, SeedBatches({0}), {.fanouts = {8}, .replace = true});
  const Sample sample = sampler.sample(0, 0);
  EXPECT_EQ(std::accumulate(sample.blocks[0].weights.begin(), sample.blocks[0].weights.end(), 0.0F), 8.0F);
  EXPECT_LE(sample.blocks[0].block.num_edges(), 3);
}

TEST(NeighborSampler, SamplesSeedsOfTheCallersChoosing) {
  const CsrGraph& graph = small_graph();
  const NeighborSampler sampler(graph, SeedBatches({}), {.fanouts = {3}});
  EXPECT_EQ(sampler.num_batches(), 0);
  const std::vector<NodeId> seeds = {5, 9};
  const Sample sample = sampler.sample_seeds(seeds, Random(1));
  EXPECT_EQ(list(sample.seeds), seeds);
  EXPECT_TRUE(test::same_bits(sample, sampler.sample_seeds(seeds, Random(1))));
}

TEST(NeighborSampler, RefusesWrongArguments) {
  const CsrGraph graph = test::star(3);
  const auto make = [&](std::vector<NodeId> seeds, NeighborSamplerOptions options) {
    return [=] { (void)NeighborSampler(graph, SeedBatches(seeds), options); };
  };
  expect_throws<ArgumentError>(make({4}, {}), "seed number 0 is node 4, expected below 4");
  expect_throws<ArgumentError>(make({0}, {.fanouts = {}}), "there are no fanouts");
  expect_throws<ArgumentError>(make({0}, {.fanouts = {2, -2}}), "the fanout of hop 1 is -2");
  expect_throws<ArgumentError>(make({0}, {.fanouts = {-1}, .replace = true}), "all neighbors with replacement");
  const NeighborSampler sampler(graph, SeedBatches({0}), {.fanouts = {2}});
  expect_throws<ArgumentError>([&] { (void)sampler.sample(0, 1); }, "batch 1 was asked for");
  expect_throws<ArgumentError>(
      [&] {
        (void)sampler.sample_seeds(std::vector<NodeId>{1, 1}, Random(0));
      },
      "was named before");
  const CsrGraph block = CsrGraph::from_rows(2, Buffer<EdgeId>(2, EdgeId{0}), {});
  expect_throws<ArgumentError>([&] { (void)NeighborSampler(block, SeedBatches({})); }, "1 rows and 2 sources");
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

}  // namespace
}  // namespace weft
