// The edges that attention patterns promise, by hand on small graphs and counted on larger ones, and the mechanisms
// that run along them.
#include "weft/layers/kernels/attention_patterns.hpp"

#include <numeric>
#include <set>
#include <thread>

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/models.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;
using test::random_tensor;

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

/// A mechanism of two heads of 4 columns, on its linear maps' results.
struct Mechanism {
  Mechanism(std::string_view kind, const std::vector<std::pair<std::string_view, std::string_view>>& settings) {
    Options options(model_info("weft").options);
    options.set("hidden", "8");
    options.set("heads", "2");
    for (const auto& [name, value] : settings) {
      options.set(name, value);
    }
    attention = make_global_attention(kind, options, 0, Random(7));
    attention->list_parameters(list);
  }

  [[nodiscard]] Tensor run(const MessageBlock& graph, const Tensor& h) const {
    Pass pass = Pass::inference();
    return attention->forward(graph, Variable::constant(h), pass).value();
  }
  [[nodiscard]] Tensor project(std::size_t parameter, const Tensor& x) const {
    return linear(Variable::constant(x), list.parameters[parameter].parameter->variable(),
                  list.parameters[parameter + 1].parameter->variable())
        .value();
  }
  /// Softmax attention over all nodes of each graph by the mechanism's own maps.
  [[nodiscard]] Tensor dense(const MessageBlock& graph, const Tensor& h) const {
    const Tensor q = project(0, h), k = project(2, h);
    return project(6, test::dense_attention(project(4, h), graph.segments(), 2, test::softmax_weight(q, k, 2)));
  }

  std::unique_ptr<GlobalAttention> attention;
  ParameterList list;
};

TEST(PatternMechanisms, OverAWindowOfTheWholeGraphAreSoftmaxAttention) {
  const CsrGraph graphs[] = {grid(4, 5), grid(3, 1), CsrGraph::from_edges(1, {})};
  const MessageBlock batch = batch_of(graphs);
  const Tensor h = random_tensor(24, 8, 4);
  for (const std::string_view kind : {"longformer", "bigbird"}) {
    const Mechanism mechanism(kind, {{"window", "20"}, {"global_nodes", "0"}});
    expect_near(mechanism.run(batch, h), mechanism.dense(batch, h), 1e-5);
    const Mechanism narrow(kind, {{"window", "19"}, {"global_nodes", "0"}});
    EXPECT_EQ(test::largest_difference(narrow.run(batch, h), narrow.dense(batch, h)) < 1e-5, kind == "bigbird")
        << "one of 20 nodes is not read, unless as a random node";
  }
}

TEST(PatternMechanisms, WithAllNodesAsNeighborsAreSoftmaxAttention) {
  std::vector<Edge> edges;
  for (NodeId v = 0; v < 12; ++v) {
    for (NodeId u = 0; u < 12; ++u) {
      edges.push_back({u, v});
    }
  }
  const MessageBlock complete(CsrGraph::from_edges(12, edges));
  const Tensor h = random_tensor(12, 8, 4);
  const Mechanism transformer("transformer", {});
  expect_near(transformer.run(complete, h), transformer.dense(complete, h), 1e-5);
  // Types multiply by 1 at the start, and scores of such states stay below the clamp.
  const Mechanism exphormer("exphormer", {{"virtual_nodes", "0"}, {"expander_cycles", "0"}});
  expect_near(exphormer.run(complete, h), exphormer.dense(complete, h), 1e-5);
}

TEST(PatternMechanisms, OfTheTransformerReadNeighborsAndThemselves) {
  // 0 - 1, 2 alone: node 2 reads itself.
  const MessageBlock graph(CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}}, {.symmetrize = true}));
  const Tensor h = random_tensor(3, 8, 4);
  const Mechanism mechanism("transformer", {});
  const Tensor y = mechanism.run(graph, h), expected = mechanism.project(6, mechanism.project(4, h));
  for (std::int64_t c = 0; c < 8; ++c) {
    EXPECT_NEAR(y(2, c), expected(2, c), 1e-5);
    EXPECT_GT(std::abs(y(0, c) - expected(0, c)), 1e-5);
  }
}

TEST(PatternMechanisms, ReachAcrossAGraphByVirtualNodes) {
  // Two nodes without any edge: node 0 hears of node 1 only if virtual nodes carry it.
  const MessageBlock graph(CsrGraph::from_edges(2, {}));
  const Tensor h = random_tensor(2, 8, 4);
  Tensor changed = h;
  changed(1, 0) += 1.0F;
  for (const std::string_view virtual_nodes : {"0", "1"}) {
    const Mechanism mechanism("exphormer", {{"virtual_nodes", virtual_nodes}, {"expander_cycles", "0"}});
    EXPECT_EQ(std::ranges::equal(mechanism.run(graph, h).row(0), mechanism.run(graph, changed).row(0)),
              virtual_nodes == "0");
  }
}

TEST(PatternMechanisms, ShareOneOnManyThreads) {
  const MessageBlock graph(grid(30, 30));
  const Tensor h = random_tensor(900, 8, 4);
  for (const std::string_view kind : {"bigbird", "exphormer"}) {
    const Mechanism mechanism(kind, {});
    std::vector<Tensor> results(4);
    {
      std::vector<std::jthread> threads;
      for (Tensor& result : results) {
        threads.emplace_back([&] { result = mechanism.run(graph, h); });
      }
    }
    for (const Tensor& result : results) {
      EXPECT_TRUE(test::same_bits(result, results[0]));
      EXPECT_EQ(result.rows(), 900);
    }
  }
}

TEST(MessageBlock, KeepsWhatWasMadeForAKey) {
  const MessageBlock block(grid(2, 2)), copy = block;
  int made = 0;
  const auto make = [&] { return std::vector<int>{++made}; };
  const auto& first = block.kept<std::vector<int>>("a", make);
  EXPECT_EQ(first, std::vector<int>{1});
  EXPECT_EQ(&copy.kept<std::vector<int>>("a", make), &first) << "copies share everything";
  EXPECT_EQ(block.kept<std::vector<int>>("b", make), std::vector<int>{2});
  EXPECT_EQ(block.kept<int>("a", [] { return 5; }), 5) << "types are kept apart";
  EXPECT_EQ(MessageBlock(grid(2, 2)).kept<std::vector<int>>("a", make), std::vector<int>{3});
  EXPECT_EQ(made, 3);
}

TEST(MessageBlock, AsksAgainWhereMakingFailed) {
  const MessageBlock block(grid(2, 2));
  expect_throws<ArgumentError>([&] { (void)block.kept<int>("a", []() -> int { throw ArgumentError("no"); }); }, "no");
  EXPECT_EQ(block.kept<int>("a", [] { return 7; }), 7);
}

}  // namespace
}  // namespace weft
