// The edges that attention patterns promise, by hand on small graphs and counted on larger ones.
#include "weft/layers/kernels/attention_patterns.hpp"

#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

using test::expect_throws;

using Rows = std::vector<std::vector<NodeId>>;

Rows rows_of(const CsrGraph& graph) {
  Rows rows;
  for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
    const auto sources = graph.sources_of(static_cast<NodeId>(v));
    rows.emplace_back(sources.begin(), sources.end());
  }
  return rows;
}

CsrGraph window(std::vector<std::int64_t> segments, WindowPatternOptions options, std::uint64_t seed = 1) {
  return window_pattern(segments, options, Random(seed));
}

TEST(WindowPattern, ReadsTheNodesAroundEachAndMovesInwardsAtTheEnds) {
  EXPECT_EQ(rows_of(window({0, 6}, {.window = 3, .global_nodes = 0})),
            (Rows{{0, 1, 2}, {0, 1, 2}, {1, 2, 3}, {2, 3, 4}, {3, 4, 5}, {3, 4, 5}}));
  EXPECT_EQ(rows_of(window({0, 5}, {.window = 2, .global_nodes = 0})), (Rows{{0, 1}, {0, 1}, {1, 2}, {2, 3}, {3, 4}}));
  EXPECT_EQ(rows_of(window({0, 2}, {.window = 1, .global_nodes = 0})), (Rows{{0}, {1}}));
}

TEST(WindowPattern, HasGlobalNodesThatReadAllAndAreReadByAll) {
  EXPECT_EQ(rows_of(window({0, 6}, {.window = 1, .global_nodes = 2})),
            (Rows{{0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5}, {0, 1, 2}, {0, 1, 3}, {0, 1, 4}, {0, 1, 5}}));
  // Node 2's window, 1 .. 3, overlaps the global nodes.
  EXPECT_EQ(rows_of(window({0, 6}, {.window = 3, .global_nodes = 2}))[2], (std::vector<NodeId>{0, 1, 2, 3}));
}

TEST(WindowPattern, TreatsEachGraphAloneAndIsCompleteInGraphsThatFitTheWindow) {
  EXPECT_EQ(rows_of(window({0, 0, 1, 3, 3, 7}, {.window = 3, .global_nodes = 1})),
            (Rows{{0}, {1, 2}, {1, 2}, {3, 4, 5, 6}, {3, 4, 5}, {3, 4, 5, 6}, {3, 4, 5, 6}}));
  EXPECT_EQ(window({0, 9}, {.window = 9, .global_nodes = 0}).num_edges(), 81);
  EXPECT_EQ(window({0, 9}, {.window = 100, .global_nodes = 100, .random_nodes = 100}).num_edges(), 81);
  EXPECT_EQ(window({0}, {}).num_nodes(), 0);
}

TEST(WindowPattern, AddsExactlyTheRandomNodesItPromises) {
  const WindowPatternOptions plain{.window = 5, .global_nodes = 2},
      with{.window = 5, .global_nodes = 2, .random_nodes = 3};
  const Rows before = rows_of(window({0, 400}, plain)), after = rows_of(window({0, 400}, with));
  std::vector<int> drawn(400);
  for (std::size_t v = 2; v < 400; ++v) {
    ASSERT_EQ(after[v].size(), before[v].size() + 3) << v;
    ASSERT_TRUE(std::ranges::includes(after[v], before[v])) << v;
    for (const NodeId u : after[v]) {
      drawn[u] += std::ranges::binary_search(before[v], u) ? 0 : 1;
    }
  }
  // 3 * 398 draws, about 3 a node: by chance (Poisson) hardly ever above 12, and 5% of the nodes are never drawn.
  EXPECT_LE(*std::ranges::max_element(drawn), 12);
  EXPECT_LT(std::ranges::count(drawn, 0), 50);
  EXPECT_EQ(rows_of(window({0, 6}, {.window = 1, .global_nodes = 0, .random_nodes = 5}))[3],
            (std::vector<NodeId>{0, 1, 2, 3, 4, 5}));
}

TEST(WindowPattern, DrawsTheSameForAGraphAloneInABatchAndOnAnyNumberOfThreads) {
  const WindowPatternOptions options{.window = 4, .global_nodes = 1, .random_nodes = 2};
  const Rows alone = rows_of(window({0, 50}, options));
  const Rows batch = rows_of(window({0, 30, 80, 81}, options));
  for (std::size_t v = 0; v < 50; ++v) {
    std::vector<NodeId> moved;
    for (const NodeId u : batch[30 + v]) {
      moved.push_back(u - 30);
    }
    EXPECT_EQ(moved, alone[v]);
  }
  EXPECT_NE(rows_of(window({0, 50}, options, 2)), alone);
  for (const int threads : {1, 4}) {
    with_threads(threads, [&] { EXPECT_EQ(rows_of(window({0, 30, 80, 81}, options)), batch); });
  }
}

TEST(WindowPattern, RefusesOptionsAndSegmentsThatMakeNoSense) {
  expect_throws<ArgumentError>([] { (void)window({0, 3}, {.window = 0}); }, "windows of 0");
  expect_throws<ArgumentError>([] { (void)window({0, 3}, {.global_nodes = -1}); }, "-1 global");
  expect_throws<ArgumentError>([] { (void)window({0, 3, 2}, {}); }, "expected to rise");
}

CsrGraph expander(std::vector<std::int64_t> segments, std::int64_t cycles, std::uint64_t seed = 1) {
  return expander_graph(segments, cycles, Random(seed));
}

TEST(ExpanderGraph, GivesEveryNodeTwoNeighborsACycle) {
  for (const std::int64_t cycles : {1, 2, 3, 5}) {
    for (const std::int64_t n : {24, 25, 1000}) {
      const CsrGraph graph = expander({0, n}, cycles);
      EXPECT_TRUE(is_symmetric(graph));
      for (std::int64_t v = 0; v < n; ++v) {
        ASSERT_EQ(graph.in_degree(static_cast<NodeId>(v)), 2 * cycles) << cycles << " cycles, node " << v;
        ASSERT_FALSE(graph.has_edge({static_cast<NodeId>(v), static_cast<NodeId>(v)}));
      }
    }
  }
}

TEST(ExpanderGraph, OfOneCycleIsOneCycleThroughAllNodes) {
  const CsrGraph graph = expander({0, 100}, 1);
  NodeId before = 0, at = graph.sources_of(0)[0];
  std::int64_t steps = 1;
  for (; at != 0; ++steps) {
    const auto next = graph.sources_of(at);
    before = std::exchange(at, next[0] == before ? next[1] : next[0]);
  }
  EXPECT_EQ(steps, 100);
}

TEST(ExpanderGraph, IsCompleteWhereAGraphIsSmallAndEmptyWithoutCycles) {
  EXPECT_EQ(rows_of(expander({0, 1, 1, 3, 6}, 1)), (Rows{{}, {2}, {1}, {4, 5}, {3, 5}, {3, 4}}));
  EXPECT_EQ(expander({0, 7}, 3).num_edges(), 42);
  EXPECT_EQ(expander({0, 7}, 0).num_edges(), 0);
}

TEST(ExpanderGraph, HasASpectralGapNearTheLargestPossible) {
  // The second largest eigenvalue of a 6-regular graph is at least about 2 sqrt(5) = 4.47 (Alon and Boppana).
  constexpr std::int64_t n = 2000;
  const CsrGraph graph = expander({0, n}, 3);
  std::vector<double> x(n), y(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = Random(3).normal(i);
  }
  double norm = 0.0;
  for (int step = 0; step < 300; ++step) {
    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
    norm = 0.0;
    for (std::size_t v = 0; v < n; ++v) {
      y[v] = 0.0;
      for (const NodeId u : graph.sources_of(static_cast<NodeId>(v))) {
        y[v] += x[u] - mean;
      }
      norm += y[v] * y[v];
    }
    norm = std::sqrt(norm);
    std::ranges::transform(y, x.begin(), [&](double value) { return value / norm; });
  }
  EXPECT_GT(norm, 4.2);
  EXPECT_LT(norm, 4.8);
}

TEST(ExpanderGraph, DrawsTheSameForAGraphAloneAndInABatch) {
  const Rows alone = rows_of(expander({0, 40}, 2)), batch = rows_of(expander({0, 25, 65}, 2));
  for (std::size_t v = 0; v < 40; ++v) {
    std::vector<NodeId> moved;
    for (const NodeId u : batch[25 + v]) {
      moved.push_back(u - 25);
    }
    EXPECT_EQ(moved, alone[v]);
  }
  EXPECT_NE(rows_of(expander({0, 40}, 2, 5)), alone);
}

TEST(ExphormerPattern, UnitesLoopsEdgesExpanderAndVirtualNodesWithTheirTypes) {
  // 0 - 1 - 2 - 3 - 4 with a loop at 0, then a node alone; one cycle, two virtual nodes a graph.
  const CsrGraph path =
      CsrGraph::from_edges(5, std::vector<Edge>{{0, 0}, {0, 1}, {1, 2}, {2, 3}, {3, 4}}, {.symmetrize = true});
  const CsrGraph graphs[] = {path, CsrGraph::from_edges(1, {})};
  const MessageBlock batch = batch_of(graphs);
  const TypedPattern pattern = exphormer_pattern(batch, {.cycles = 1, .virtual_nodes = 2}, Random(1));
  const CsrGraph far = expander_graph(batch.segments(), 1, Random(1));
  EXPECT_EQ(pattern.block.num_outputs(), 6);
  EXPECT_EQ(pattern.block.num_inputs(), 10);
  const CsrGraph& graph = pattern.block.graph();
  std::size_t i = 0;
  for (NodeId v = 0; v < 6; ++v) {
    std::set<NodeId> expected{v};
    for (const CsrGraph* part : {&batch.graph(), &far}) {
      expected.insert(part->sources_of(v).begin(), part->sources_of(v).end());
    }
    const NodeId first = v < 5 ? 6 : 8;
    expected.insert({first, first + 1});
    ASSERT_TRUE(std::ranges::equal(graph.sources_of(v), expected)) << v;
    for (const NodeId u : graph.sources_of(v)) {
      const auto type = static_cast<ExphormerEdge>((*pattern.types)[i++]);
      EXPECT_EQ(type, u == v                           ? ExphormerEdge::self
                      : u >= 6                         ? ExphormerEdge::virtual_node
                      : batch.graph().has_edge({u, v}) ? ExphormerEdge::graph
                                                       : ExphormerEdge::expander)
          << u << " -> " << v;
    }
  }
  EXPECT_EQ(rows_of(graph)[5], (std::vector<NodeId>{5, 8, 9}));
}

TEST(ExphormerPattern, RefusesBlocksOfMoreSourcesThanNodes) {
  Buffer<EdgeId> offsets(2, 0);
  const MessageBlock block(CsrGraph::from_rows(2, std::move(offsets), {}));
  expect_throws<ArgumentError>([&] { (void)exphormer_pattern(block, {}, Random(1)); }, "2 sources and 1 nodes");
}

}  // namespace
}  // namespace weft
