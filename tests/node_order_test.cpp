// Orderings of nodes: by hand on small graphs, by graph of a batch, and what they are for.
#include "weft/graph/node_order.hpp"

#include <algorithm>
#include <numeric>

#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/message_block.hpp"

namespace weft {
namespace {

using test::expect_throws;

using enum NodeOrdering;
using Order = std::vector<NodeId>;

CsrGraph undirected(std::int64_t n, const std::vector<Edge>& edges) {
  return CsrGraph::from_edges(n, edges, {.symmetrize = true});
}

/// The farthest that two ends of an edge stand apart in the order.
std::int64_t bandwidth(const CsrGraph& graph, const Order& order) {
  std::vector<std::int64_t> place(order.size());
  for (std::size_t p = 0; p < order.size(); ++p) {
    place[order[p]] = static_cast<std::int64_t>(p);
  }
  std::int64_t most = 0;
  for (const Edge& edge : edges_of(graph)) {
    most = std::max(most, std::abs(place[edge.source] - place[edge.destination]));
  }
  return most;
}

CsrGraph shuffled(const CsrGraph& graph, std::uint64_t seed) {
  Order name(static_cast<std::size_t>(graph.num_nodes()));
  std::iota(name.begin(), name.end(), NodeId{0});
  shuffle(std::span<NodeId>(name), Random(seed));
  std::vector<Edge> edges = edges_of(graph);
  for (Edge& edge : edges) {
    edge = {name[edge.source], name[edge.destination]};
  }
  return CsrGraph::from_edges(graph.num_nodes(), edges);
}

TEST(NodeOrder, NaturalIsAsNumbered) {
  const CsrGraph graph = undirected(4, {{0, 3}, {1, 2}});
  EXPECT_EQ(node_order(graph, std::vector<std::int64_t>{0, 1, 4}, natural), (Order{0, 1, 2, 3}));
}

TEST(NodeOrder, BreadthFirstTakesTheNeighborsOfEachNodeBeforeTheirs) {
  // 0 - 4 - 2, 0 - 3, 1 alone; then a second graph 5 - 6.
  const CsrGraph graph = undirected(7, {{0, 4}, {4, 2}, {0, 3}, {5, 6}});
  EXPECT_EQ(node_order(graph, std::vector<std::int64_t>{0, 5, 7}, breadth_first), (Order{0, 3, 4, 2, 1, 5, 6}));
}

TEST(NodeOrder, DegreePutsHubsLastAndEqualNodesByNumberInEachGraphAlone) {
  // Degrees 3, 2, 2, 1; then a star around 4: 2, 1, 1.
  const CsrGraph graph = undirected(7, {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {4, 5}, {4, 6}});
  EXPECT_EQ(node_order(graph, std::vector<std::int64_t>{0, 4, 7}, degree), (Order{3, 1, 2, 0, 5, 6, 4}));
}

TEST(NodeOrder, ReverseCuthillMckeeWalksAPathFromOneEndToTheOther) {
  // 2 - 0 - 3 - 1 and, one way only, 5 -> 4; the lower of two like ends comes last.
  const CsrGraph graph = CsrGraph::from_edges(6, std::vector<Edge>{{2, 0}, {0, 3}, {3, 1}, {5, 4}});
  EXPECT_EQ(node_order(graph, std::vector<std::int64_t>{0, 4, 6}, reverse_cuthill_mckee), (Order{2, 0, 3, 1, 5, 4}));
}

TEST(NodeOrder, ReverseCuthillMckeeVisitsNeighborsOfLowDegreeFirst) {
  // From the end 0 to 1; then 1's neighbors 3 (degree 1) and 2 (degree 3), then 2's 4 and 5. Turned round.
  const CsrGraph graph = undirected(6, {{0, 1}, {1, 2}, {1, 3}, {2, 4}, {2, 5}});
  EXPECT_EQ(node_order(graph, std::vector<std::int64_t>{0, 6}, reverse_cuthill_mckee), (Order{5, 4, 2, 3, 1, 0}));
}

TEST(NodeOrder, ReverseCuthillMckeeOfAShuffledGridIsNearlyAsNarrowAsTheGrid) {
  const CsrGraph graph = shuffled(grid(30, 9), 3);
  const std::vector<std::int64_t> whole{0, 270};
  EXPECT_GT(bandwidth(graph, node_order(graph, whole, natural)), 200);
  EXPECT_LE(bandwidth(graph, node_order(graph, whole, reverse_cuthill_mckee)), 10);
}

TEST(NodeOrder, IsAPermutationOfEachGraphWhateverEdgesRunBetweenThem) {
  // Two grids with edges from one to the other, loners, and a graph without nodes.
  std::vector<Edge> edges = edges_of(shuffled(grid(10, 10), 4));
  edges.push_back({3, 57});
  const std::vector<std::int64_t> segments{0, 50, 50, 100, 105};
  const CsrGraph graph = CsrGraph::from_edges(105, edges);
  for (const NodeOrdering ordering : {natural, breadth_first, degree, reverse_cuthill_mckee}) {
    Order order = node_order(graph, segments, ordering);
    for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
      std::sort(order.begin() + segments[g], order.begin() + segments[g + 1]);
    }
    for (std::size_t v = 0; v < 105; ++v) {
      ASSERT_EQ(order[v], v) << static_cast<int>(ordering);
    }
  }
}

TEST(NodeOrder, OfABatchIsThatOfEachGraphAlone) {
  const CsrGraph graphs[] = {shuffled(grid(4, 3), 1), undirected(1, {}), shuffled(grid(5, 5), 2)};
  const MessageBlock batch = batch_of(graphs);
  for (const NodeOrdering ordering : {natural, breadth_first, degree, reverse_cuthill_mckee}) {
    const auto together = batch.order(ordering);
    for (std::size_t g = 0; g < 3; ++g) {
      const MessageBlock alone(graphs[g]);
      for (std::size_t p = 0; p < alone.order(ordering).size(); ++p) {
        const auto first = static_cast<std::size_t>(batch.segments()[g]);
        EXPECT_EQ(together[first + p], first + alone.order(ordering)[p]);
      }
    }
  }
}

TEST(NodeOrder, IsTheSameOnAnyNumberOfThreads) {
  const CsrGraph graph = rmat({.num_nodes = 4096, .num_edges = 20000, .seed = 5});
  std::vector<std::int64_t> segments{0};
  while (segments.back() < graph.num_nodes()) {
    segments.push_back(std::min(graph.num_nodes(), segments.back() + 37));
  }
  for (const NodeOrdering ordering : {breadth_first, degree, reverse_cuthill_mckee}) {
    std::vector<Order> orders;
    for (const int threads : {1, 2, 4}) {
      with_threads(threads, [&] { orders.push_back(node_order(graph, segments, ordering)); });
    }
    EXPECT_TRUE(orders[0] == orders[1] && orders[0] == orders[2]);
  }
}

TEST(NodeOrder, IsKeptByTheBlockAndItsCopies) {
  const MessageBlock block(grid(4, 5));
  for (const NodeOrdering ordering : {natural, breadth_first, degree, reverse_cuthill_mckee}) {
    EXPECT_TRUE(std::ranges::equal(block.order(ordering), node_order(block.graph(), block.segments(), ordering)));
    EXPECT_EQ(block.order(ordering).data(), MessageBlock(block).order(ordering).data());
  }
}

TEST(NodeOrder, RefusesSegmentsThatDoNotFitAndUnknownNames) {
  expect_throws<ArgumentError>(
      [] {
        (void)node_order(grid(7, 1), std::vector<std::int64_t>{0, 5}, degree);
      },
      "segments end at 5, expected 7");
  EXPECT_EQ(node_ordering_of("rcm"), reverse_cuthill_mckee);
  EXPECT_EQ(node_ordering_of("degree"), degree);
  EXPECT_EQ(node_ordering_of("natural"), natural);
  EXPECT_EQ(node_ordering_of("bfs"), breadth_first);
  expect_throws<ArgumentError>([] { (void)node_ordering_of("dfs"); }, "no ordering 'dfs'");
}

}  // namespace
}  // namespace weft
