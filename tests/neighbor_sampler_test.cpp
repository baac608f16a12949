// Neighbors drawn uniformly, row by row.
#include "weft/samplers/neighbor_sampler.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "tests/graph_checks.hpp"
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

TEST(NeighborSampler, DrawsEachOfSeveralEdgesBetweenTwoNodes) {
  // Node 0 reads 1 three times, 2 once and 3 twice.
  const CsrGraph graph = test::rows_of(4, {0, 6, 6, 6, 6}, {1, 1, 1, 2, 3, 3});
  const NeighborSampler all(graph, SeedBatches({0}), {.fanouts = {kAllNeighbors}, .keep_edges = true});
  const Sample sample = all.sample(0, 0);
  EXPECT_EQ(list(sample.blocks[0].edges), (std::vector<EdgeId>{0, 1, 2, 3, 4, 5}));
  for (std::size_t e = 0; e < 6; ++e) {
    EXPECT_EQ(sample.inputs[sample.blocks[0].block.sources()[e]], graph.sources()[e]);
  }
  const NeighborSampler some(graph, SeedBatches({0}), {.fanouts = {4}, .keep_edges = true});
  for (std::int64_t epoch = 0; epoch < 100; ++epoch) {
    const Sample drawn = some.sample(epoch, 0);
    const std::span<const EdgeId> edges = drawn.blocks[0].edges;
    EXPECT_EQ(std::set<EdgeId>(edges.begin(), edges.end()).size(), 4U);
    for (std::size_t e = 0; e < 4; ++e) {
      ASSERT_EQ(drawn.inputs[drawn.blocks[0].block.sources()[e]], graph.sources()[static_cast<std::size_t>(edges[e])]);
    }
  }
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

}  // namespace
}  // namespace weft
