// LADIES: unbiased sums, drawn by the squares of the shares.
#include "weft/samplers/ladies_sampler.hpp"

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/samplers/seed_batches.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_pure;
using test::expect_throws;
using test::list;
using test::readers;
using test::small_graph;

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
