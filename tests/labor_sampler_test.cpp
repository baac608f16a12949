// LABOR: unbiased sums, and rows that agree on what they draw.
#include "weft/samplers/labor_sampler.hpp"

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "weft/samplers/seed_batches.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_pure;
using test::list;
using test::readers;
using test::small_graph;

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

}  // namespace
}  // namespace weft
