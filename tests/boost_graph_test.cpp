// CsrGraph as a Boost graph: the concepts it models, and algorithms with results known by hand.
#include "weft/graph/boost_graph.hpp"

#include <limits>

#include <boost/graph/betweenness_centrality.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/page_rank.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/visitors.hpp>

#include "tests/graph_checks.hpp"
#include "tests/small_graphs.hpp"
#include "tests/support.hpp"

namespace weft {
namespace {

template <class G>
struct ModelsTheGraphConcepts {
  BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<G>));
  BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<G>));
  BOOST_CONCEPT_ASSERT((boost::VertexAndEdgeListGraphConcept<G>));
  BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<G>));
  BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<G>));
  BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<G>));
  BOOST_CONCEPT_ASSERT((boost::ReadablePropertyGraphConcept<G, NodeId, boost::vertex_index_t>));
};
template struct ModelsTheGraphConcepts<DirectedView>;
template struct ModelsTheGraphConcepts<UndirectedView>;
BOOST_CONCEPT_ASSERT((boost::LvaluePropertyMapConcept<EdgeMap<const float>, DirectedEdge>));
BOOST_CONCEPT_ASSERT((boost::Mutable_LvaluePropertyMapConcept<EdgeMap<float>, UndirectedEdge>));

//  0 -> 1 -> 2 -> 0  and  2 -> 3
struct Lollipop {
  CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}, {2, 0}, {2, 3}});
  ReversedGraph reverse = reversed(graph);
  DirectedView view = boost_view(graph, reverse);
};

TEST(DirectedView, ListsEdgesBothWaysWithTheirPositions) {
  const Lollipop lollipop;
  const DirectedView& g = lollipop.view;
  EXPECT_EQ(num_vertices(g), 4U);
  EXPECT_EQ(num_edges(g), 4U);
  std::size_t num_listed = 0;
  for (auto [it, end] = edges(g); it != end; ++it) {
    const auto row = lollipop.graph.sources_of(target(*it, g));
    EXPECT_TRUE(std::ranges::binary_search(row, source(*it, g)));
    EXPECT_EQ((*it).position, static_cast<EdgeId>(num_listed));
    ++num_listed;
  }
  EXPECT_EQ(num_listed, 4U);
  for (NodeId v = 0; v < 4; ++v) {
    for (auto [it, end] = out_edges(v, g); it != end; ++it) {
      EXPECT_EQ(source(*it, g), v);
      EXPECT_EQ(lollipop.graph.sources()[static_cast<std::size_t>((*it).position)], v);
    }
    for (auto [it, end] = in_edges(v, g); it != end; ++it) {
      EXPECT_EQ(target(*it, g), v);
      EXPECT_EQ(lollipop.graph.sources()[static_cast<std::size_t>((*it).position)], source(*it, g));
    }
  }
  EXPECT_EQ(out_degree(2, g), 2U);
  EXPECT_EQ(in_degree(2, g), 1U);
  EXPECT_EQ(degree(2, g), 3U);
  const auto [begin, end] = adjacent_vertices(2, g);
  EXPECT_EQ(std::vector<NodeId>(begin, end), (std::vector<NodeId>{0, 3}));
}

TEST(DirectedView, RefusesTheReverseOfAnotherGraph) {
  const Lollipop lollipop;
  const CsrGraph other = test::path_graph(3);
  test::expect_throws<ArgumentError>([&] { (void)boost_view(other, lollipop.reverse); }, "4 nodes and 4 edges");
}

TEST(DirectedView, PageRankIsUniformOnACycleAndFollowsTheEdges) {
  const CsrGraph cycle = CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}, {1, 2}, {2, 0}});
  const ReversedGraph reverse = reversed(cycle);
  std::vector<double> rank(3);
  boost::graph::page_rank(boost_view(cycle, reverse), node_map(rank), boost::graph::n_iterations(200));
  EXPECT_NEAR(rank[0], 1.0, 1e-12) << "Boost's ranks sum to the number of nodes";
  EXPECT_NEAR(rank[2], 1.0, 1e-12);

  // 0 <- 1, 0 <- 2, 0 -> 1: with damping d, r0 = (1-d) + d (r1 + r2), r1 = (1-d) + d r0, r2 = 1-d.
  const CsrGraph star = CsrGraph::from_edges(3, std::vector<Edge>{{1, 0}, {2, 0}, {0, 1}});
  const ReversedGraph star_reverse = reversed(star);
  boost::graph::page_rank(boost_view(star, star_reverse), node_map(rank), boost::graph::n_iterations(200), 0.5);
  const double r2 = 0.5, r0 = (0.5 + 0.5 * 0.5 + 0.5 * r2) / (1.0 - 0.25), r1 = 0.5 + 0.5 * r0;
  EXPECT_NEAR(rank[0], r0, 1e-12);
  EXPECT_NEAR(rank[1], r1, 1e-12);
  EXPECT_NEAR(rank[2], r2, 1e-12);
}

TEST(DirectedView, BreadthFirstSearchCountsHopsAlongTheEdges) {
  const Lollipop lollipop;
  std::vector<int> hops(4, 0);
  boost::breadth_first_search(
      lollipop.view, NodeId{1},
      boost::visitor(boost::make_bfs_visitor(boost::record_distances(node_map(hops), boost::on_tree_edge()))));
  EXPECT_EQ(hops, (std::vector<int>{2, 0, 1, 2}));
}

TEST(DirectedView, StrongComponentsSeparateTheCycleFromItsTail) {
  const Lollipop lollipop;
  std::vector<int> component(4);
  EXPECT_EQ(boost::strong_components(lollipop.view, node_map(component)), 2);
  EXPECT_EQ(component[0], component[1]);
  EXPECT_EQ(component[0], component[2]);
  EXPECT_NE(component[0], component[3]);
}

TEST(DirectedView, DijkstraReadsWeightsInTheOrderOfTheGraph) {
  // The graph's order: 2 -> 0, 0 -> 1, 1 -> 2, 0 -> 3, 2 -> 3. To 3: directly 10, over 1 and 2 it is 1 + 2 + 3.
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}, {2, 0}, {2, 3}, {0, 3}});
  const ReversedGraph reverse = reversed(graph);
  const std::vector<float> weight = {100, 1, 2, 10, 3};
  std::vector<float> distance(4);
  std::vector<NodeId> predecessor(4);
  boost::dijkstra_shortest_paths(boost_view(graph, reverse), NodeId{0},
                                 boost::weight_map(edge_map(std::span<const float>(weight)))
                                     .distance_map(node_map(distance))
                                     .predecessor_map(node_map(predecessor)));
  EXPECT_EQ(distance, (std::vector<float>{0, 1, 3, 6}));
  EXPECT_EQ(predecessor, (std::vector<NodeId>{0, 0, 1, 2}));
}

TEST(DirectedView, WorksOnAGraphWithoutNodes) {
  const CsrGraph empty;
  const ReversedGraph reverse = reversed(empty);
  std::vector<int> component;
  EXPECT_EQ(boost::strong_components(boost_view(empty, reverse), node_map(component)), 0);
}

TEST(UndirectedView, ListsEveryEdgeOnce) {
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}, {2, 2}}, {.symmetrize = true});
  const UndirectedView g = boost_view_undirected(graph);
  EXPECT_EQ(num_edges(g), 3U);
  std::vector<Edge> listed;
  for (auto [it, end] = edges(g); it != end; ++it) {
    listed.push_back({source(*it, g), target(*it, g)});
  }
  EXPECT_EQ(listed, (std::vector<Edge>{{0, 1}, {1, 2}, {2, 2}}));
  EXPECT_EQ(*out_edges(0, g).first, *in_edges(0, g).first) << "0 -- 1 is the same edge seen from either end";
}

TEST(BoostViews, RefuseSeveralEdgesBetweenTwoNodes) {
  const CsrGraph graph = test::rows_of(2, {0, 2, 4}, {1, 1, 0, 0});
  const ReversedGraph reverse = reversed(graph);
  test::expect_throws<ArgumentError>([&] { (void)boost_view_undirected(graph); }, "several edges join");
  test::expect_throws<ArgumentError>([&] { (void)boost_view(graph, reverse); }, "several edges join");
}

TEST(UndirectedView, RefusesAGraphThatIsNotSymmetric) {
  const Lollipop lollipop;
  test::expect_throws<ArgumentError>([&] { (void)boost_view_undirected(lollipop.graph); }, "symmetric");
}

TEST(UndirectedView, ConnectedComponentsOfTwoPathsAndAnIsolatedNode) {
  const CsrGraph graph = CsrGraph::from_edges(6, std::vector<Edge>{{0, 2}, {2, 4}, {1, 5}}, {.symmetrize = true});
  std::vector<int> component(6);
  EXPECT_EQ(boost::connected_components(boost_view_undirected(graph), node_map(component)), 3);
  EXPECT_EQ(component, (std::vector<int>{0, 1, 0, 2, 0, 1}));
}

TEST(UndirectedView, BetweennessOfAPath) {
  // On a path of five, the node at distance i from an end lies between i * (4 - i) pairs.
  const CsrGraph graph = test::path_graph(5);
  std::vector<double> centrality(5);
  boost::brandes_betweenness_centrality(boost_view_undirected(graph), node_map(centrality));
  EXPECT_EQ(centrality, (std::vector<double>{0, 3, 4, 3, 0}));
}

TEST(UndirectedView, BetweennessCountsWeightedPathsToo) {
  // A triangle whose side 0 -- 2 is longer than the way over 1.
  const CsrGraph graph = CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}, {1, 2}, {0, 2}}, {.symmetrize = true});
  std::vector<double> centrality(3);
  // Order: 1 -> 0, 2 -> 0, 0 -> 1, 2 -> 1, 0 -> 2, 1 -> 2.
  std::vector<double> weight = {1, 5, 1, 1, 5, 1};
  boost::brandes_betweenness_centrality(
      boost_view_undirected(graph),
      boost::centrality_map(node_map(centrality)).vertex_index_map(NodeIndexMap()).weight_map(edge_map(weight)));
  EXPECT_EQ(centrality, (std::vector<double>{0, 1, 0}));
}

TEST(EdgeMap, WritesWhereTheGraphKeepsTheEdge) {
  const Lollipop lollipop;
  std::vector<int> value(4, 0);
  const EdgeMap<int> map = edge_map(value);
  put(map, *out_edges(2, lollipop.view).first, 7);
  EXPECT_EQ(value, (std::vector<int>{7, 0, 0, 0})) << "2 -> 0 is the only edge into node 0, hence the first";
  EXPECT_EQ(get(map, *in_edges(0, lollipop.view).first), 7);
}

}  // namespace
}  // namespace weft
