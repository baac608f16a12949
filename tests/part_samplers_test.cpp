// Batches made of parts of the graph: clusters, and parts drawn anew in every epoch.
#include "weft/samplers/part_samplers.hpp"

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/graph/partition.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_induced;
using test::expect_pure;
using test::expect_throws;
using test::small_undirected_graph;

TEST(ClusterSampler, JoinsPartsAndKeepsTheEdgesBetweenThem) {
  const CsrGraph& graph = small_undirected_graph();
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
  const CsrGraph& graph = small_undirected_graph();
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

}  // namespace
}  // namespace weft
