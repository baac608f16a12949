// Neighbors whose edge is not later than the seed.
#include "weft/samplers/temporal_neighbor_sampler.hpp"

#include <algorithm>
#include <vector>

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
