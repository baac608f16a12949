// Samplers by name: what they need, and sums over samples that stand for the whole graph.
#include "weft/samplers/batch_sampler.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/layers/kernels/aggregation.hpp"
#include "weft/samplers/origin.hpp"
#include "weft/tensor/feature_rows.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;
using test::random_tensor;

TEST(Fanouts, AreNumbersOrAllAndTheLastCountsForFurtherHops) {
  EXPECT_EQ(fanouts_of("15,10,5", 3), (std::vector<std::int64_t>{15, 10, 5}));
  EXPECT_EQ(fanouts_of("4,all", 4), (std::vector<std::int64_t>{4, -1, -1, -1}));
  expect_throws<ArgumentError>([] { (void)fanouts_of("3,,4", 3); }, "has ''");
  expect_throws<ArgumentError>([] { (void)fanouts_of("0", 3); }, "has '0'");
  expect_throws<ArgumentError>([] { (void)fanouts_of("1,2,3", 2); }, "has 3 numbers, expected at most 2");
}

TEST(Samplers, AreFoundByNameAndSayWhatTheyNeed) {
  expect_throws<ArgumentError>([] { (void)sampler_info("neighbour"); }, "did you mean 'neighbor'?");
  const CsrGraph graph = test::star(3);
  expect_throws<ArgumentError>(
      [&] {
        (void)make_sampler("weighted", {.graph = graph, .seeds = test::all_nodes(graph)}, Options(sampler_options()));
      },
      "the edges have no weight");
}

/// The mean of an aggregation's rows for all nodes over many samples of one hop.
Tensor mean_over_samples(const CsrGraph& graph, const std::string& sampler, const char* fanout, const Tensor& x,
                         const std::function<Variable(const MessageBlock&, const Variable&)>& aggregate) {
  constexpr std::int64_t kEpochs = 3000;
  Options options(sampler_options());
  options.set("batch_size", "1000");
  options.set("fanout", fanout);
  const auto drawn = make_sampler(sampler, {.graph = graph, .seeds = test::all_nodes(graph), .num_hops = 1}, options);
  const Origin origin(graph);
  Tensor mean(x.rows(), x.cols());
  for (std::int64_t epoch = 0; epoch < kEpochs; ++epoch) {
    Sample sample = drawn->sample(epoch, 0);
    const auto blocks = origin.blocks_of(sample, sampler_info(sampler).sums);
    const Tensor y = aggregate(blocks.front(), Variable::constant(gather_rows(x, sample.inputs))).value();
    for (std::size_t i = 0; i < sample.seeds.size(); ++i) {
      for (std::int64_t j = 0; j < x.cols(); ++j) {
        mean(sample.seeds[i], j) += y(sample.seed_rows[i], j) / static_cast<float>(kEpochs);
      }
    }
  }
  return mean;
}

TEST(SampledAggregation, EstimatesSumsAndGraphConvolutionWithoutBias) {
  const CsrGraph graph =
      stochastic_block_model(
          {.num_nodes = 40, .num_communities = 2, .degree_inside = 9, .degree_outside = 3, .seed = 2})
          .graph;
  Tensor x = random_tensor(40, 2, 9);
  for (float& value : x.values()) {
    value += 2.0F;
  }
  const MessageBlock whole(graph);
  const auto sum = [](const MessageBlock& block, const Variable& states) { return aggregate_sum(block, states); };
  const auto gcn = [](const MessageBlock& block, const Variable& states) {
    return aggregate_gcn(GcnNorm(block), states);
  };
  const Tensor all_sums = sum(whole, Variable::constant(x)).value(),
               all_gcn = gcn(whole, Variable::constant(x)).value();
  for (const auto& [sampler, fanout] :
       {std::pair{"neighbor", "4"}, std::pair{"labor", "4"}, std::pair{"ladies", "30"}, std::pair{"full", "auto"}}) {
    SCOPED_TRACE(sampler);
    // Sums of about 24; a single one has a deviation of about 6, their mean one of about 0.1.
    expect_near(mean_over_samples(graph, sampler, fanout, x, sum), all_sums, 0.025);
    expect_near(mean_over_samples(graph, sampler, fanout, x, gcn), all_gcn, 0.025);
  }
}

}  // namespace
}  // namespace weft
