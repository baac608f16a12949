// Batches of seeds, uniform neighbor sampling, and what both keep per thread.
#include "weft/samplers/neighbor_sampler.hpp"

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/core/random_blocks.hpp"
#include "weft/core/random_permutation.hpp"
#include "weft/samplers/local_ids.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_pure;
using test::expect_throws;
using test::list;

const CsrGraph& small_graph() {
  static const CsrGraph graph = rmat({.num_nodes = 3000, .num_edges = 40'000, .seed = 3});
  return graph;
}

TEST(RandomPermutation, HitsEveryNumberOnce) {
  for (const std::int64_t n : {1, 2, 3, 64, 65, 1000, 4097}) {
    const RandomPermutation permutation(n, Random(7));
    std::set<std::int64_t> seen;
    for (std::int64_t i = 0; i < n; ++i) {
      seen.insert(permutation(i));
    }
    EXPECT_EQ(static_cast<std::int64_t>(seen.size()), n);
    EXPECT_EQ(*seen.begin(), 0);
    EXPECT_EQ(*seen.rbegin(), n - 1);
  }
}

TEST(RandomPermutation, SendsEveryElementToEveryPlaceEquallyOften) {
  std::vector<double> counts(5 * 5);
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    const RandomPermutation permutation(5, Random(seed));
    for (std::int64_t i = 0; i < 5; ++i) {
      ++counts[static_cast<std::size_t>(5 * i + permutation(i))];
    }
  }
  const std::vector<double> expected(25, 4000.0);
  EXPECT_LT(test::chi_square(counts, expected), test::chi_square_limit(16));
}

TEST(RandomBlocks, FourAtOnceAreTheSameBits) {
  const Random random(99);
  const std::uint64_t counter = 0x123456789ABCDEF0;
  std::array<std::uint32_t, 16> words{};
  four_blocks(random, counter, 8, words);
  for (std::uint32_t b = 0; b < 4; ++b) {
    for (std::size_t w = 0; w < 4; ++w) {
      EXPECT_EQ(words[4 * w + b], random.block(counter, 8 + b)[w]);
    }
  }
}

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

}  // namespace
}  // namespace weft
