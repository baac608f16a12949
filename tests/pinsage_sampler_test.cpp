// The sampler of PinSage: the nodes that walks visit most.
#include "weft/samplers/pinsage_sampler.hpp"

#include <algorithm>
#include <vector>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/samplers/seed_batches.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_throws;
using test::list;
using test::small_undirected_graph;

TEST(PinsageSampler, IsAPureFunctionOfEpochAndIndex) {
  const CsrGraph& graph = small_undirected_graph();
  test::expect_pure(PinsageSampler(graph, SeedBatches(all_nodes(graph), {.batch_size = 300})), graph, false);
}

TEST(PinsageSampler, KeepsTheNodesVisitedMost) {
  // 0 reads 1 alone and 1 reads 0 and 2: every walk of two steps from 0 visits 1, and then 0 or 2.
  const CsrGraph graph = CsrGraph::from_edges(3, std::vector<Edge>{{1, 0}, {0, 1}, {2, 1}});
  const PinsageSampler both(graph, SeedBatches({0}), {.num_hops = 1, .num_walks = 1000, .num_neighbors = 2});
  const Sample sample = both.sample(0, 0);
  ASSERT_EQ(list(sample.inputs), (std::vector<NodeId>{0, 1, 2}));
  EXPECT_NEAR(sample.blocks[0].weights[0], 2.0F / 3.0F, 0.03F);
  EXPECT_NEAR(sample.blocks[0].weights[0] + sample.blocks[0].weights[1], 1.0F, 1e-6F);
  const PinsageSampler one(graph, SeedBatches({0}), {.num_hops = 1, .num_walks = 1000, .num_neighbors = 1});
  EXPECT_EQ(list(one.sample(0, 0).inputs), (std::vector<NodeId>{0, 1}));
}

TEST(PinsageSampler, WalksAsNode2vecWhereAsked) {
  // The graph of the test above. With p = 3 the second step goes back to 0 with chance 1/3 to 1 for node 2: node 1 is
  // visited once a walk, node 2 three times in four.
  const CsrGraph graph = CsrGraph::from_edges(3, std::vector<Edge>{{1, 0}, {0, 1}, {2, 1}});
  const PinsageSampler seldom_back(graph, SeedBatches({0}),
                                   {.num_hops = 1, .num_walks = 4000, .return_parameter = 3.0, .num_neighbors = 2});
  const Sample sample = seldom_back.sample(0, 0);
  ASSERT_EQ(list(sample.inputs), (std::vector<NodeId>{0, 1, 2}));
  EXPECT_NEAR(sample.blocks[0].weights[0], 4.0F / 7.0F, 0.02F);
}

TEST(PinsageSampler, KeepsIsolatedSeedsAndRefusesWrongArguments) {
  const CsrGraph graph = CsrGraph::from_edges(2, {});
  const Sample sample = PinsageSampler(graph, SeedBatches({1})).sample(0, 0);
  EXPECT_EQ(list(sample.inputs), (std::vector<NodeId>{1}));
  EXPECT_EQ(sample.blocks.size(), 2U);
  expect_throws<ArgumentError>([&] { (void)PinsageSampler(graph, SeedBatches({1}), {.num_walks = 0}); },
                               "0 walks of length 2");
}

}  // namespace
}  // namespace weft
