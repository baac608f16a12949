// Graphs, their reverse, blocks, generators and statistics.
#include <cmath>
#include <numeric>
#include <set>

#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/graph/statistics.hpp"

namespace weft {
namespace {

using Ids = std::vector<NodeId>;
using test::expect_throws;

Ids ids(std::span<const NodeId> values) {
  return {values.begin(), values.end()};
}

bool same_rows(const CsrGraph& a, const CsrGraph& b) {
  return a.num_sources() == b.num_sources() && std::ranges::equal(a.offsets(), b.offsets()) &&
         std::ranges::equal(a.sources(), b.sources());
}

CsrGraph rows_of(std::int64_t num_sources, const std::vector<EdgeId>& offsets, const Ids& sources) {
  return CsrGraph::from_rows(num_sources, Buffer<EdgeId>::copy_of(offsets), Buffer<NodeId>::copy_of(sources));
}

/// Edges with repeats and self-loops, enough for several chunks and buckets.
std::vector<Edge> many_edges(std::int64_t num_nodes, std::int64_t num_edges) {
  const Random random(5);
  std::vector<Edge> edges;
  for (std::int64_t i = 0; i < num_edges; ++i) {
    const auto counter = static_cast<std::uint64_t>(i);
    const auto bound = static_cast<std::uint64_t>(num_nodes);
    // Half of the edges go into the first eight nodes: hubs.
    edges.push_back({static_cast<NodeId>(random.below(bound, counter, 0)),
                     static_cast<NodeId>(random.below(i % 2 == 0 ? 8 : bound, counter, 1))});
  }
  return edges;
}

/// What `make` returns must be the same rows with one, two and four threads.
template <class Make>
void expect_same_for_any_threads(const Make& make) {
  CsrGraph one, many;
  with_threads(1, [&] { one = make(); });
  for (const int threads : {2, 4}) {
    with_threads(threads, [&] { many = make(); });
    EXPECT_TRUE(same_rows(one, many)) << threads << " threads";
  }
  EXPECT_GT(one.num_edges(), 0);
}

TEST(CsrGraph, ListsTheSourcesOfEachDestinationAscending) {
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{3, 0}, {1, 0}, {0, 2}});
  EXPECT_EQ(graph.num_nodes(), 4);
  EXPECT_EQ(graph.num_edges(), 3);
  EXPECT_EQ(ids(graph.sources_of(0)), (Ids{1, 3}));
  EXPECT_EQ(ids(graph.sources_of(1)), Ids{});
  EXPECT_EQ(ids(graph.sources_of(2)), (Ids{0}));
  EXPECT_EQ(graph.in_degree(0), 2);
  EXPECT_EQ(edges_of(graph), (std::vector<Edge>{{1, 0}, {3, 0}, {0, 2}}));
}

TEST(CsrGraph, DropsRepeatedEdges) {
  const CsrGraph graph = CsrGraph::from_edges(3, std::vector<Edge>{{1, 2}, {0, 2}, {1, 2}, {1, 2}, {2, 0}});
  EXPECT_EQ(ids(graph.sources()), (Ids{2, 0, 1}));
  EXPECT_EQ(graph.offsets()[3], 3);
}

TEST(CsrGraph, AgreesWithASetOnManyEdges) {
  const std::vector<Edge> edges = many_edges(70000, 300000);
  std::set<std::pair<NodeId, NodeId>> expected;
  for (const Edge& edge : edges) {
    expected.insert({edge.destination, edge.source});
  }
  const std::vector<Edge> actual = edges_of(CsrGraph::from_edges(70000, edges));
  ASSERT_EQ(actual.size(), expected.size());
  EXPECT_TRUE(
      std::ranges::equal(actual, expected, {}, [](const Edge& e) { return std::pair(e.destination, e.source); }));
}

TEST(CsrGraph, SymmetrizesWithoutDoublingEdgesThatAreThereBothWays) {
  const CsrGraph graph =
      CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}, {1, 0}, {1, 2}, {2, 2}}, {.symmetrize = true});
  EXPECT_EQ(edges_of(graph), (std::vector<Edge>{{1, 0}, {0, 1}, {2, 1}, {1, 2}, {2, 2}}));
  EXPECT_TRUE(is_symmetric(graph));
}

TEST(CsrGraph, KeepsRemovesOrAddsSelfLoops) {
  const std::vector<Edge> edges = {{0, 0}, {0, 1}, {2, 0}};
  using enum GraphOptions::SelfLoops;
  EXPECT_EQ(ids(CsrGraph::from_edges(3, edges, {.self_loops = keep}).sources()), (Ids{0, 2, 0}));
  EXPECT_EQ(ids(CsrGraph::from_edges(3, edges, {.self_loops = remove}).sources()), (Ids{2, 0}));
  EXPECT_EQ(ids(CsrGraph::from_edges(3, edges, {.self_loops = add_all}).sources()), (Ids{0, 2, 0, 1, 2}));
}

TEST(CsrGraph, NamesTheFirstEdgeWithANodeThatIsNotThere) {
  const std::vector<Edge> edges = {{0, 1}, {2, 3}, {9, 0}};
  expect_throws<ArgumentError>([&] { (void)CsrGraph::from_edges(3, edges); },
                               "edge number 1 is 2 -> 3, expected nodes below 3");
  expect_throws<ArgumentError>([&] { (void)CsrGraph::from_edges(-1, edges); }, "is -1");
  expect_throws<ArgumentError>([&] { (void)CsrGraph::from_edges(kMaxNodes + 1, {}); }, "4294967296");
}

TEST(CsrGraph, MayBeEmptyOrWithoutEdges) {
  for (const CsrGraph& graph : {CsrGraph(), CsrGraph::from_edges(0, {}), rows_of(0, {0}, {})}) {
    EXPECT_EQ(graph.num_nodes(), 0);
    EXPECT_EQ(graph.num_edges(), 0);
    EXPECT_EQ(graph.offsets().size(), 1U);
    EXPECT_FALSE(graph.has_edge({0, 0}));
    EXPECT_TRUE(is_symmetric(graph));
    EXPECT_EQ(reversed(graph).graph.num_nodes(), 0);
  }
  const CsrGraph isolated = CsrGraph::from_edges(3, {});
  EXPECT_EQ(isolated.num_nodes(), 3);
  EXPECT_EQ(isolated.in_degree(2), 0);
  EXPECT_EQ(reversed(isolated).graph.num_nodes(), 3);
}

TEST(CsrGraph, FindsEdgesInOneDirectionOnly) {
  const CsrGraph graph = CsrGraph::from_edges(3, std::vector<Edge>{{0, 2}, {1, 2}});
  EXPECT_TRUE(graph.has_edge({0, 2}));
  EXPECT_FALSE(graph.has_edge({2, 0}));
  EXPECT_FALSE(graph.has_edge({2, 2}));
  EXPECT_FALSE(graph.has_edge({0, 7}));
  EXPECT_FALSE(is_symmetric(graph));
}

TEST(CsrGraph, TakesOverRowsOfABlockWithMoreSourcesThanRows) {
  const CsrGraph block = rows_of(5, {0, 2, 3}, {1, 4, 0});
  EXPECT_EQ(block.num_nodes(), 2);
  EXPECT_EQ(block.num_sources(), 5);
  EXPECT_FALSE(is_symmetric(block));
}

TEST(CsrGraph, NamesTheFirstRowOrPositionThatBreaksAPromise) {
  expect_throws<ArgumentError>([] { (void)rows_of(2, {}, {}); }, "offsets is empty");
  expect_throws<ArgumentError>([] { (void)rows_of(2, {1, 2}, {0, 1}); }, "offsets[0] is 1, expected 0");
  expect_throws<ArgumentError>(
      [] {
        (void)rows_of(2, {0, 2, 1, 2}, {0, 1});
      },
      "row 1 ends before it starts, offsets fall from 2 to 1");
  expect_throws<ArgumentError>([] { (void)rows_of(2, {0, 1, 3}, {0, 1}); }, "last offset is 3");
  expect_throws<ArgumentError>([] { (void)rows_of(2, {0, 1, 3}, {0, 1, 2}); }, "position 2 is 2, expected below 2");
  expect_throws<ArgumentError>(
      [] {
        (void)rows_of(4, {0, 2, 4, 6}, {0, 1, 3, 3, 2, 0});
      },
      "row 1 does not ascend: position 2 holds 3 and the next one 3");
}

TEST(CsrGraph, CopiesShareTheirArrays) {
  const CsrGraph graph = CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}});
  const CsrGraph copy = graph;
  EXPECT_TRUE(copy.shares_rows_with(graph));
  EXPECT_FALSE(CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}}).shares_rows_with(graph));
}

TEST(CsrGraph, IsTheSameForAnyNumberOfThreads) {
  const std::vector<Edge> edges = many_edges(90000, 400000);
  expect_same_for_any_threads([&] {
    return CsrGraph::from_edges(90000, edges, {.symmetrize = true, .self_loops = GraphOptions::SelfLoops::add_all});
  });
}

TEST(ReversedGraph, TurnsEdgesRoundAndRemembersWhereTheyStood) {
  // In order: 2 -> 0, 0 -> 1, 2 -> 1.
  const ReversedGraph reverse = reversed(rows_of(3, {0, 1, 3, 3}, {2, 0, 2}));
  EXPECT_EQ(edges_of(reverse.graph), (std::vector<Edge>{{1, 0}, {0, 2}, {1, 2}}));
  EXPECT_EQ(std::vector<EdgeId>(reverse.edge.begin(), reverse.edge.end()), (std::vector<EdgeId>{1, 0, 2}));
}

TEST(ReversedGraph, OfABlockHasARowForEachSource) {
  const ReversedGraph reverse = reversed(rows_of(4, {0, 2, 3}, {0, 3, 3}));
  EXPECT_EQ(reverse.graph.num_nodes(), 4);
  EXPECT_EQ(reverse.graph.num_sources(), 2);
  EXPECT_EQ(ids(reverse.graph.sources_of(3)), (Ids{0, 1}));
  EXPECT_EQ(reverse.graph.in_degree(1), 0);
}

TEST(ReversedGraph, SharesTheArraysOfASymmetricGraph) {
  const CsrGraph graph = CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}, {1, 2}}, {.symmetrize = true});
  const ReversedGraph reverse = reversed(graph);
  EXPECT_TRUE(reverse.graph.shares_rows_with(graph));
  // In order: 1 -> 0, 0 -> 1, 2 -> 1, 1 -> 2; each changes places with its mirror.
  EXPECT_EQ(std::vector<EdgeId>(reverse.edge.begin(), reverse.edge.end()), (std::vector<EdgeId>{1, 0, 3, 2}));
}

TEST(ReversedGraph, OfManyEdgesPointsBackToEachOfThem) {
  const CsrGraph graph = CsrGraph::from_edges(70000, many_edges(70000, 300000));
  const ReversedGraph reverse = reversed(graph);
  const std::vector<Edge> forward = edges_of(graph), backward = edges_of(reverse.graph);
  ASSERT_EQ(forward.size(), backward.size());
  for (std::size_t i = 0; i < backward.size(); ++i) {
    const Edge original = forward[static_cast<std::size_t>(reverse.edge[i])];
    ASSERT_EQ(backward[i], (Edge{original.destination, original.source})) << "edge " << i;
  }
  EXPECT_TRUE(same_rows(reversed(reverse.graph).graph, graph));
}

TEST(ReversedGraph, IsTheSameForAnyNumberOfThreads) {
  const CsrGraph graph = CsrGraph::from_edges(90000, many_edges(90000, 400000));
  expect_same_for_any_threads([&] { return reversed(graph).graph; });
  ReversedGraph one, four;
  with_threads(1, [&] { one = reversed(graph); });
  with_threads(4, [&] { four = reversed(graph); });
  EXPECT_TRUE(std::ranges::equal(one.edge, four.edge));
}

TEST(IsSymmetric, SeesTheOneEdgeWithoutItsMirrorWhicheverWayItPoints) {
  std::vector<Edge> edges = {{0, 1}, {1, 0}, {1, 2}, {2, 1}, {2, 2}};
  EXPECT_TRUE(is_symmetric(CsrGraph::from_edges(3, edges)));
  edges.push_back({0, 2});
  EXPECT_FALSE(is_symmetric(CsrGraph::from_edges(3, edges)));
  edges.back() = {2, 0};
  EXPECT_FALSE(is_symmetric(CsrGraph::from_edges(3, edges)));
  // As many edges rise as fall here: 0 -> 1 -> 2 and 2 -> 0, 3 -> 2.
  EXPECT_FALSE(is_symmetric(CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}, {2, 0}, {3, 2}})));
}

TEST(WithSelfLoops, AddsTheMissingOnesInOrderAndKeepsTheOthers) {
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {3, 1}, {2, 2}, {1, 3}});
  EXPECT_EQ(edges_of(with_self_loops(graph)),
            (std::vector<Edge>{{0, 0}, {0, 1}, {1, 1}, {3, 1}, {2, 2}, {1, 3}, {3, 3}}));
}

TEST(WithSelfLoops, IsTheGraphItselfWhereAllAreThere) {
  const CsrGraph graph =
      CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}}, {.self_loops = GraphOptions::SelfLoops::add_all});
  EXPECT_TRUE(with_self_loops(graph).shares_rows_with(graph));
}

TEST(WithSelfLoops, OfABlockBuildsOnceAndKeepsSegments) {
  const MessageBlock block(CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}}), {0, 2, 3});
  EXPECT_EQ(block.with_self_loops().num_edges(), 4);
  EXPECT_EQ(block.with_self_loops().num_graphs(), 2);
  EXPECT_EQ(&block.with_self_loops(), &MessageBlock(block).with_self_loops());
  const MessageBlock looped = block.with_self_loops();
  EXPECT_EQ(&looped.with_self_loops(), &looped);
}

TEST(InducedSubgraph, KeepsTheEdgesBetweenTheNodesRenumbered) {
  const CsrGraph graph = CsrGraph::from_edges(5, std::vector<Edge>{{0, 1}, {1, 3}, {4, 3}, {3, 4}, {2, 4}});
  const CsrGraph part = induced_subgraph(graph, Ids{4, 3, 1});
  EXPECT_EQ(edges_of(part), (std::vector<Edge>{{1, 0}, {0, 1}, {2, 1}}));
  EXPECT_EQ(induced_subgraph(graph, {}).num_nodes(), 0);
}

TEST(InducedSubgraph, RefusesANodeTwiceOrOutside) {
  const CsrGraph graph = CsrGraph::from_edges(3, {});
  expect_throws<ArgumentError>(
      [&] {
        (void)induced_subgraph(graph, Ids{0, 2, 0});
      },
      "node 0 is named twice, at 0 and 2");
  expect_throws<ArgumentError>([&] { (void)induced_subgraph(graph, Ids{3}); }, "node number 0 is 3, expected below 3");
}

TEST(MessageBlock, OfOneGraphIsOneSegment) {
  const MessageBlock block(CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}}));
  EXPECT_EQ(block.num_outputs(), 3);
  EXPECT_EQ(block.num_inputs(), 3);
  EXPECT_EQ(block.num_edges(), 1);
  EXPECT_EQ(block.num_graphs(), 1);
  EXPECT_EQ(block.segments()[1], 3);
  EXPECT_EQ(MessageBlock().num_outputs(), 0);
}

TEST(MessageBlock, BuildsItsReverseOnceForAllCopies) {
  const MessageBlock block(CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}, {0, 2}}));
  const MessageBlock copy = block;
  EXPECT_EQ(&block.reversed(), &copy.reversed());
  EXPECT_EQ(ids(block.reversed().graph.sources_of(0)), (Ids{1, 2}));
}

TEST(MessageBlock, RefusesSegmentsThatDoNotCoverItAndFewerInputsThanOutputs) {
  const CsrGraph graph = CsrGraph::from_edges(3, {});
  expect_throws<ArgumentError>([&] { MessageBlock(graph, {1, 3}); }, "start at 1");
  expect_throws<ArgumentError>([&] { MessageBlock(graph, {0, 2, 1, 3}); }, "segment 1 ends before it starts");
  expect_throws<ArgumentError>([&] { MessageBlock(graph, {0, 2}); }, "end at 2, expected the number of outputs, 3");
  expect_throws<ArgumentError>([] { MessageBlock(rows_of(1, {0, 0, 0}, {})); }, "2 outputs and 1 inputs");
}

TEST(MessageBlock, BatchLaysGraphsEndToEnd) {
  const std::vector<CsrGraph> graphs = {CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}}), CsrGraph(),
                                        CsrGraph::from_edges(3, std::vector<Edge>{{2, 0}, {1, 2}})};
  const MessageBlock batch = batch_of(graphs);
  EXPECT_EQ(std::vector<std::int64_t>(batch.segments().begin(), batch.segments().end()),
            (std::vector<std::int64_t>{0, 2, 2, 5}));
  EXPECT_EQ(edges_of(batch.graph()), (std::vector<Edge>{{0, 1}, {4, 2}, {3, 4}}));
  EXPECT_EQ(batch_of({}).num_graphs(), 0);
  expect_throws<ArgumentError>([] { (void)batch_of(std::vector{rows_of(2, {0, 0}, {})}); }, "graph 0 has 1 rows");
}

TEST(Grid, JoinsNeighborsAndATorusItsBorders) {
  // 0 1 2
  // 3 4 5
  const CsrGraph flat = grid(2, 3);
  EXPECT_EQ(flat.num_edges(), 2 * 7);
  EXPECT_EQ(ids(flat.sources_of(0)), (Ids{1, 3}));
  EXPECT_EQ(ids(flat.sources_of(4)), (Ids{1, 3, 5}));
  const CsrGraph torus = grid(2, 3, true);
  EXPECT_EQ(ids(torus.sources_of(0)), (Ids{1, 2, 3})) << "above and below are the same node";
  EXPECT_TRUE(is_symmetric(torus));
  EXPECT_EQ(grid(1, 1, true).num_edges(), 0);
  EXPECT_EQ(grid(0, 5).num_nodes(), 0);
  expect_throws<ArgumentError>([] { (void)grid(std::int64_t{1} << 40, std::int64_t{1} << 40); }, "expected at most");
  expect_throws<ArgumentError>([] { (void)grid(-1, 2); }, "-1 x 2");
}

TEST(Rmat, HasHubsAndNoLoopsForAnyNumberOfNodes) {
  const CsrGraph graph = rmat({.num_nodes = 1000, .num_edges = 20000, .seed = 3});
  const GraphStatistics statistics = statistics_of(graph);
  EXPECT_EQ(graph.num_nodes(), 1000);
  EXPECT_EQ(statistics.num_self_loops, 0);
  EXPECT_GT(graph.num_edges(), 10000);
  EXPECT_LT(graph.num_edges(), 20000) << "some of the edges drawn repeat";
  EXPECT_GT(static_cast<double>(statistics.max_in_degree), 8 * statistics.mean_in_degree);
  EXPECT_TRUE(is_symmetric(rmat({.num_nodes = 100, .num_edges = 300, .undirected = true})));
}

TEST(Rmat, FillsTheQuadrantsInTheirShares) {
  // 2^10 nodes, unshuffled; few repeats since the shares are close to even.
  const std::int64_t n = 1024;
  const CsrGraph graph =
      rmat({.num_nodes = n, .num_edges = 20000, .a = 0.3, .b = 0.4, .c = 0.1, .shuffle_nodes = false});
  double count[2][2] = {};
  for (const Edge& edge : edges_of(graph)) {
    count[edge.source >= n / 2][edge.destination >= n / 2] += 1.0 / static_cast<double>(graph.num_edges());
  }
  EXPECT_NEAR(count[0][0], 0.3, 0.02);
  EXPECT_NEAR(count[0][1], 0.4, 0.02);
  EXPECT_NEAR(count[1][0], 0.1, 0.02);
  EXPECT_NEAR(count[1][1], 0.2, 0.02);
}

TEST(Rmat, WithAllTheWeightInOneQuadrantDrawsOneCell) {
  const CsrGraph corner = rmat({.num_nodes = 5, .num_edges = 9, .a = 0, .b = 1, .c = 0, .shuffle_nodes = false});
  EXPECT_EQ(edges_of(corner), (std::vector<Edge>{{0, 4}}));
}

TEST(Rmat, RefusesSharesThatAreNoDistribution) {
  expect_throws<ArgumentError>([] { (void)rmat({.a = 0.6, .b = 0.3, .c = 0.3}); }, "sum of at most 1");
  expect_throws<ArgumentError>([] { (void)rmat({.num_nodes = 0, .num_edges = 1}); }, "without nodes");
}

TEST(BlockModel, HasTheDegreesAskedForInsideAndOutside) {
  const LabeledGraph model = stochastic_block_model(
      {.num_nodes = 20000, .num_communities = 4, .degree_inside = 12, .degree_outside = 4, .seed = 2});
  EXPECT_TRUE(is_symmetric(model.graph));
  EXPECT_EQ(statistics_of(model.graph).num_self_loops, 0);
  for (const std::int64_t community : {0, 1, 2, 3}) {
    EXPECT_EQ(std::ranges::count(model.label, community), 5000);
  }
  // 20000 nodes of degree 16: the mean degree's standard deviation is about sqrt(2 * 16 / 20000) = 0.04.
  EXPECT_NEAR(static_cast<double>(model.graph.num_edges()) / 20000.0, 16.0, 0.2);
  EXPECT_NEAR(edge_homophily(model.graph, model.label).value(), 0.75, 0.01);
  EXPECT_EQ(model.num_features, 0);
}

TEST(BlockModel, IsCompleteWhereTheProbabilityIsOneAndEmptyWhereItIsZero) {
  const LabeledGraph cliques = stochastic_block_model(
      {.num_nodes = 6, .num_communities = 2, .degree_inside = 2, .degree_outside = 0, .shuffle_nodes = false});
  EXPECT_EQ(cliques.label, (std::vector<std::int64_t>{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(ids(cliques.graph.sources()), (Ids{1, 2, 0, 2, 0, 1, 4, 5, 3, 5, 3, 4}));
  const LabeledGraph between = stochastic_block_model(
      {.num_nodes = 4, .num_communities = 2, .degree_inside = 0, .degree_outside = 2, .shuffle_nodes = false});
  EXPECT_EQ(ids(between.graph.sources()), (Ids{2, 3, 2, 3, 0, 1, 0, 1}));
}

TEST(BlockModel, RefusesMoreNeighborsThanThereAreNodes) {
  expect_throws<ArgumentError>([] { (void)stochastic_block_model({.num_nodes = 10, .degree_inside = 5}); },
                               "degree_inside is 5, expected 0 to the number of such nodes, 4");
  expect_throws<ArgumentError>([] { (void)stochastic_block_model({.num_nodes = 3, .num_communities = 4}); },
                               "num_communities is 4");
}

TEST(ContextualBlockModel, FeaturesSurroundOppositeMeans) {
  const std::int64_t n = 20000, width = 7;
  const LabeledGraph model = contextual_block_model(
      {.blocks = {.num_nodes = n, .degree_inside = 4, .degree_outside = 1}, .num_features = width, .signal = 2.0});
  ASSERT_EQ(model.features.size(), static_cast<std::size_t>(n * width));
  std::vector<double> mean[2] = {std::vector<double>(width), std::vector<double>(width)};
  double square = 0.0;
  for (std::int64_t v = 0; v < n; ++v) {
    for (std::int64_t j = 0; j < width; ++j) {
      const double x = static_cast<double>(model.features[static_cast<std::size_t>(v * width + j)]);
      mean[model.label[static_cast<std::size_t>(v)]][static_cast<std::size_t>(j)] += x / (0.5 * static_cast<double>(n));
      square += x * x / static_cast<double>(n);
    }
  }
  double length = 0.0;
  for (std::size_t j = 0; j < static_cast<std::size_t>(width); ++j) {
    EXPECT_NEAR(mean[0][j], -mean[1][j], 0.06);
    length += mean[0][j] * mean[0][j];
  }
  EXPECT_NEAR(std::sqrt(length), 2.0, 0.05);
  EXPECT_NEAR(square, 2.0 * 2.0 + static_cast<double>(width), 0.15) << "signal and unit noise in each direction";
}

TEST(Generators, AreTheSameForAnyNumberOfThreads) {
  expect_same_for_any_threads([] { return rmat({.num_nodes = 50000, .num_edges = 200000}); });
  expect_same_for_any_threads([] { return stochastic_block_model({.num_nodes = 30000}).graph; });
  expect_same_for_any_threads([] { return grid(200, 300, true); });
  const ContextualBlockModelOptions options = {.blocks = {.num_nodes = 10000}, .num_features = 9};
  LabeledGraph one, four;
  with_threads(1, [&] { one = contextual_block_model(options); });
  with_threads(4, [&] { four = contextual_block_model(options); });
  EXPECT_TRUE(std::ranges::equal(one.features, four.features));
  EXPECT_EQ(one.label, four.label);
}

TEST(Generators, DependOnTheirSeed) {
  EXPECT_FALSE(same_rows(rmat({.seed = 1}), rmat({.seed = 2})));
  EXPECT_FALSE(same_rows(stochastic_block_model({.seed = 1}).graph, stochastic_block_model({.seed = 2}).graph));
}

TEST(Statistics, DescribeAGraphThatFitsOnALine) {
  // 0 -> 1, 2 -> 1, 1 -> 1; 3 -> 4; 5 alone with a loop; 6 alone.
  const CsrGraph graph = CsrGraph::from_edges(7, std::vector<Edge>{{0, 1}, {2, 1}, {1, 1}, {3, 4}, {5, 5}});
  const GraphStatistics statistics = statistics_of(graph);
  EXPECT_EQ(statistics.min_in_degree, 0);
  EXPECT_DOUBLE_EQ(statistics.mean_in_degree, 5.0 / 7.0);
  EXPECT_EQ(statistics.median_in_degree, 0.0);
  EXPECT_EQ(statistics.max_in_degree, 3);
  EXPECT_EQ(statistics.num_isolated, 1);
  EXPECT_EQ(statistics.num_self_loops, 2);
  EXPECT_EQ(statistics.num_components, 4);
  EXPECT_EQ(statistics.largest_component, 3);
  EXPECT_FALSE(statistics.is_symmetric);
  const Buffer<NodeId> component = weak_components(graph);
  EXPECT_EQ(ids(component), (Ids{0, 0, 0, 3, 3, 5, 6}));
}

TEST(Statistics, TakeTheMeanOfTheTwoDegreesInTheMiddle) {
  // In-degrees 0, 1, 2, 3.
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}});
  EXPECT_EQ(statistics_of(graph).median_in_degree, 1.5);
  EXPECT_EQ(statistics_of(CsrGraph()).num_components, 0);
}

TEST(Statistics, ComponentsAreFoundAlongALongPathInAnyOrder) {
  std::vector<NodeId> order(5000);
  std::iota(order.begin(), order.end(), NodeId{0});
  shuffle(std::span<NodeId>(order), Random(1));
  std::vector<Edge> edges;
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    edges.push_back({order[i], order[i + 1]});
  }
  EXPECT_EQ(statistics_of(CsrGraph::from_edges(5001, edges)).num_components, 2);
}

TEST(Statistics, HomophilySkipsUnlabeledEnds) {
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}, {2, 0}, {3, 0}, {0, 3}});
  EXPECT_DOUBLE_EQ(edge_homophily(graph, std::vector<std::int64_t>{0, 0, 1, -1}).value(), 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(edge_homophily(graph, std::vector<std::int64_t>{2, 2, 2, 2}).value(), 1.0);
  EXPECT_FALSE(edge_homophily(graph, std::vector<std::int64_t>{-1, -1, -1, -1}).has_value());
  expect_throws<ArgumentError>([&] { (void)edge_homophily(graph, std::vector<std::int64_t>{0}); }, "1 labels for 4");
}

}  // namespace
}  // namespace weft
