// A graph of its own for every seed.
#include "weft/samplers/shadow_sampler.hpp"

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "weft/samplers/seed_batches.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_pure;
using test::list;
using test::small_undirected_graph;

TEST(ShadowSampler, GivesEverySeedAGraphOfItsOwn) {
  const CsrGraph& graph = small_undirected_graph();
  const ShadowSampler sampler(graph, SeedBatches(all_nodes(graph), {.batch_size = 50}),
                              {.fanouts = {4, 3}, .keep_edges = true});
  expect_pure(sampler, graph);
  const Sample sample = sampler.sample(0, 0);
  const auto segments = sample.blocks[0].block.segments();
  ASSERT_EQ(segments.size(), 51U);
  for (std::size_t i = 0; i < 50; ++i) {
    const auto first = static_cast<std::size_t>(segments[i]), last = static_cast<std::size_t>(segments[i + 1]);
    EXPECT_LE(last - first, 1U + 4U + 4U * 3U);
    const auto nodes = std::span<const NodeId>(sample.inputs).subspan(first, last - first);
    EXPECT_TRUE(std::ranges::binary_search(nodes, sample.seeds[i]));
    EXPECT_GE(sample.seed_rows[i], first);
    EXPECT_LT(sample.seed_rows[i], last);
    const CsrGraph own = induced_subgraph(graph, nodes);
    for (NodeId v = 0; v < nodes.size(); ++v) {
      auto row = list(sample.blocks[0].block.graph().sources_of(static_cast<NodeId>(first) + v));
      std::ranges::for_each(row, [&](NodeId& u) { u -= static_cast<NodeId>(first); });
      ASSERT_EQ(row, list(own.sources_of(v)));
    }
  }
}

TEST(ShadowSampler, WithFullFanoutHoldsAllWithinReach) {
  // A path 0 - 1 - 2 - 3 - 4: two hops from 0 reach 2, two hops from 3 reach 1 and 4.
  const CsrGraph graph =
      CsrGraph::from_edges(5, std::vector<Edge>{{0, 1}, {1, 2}, {2, 3}, {3, 4}}, {.symmetrize = true});
  const ShadowSampler sampler(graph, SeedBatches({0, 3}, {.shuffle = false}), {.fanouts = {-1, -1}});
  const Sample sample = sampler.sample(0, 0);
  EXPECT_EQ(list(sample.inputs), (std::vector<NodeId>{0, 1, 2, 1, 2, 3, 4}));
  EXPECT_EQ(list(sample.seed_rows), (std::vector<NodeId>{0, 5}));
  EXPECT_EQ(list(sample.blocks[0].block.segments()), (std::vector<std::int64_t>{0, 3, 7}));
}

TEST(ShadowSampler, SearchesTheRowOfAHubInsteadOfReadingIt) {
  // Node 0 reads a million others; seeds 1 .. 9 read only 0.
  std::vector<Edge> edges;
  for (NodeId u = 1; u <= 1'000'000; ++u) {
    edges.push_back({u, 0});
  }
  for (NodeId v = 1; v < 10; ++v) {
    edges.push_back({0, v});
  }
  const CsrGraph graph = CsrGraph::from_edges(1'000'001, edges);
  const ShadowSampler sampler(graph, SeedBatches({1, 2, 3, 4, 5, 6, 7, 8, 9}), {.fanouts = {5, 5}, .keep_edges = true});
  for (std::int64_t epoch = 0; epoch < 50; ++epoch) {
    const Sample sample = sampler.sample(epoch, 0);
    test::expect_valid(sample, graph);
    const CsrGraph own = sample.blocks[0].block.graph();
    // The hub's row holds all other nodes of the seed's graph: the seed and what the hub drew.
    EXPECT_EQ(own.in_degree(0), sample.blocks[0].block.segments()[1] - 1);
  }
}

TEST(ShadowSampler, KeepsSeveralEdgesBetweenTwoNodesInShortRowsAndInLongOnes) {
  for (const NodeId count : {NodeId{10}, NodeId{100'000}}) {
    // Node 0 reads each of the others twice; 1 reads 0.
    std::vector<NodeId> all;
    for (NodeId u = 1; u <= count; ++u) {
      all.insert(all.end(), {u, u});
    }
    all.push_back(0);
    Buffer<EdgeId> offsets(std::size_t{count} + 2, 2 * EdgeId{count} + 1);
    offsets[0] = 0;
    offsets[1] = 2 * EdgeId{count};
    const CsrGraph graph = CsrGraph::from_rows(count + 1, std::move(offsets), Buffer<NodeId>::copy_of(all));
    const Sample sample = ShadowSampler(graph, SeedBatches({1}), {.fanouts = {1, 1}, .keep_edges = true}).sample(0, 0);
    const CsrGraph own = sample.blocks[0].block.graph();
    EXPECT_EQ(own.in_degree(0), 2 * (own.num_nodes() - 1)) << count;
    EXPECT_EQ(sample.blocks[0].edges[1], sample.blocks[0].edges[0] + 1) << count;
  }
}

}  // namespace
}  // namespace weft
