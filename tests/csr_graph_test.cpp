// Compressed sparse graphs: rows by hand, a set as the reference, the same rows on any number of threads.
#include "weft/graph/csr_graph.hpp"

#include <set>

#include <gtest/gtest.h>

#include "tests/graph_checks.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/message_block.hpp"

namespace weft {
namespace {

using test::expect_same_for_any_threads;
using test::expect_throws;
using test::ids;
using test::Ids;
using test::rows_of;
using test::same_rows;

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
        (void)rows_of(4, {0, 2, 4, 6}, {0, 1, 3, 2, 2, 0});
      },
      "row 1 does not ascend: position 2 holds 3 and the next one 2");
}

TEST(CsrGraph, KeepsSeveralEdgesBetweenTwoNodes) {
  const CsrGraph graph = rows_of(3, {0, 0, 3, 4}, {0, 0, 2, 1});
  EXPECT_TRUE(graph.has_repeats());
  EXPECT_EQ(graph.num_edges(), 4);
  EXPECT_TRUE(graph.has_edge({0, 1}));
  const ReversedGraph reverse = reversed(graph);
  EXPECT_TRUE(reverse.graph.has_repeats());
  EXPECT_EQ(ids(reverse.graph.sources()), (Ids{1, 1, 2, 1}));
  EXPECT_EQ(std::vector<EdgeId>(reverse.edge.begin(), reverse.edge.end()), (std::vector<EdgeId>{0, 1, 3, 2}));
  EXPECT_TRUE(induced_subgraph(graph, std::vector<NodeId>{1, 0}).has_repeats());
  EXPECT_FALSE(induced_subgraph(graph, std::vector<NodeId>{1, 2}).has_repeats());
  EXPECT_FALSE(rows_of(3, {0, 0, 2, 3}, {0, 2, 1}).has_repeats());
  EXPECT_FALSE(CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}, {0, 1}}).has_repeats());
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
  // 0 -> 1 twice and 1 -> 0 once; 2 -> 3 once and 3 -> 2 twice: as many rise as fall, and each has a mirror.
  EXPECT_FALSE(is_symmetric(rows_of(4, {0, 1, 3, 5, 6}, {1, 0, 0, 3, 3, 2})));
  EXPECT_TRUE(is_symmetric(rows_of(4, {0, 2, 4, 5, 6}, {1, 1, 0, 0, 3, 2})));
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

}  // namespace
}  // namespace weft
