// Quality of generated graphs: every figure on graphs small enough to check by hand, and the published figures of the
// public planar and block model graphs.
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "tests/public_files.hpp"
#include "tests/support.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/generation/block_structure.hpp"
#include "weft/generation/graph_descriptors.hpp"
#include "weft/generation/graph_metrics.hpp"
#include "weft/generation/graphlet_orbits.hpp"
#include "weft/generation/isomorphism.hpp"
#include "weft/generation/vun.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/planarity.hpp"
#include "weft/io/dataset.hpp"

namespace weft {
namespace {

CsrGraph graph_of(std::int64_t n, const std::vector<Edge>& edges) {
  return CsrGraph::from_edges(n, edges, {.symmetrize = true, .self_loops = GraphOptions::SelfLoops::remove});
}

CsrGraph path_graph(NodeId n) {
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) {
    edges.push_back({v - 1, v});
  }
  return graph_of(n, edges);
}

CsrGraph cycle_graph(NodeId n) {
  std::vector<Edge> edges = edges_of(path_graph(n));
  edges.push_back({0, n - 1});
  return graph_of(n, edges);
}

CsrGraph complete_graph(NodeId n) {
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) {
    for (NodeId u = 0; u < v; ++u) {
      edges.push_back({u, v});
    }
  }
  return graph_of(n, edges);
}

CsrGraph random_graph(NodeId n, double share, std::uint64_t seed) {
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) {
    for (NodeId u = 0; u < v; ++u) {
      if (Random(seed).uniform(std::uint64_t{v} * n + u) < share) {
        edges.push_back({u, v});
      }
    }
  }
  return graph_of(n, edges);
}

/// The same graph with other numbers for its nodes.
CsrGraph renumbered(const CsrGraph& graph, std::uint64_t seed) {
  std::vector<NodeId> name(static_cast<std::size_t>(graph.num_nodes()));
  std::iota(name.begin(), name.end(), NodeId{0});
  shuffle(std::span(name), Random(seed));
  std::vector<Edge> edges = edges_of(graph);
  for (Edge& edge : edges) {
    edge = {name[edge.source], name[edge.destination]};
  }
  return graph_of(graph.num_nodes(), edges);
}

TEST(GraphletOrbits, CountsThePathOfFour) {
  const auto counts = graphlet_orbits(path_graph(4));
  // An end: one neighbor, end of one path of three, end of the path of four.
  EXPECT_EQ(counts[0], (OrbitCounts{1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(counts[1], (OrbitCounts{2, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(counts[2], counts[1]);
  EXPECT_EQ(counts[3], counts[0]);
}

TEST(GraphletOrbits, CountsClawSquareTailAndDiamond) {
  const auto claw = graphlet_orbits(graph_of(4, {{0, 1}, {0, 2}, {0, 3}}));
  EXPECT_EQ(claw[0], (OrbitCounts{3, 0, 3, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(claw[1], (OrbitCounts{1, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
  const auto square = graphlet_orbits(cycle_graph(4));
  EXPECT_EQ(square[2], (OrbitCounts{2, 2, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}));
  const auto tail = graphlet_orbits(graph_of(4, {{0, 1}, {1, 2}, {2, 0}, {2, 3}}));
  EXPECT_EQ(tail[3], (OrbitCounts{1, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(tail[0], (OrbitCounts{2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(tail[2], (OrbitCounts{3, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}));
  const auto diamond = graphlet_orbits(graph_of(4, {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {0, 2}}));
  EXPECT_EQ(diamond[1], (OrbitCounts{2, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(diamond[0], (OrbitCounts{3, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}));
}

TEST(GraphletOrbits, CountsEveryFourOfACompleteGraph) {
  // Node by node: C(5, 2) triangles and C(5, 3) complete graphs on four.
  for (const OrbitCounts& counts : graphlet_orbits(complete_graph(6))) {
    EXPECT_EQ(counts, (OrbitCounts{5, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10}));
  }
}

TEST(GraphletOrbits, AgreesWithAllSetsOfFourNodes) {
  const CsrGraph graph = random_graph(14, 0.4, 3);
  const auto counts = graphlet_orbits(graph);
  std::int64_t connected = 0;
  for (NodeId a = 0; a < 14; ++a) {
    for (NodeId b = a + 1; b < 14; ++b) {
      for (NodeId c = b + 1; c < 14; ++c) {
        for (NodeId d = c + 1; d < 14; ++d) {
          connected += is_connected(induced_subgraph(graph, std::vector<NodeId>{a, b, c, d})) ? 1 : 0;
        }
      }
    }
  }
  std::int64_t places = 0;
  for (const OrbitCounts& row : counts) {
    places += std::accumulate(row.begin() + 4, row.end(), std::int64_t{0});
  }
  EXPECT_EQ(places, 4 * connected);
}

TEST(Spectra, GivesTheCyclesCosines) {
  const Spectrum spectrum = normalized_laplacian_spectrum(cycle_graph(6));
  const std::vector<double> expected = {0.0, 0.5, 0.5, 1.5, 1.5, 2.0};
  for (std::size_t k = 0; k < 6; ++k) {
    EXPECT_NEAR(spectrum.values[k], expected[k], 1e-12);
    // Of the lowest and the highest eigenvalue every node has its sixth.
    EXPECT_NEAR(spectrum.energy[k * 6], 1.0 / 6.0, 1e-12);
    EXPECT_NEAR(spectrum.energy[k * 6 + 5], 1.0 / 6.0, 1e-12);
  }
  // A node without edges has the eigenvalue 0, not 1.
  EXPECT_NEAR(normalized_laplacian_spectrum(graph_of(3, {{0, 1}})).values[1], 0.0, 1e-12);
}

TEST(GraphDescriptors, CountDegreesAndClusteringInTheirBins) {
  const CsrGraph tail = graph_of(4, {{0, 1}, {1, 2}, {2, 0}, {2, 3}});
  EXPECT_EQ(degree_histogram(tail), (GraphDescriptor{0, 1, 2, 1}));
  const GraphDescriptor clustering = clustering_histogram(tail);
  EXPECT_EQ(clustering[0], 1.0);
  EXPECT_EQ(clustering[33], 1.0);
  EXPECT_EQ(clustering[99], 2.0);
  EXPECT_EQ(std::accumulate(clustering.begin(), clustering.end(), 0.0), 4.0);
}

TEST(GraphDescriptors, KeepTheHighestEigenvalueOfATree) {
  const GraphDescriptor histogram = spectrum_histogram(normalized_laplacian_spectrum(path_graph(2)));
  EXPECT_EQ(histogram[0], 1.0);
  EXPECT_EQ(histogram[199], 1.0);
}

TEST(GraphDescriptors, PutWaveletEnergiesWhereTheFiltersSay) {
  // One edge: eigenvalues 0 and 2, half of each eigenvector's energy at either node. The low pass gives
  // (1 + 2 / (3 sqrt 3))^2 / 2 = 0.9590 at 0 and nothing at 2; bins are 1.3849 / 100 wide. The last wavelet, of scale
  // 1/2, gives 1 at 2: energy 0.5.
  const GraphDescriptor histogram = wavelet_histogram(normalized_laplacian_spectrum(path_graph(2)));
  ASSERT_EQ(histogram.size(), 1200U);
  const double peak = 1.0 + 2.0 / (3.0 * std::numbers::sqrt3);
  EXPECT_EQ(histogram[static_cast<std::size_t>(100.0 * peak / 2.0)], 2.0);
  EXPECT_EQ(histogram[1100 + static_cast<std::size_t>(100.0 * 0.5 / peak)], 2.0);
}

TEST(MaximumMeanDiscrepancy, IsTheFormula) {
  const std::vector<GraphDescriptor> a = {{1, 0}, {0, 1}};
  const std::vector<GraphDescriptor> b = {{1, 0, 0}};
  // Total variation 1 between different ones: mean of (1, k, k, 1) + 1 - 2 * mean of (1, k), k = exp(-1/2).
  const double k = std::exp(-0.5);
  EXPECT_NEAR(maximum_mean_discrepancy(a, b), 0.5 + 0.5 * k + 1.0 - 1.0 - k, 2e-6);
  EXPECT_NEAR(maximum_mean_discrepancy(a, b, {.width = 2.0}), 0.5 + 0.5 * std::exp(-0.125) - std::exp(-0.125), 2e-6);
  EXPECT_NEAR(maximum_mean_discrepancy(a, a), 0.0, 1e-15);
  EXPECT_TRUE(std::isnan(maximum_mean_discrepancy(a, {})));
  test::expect_throws<ArgumentError>([&] { (void)maximum_mean_discrepancy(a, b, {.width = 0.0}); }, "width is 0");
}

TEST(MaximumMeanDiscrepancy, MovesEarthBinByBin) {
  const std::vector<GraphDescriptor> a = {{1, 0, 0}};
  const std::vector<GraphDescriptor> b = {{0, 0, 1}};
  using Distance = MmdOptions::Distance;
  EXPECT_NEAR(maximum_mean_discrepancy(a, b, {.distance = Distance::earth_mover}), 2.0 - 2.0 * std::exp(-2.0), 1e-5);
  EXPECT_NEAR(maximum_mean_discrepancy(a, b, {.distance = Distance::earth_mover, .bins_per_unit = 2.0}),
              2.0 - 2.0 * std::exp(-0.5), 1e-5);
  EXPECT_NEAR(maximum_mean_discrepancy(a, b, {.distance = Distance::euclidean, .normalize = false}),
              2.0 - 2.0 * std::exp(-1.0), 1e-12);
}

TEST(Isomorphism, SeesThroughRenumbering) {
  const CsrGraph graph = random_graph(40, 0.1, 5);
  EXPECT_TRUE(is_isomorphic(graph, renumbered(graph, 1)));
  EXPECT_TRUE(is_isomorphic(grid(6, 7), renumbered(grid(6, 7), 2)));
  EXPECT_TRUE(is_isomorphic(CsrGraph(), CsrGraph()));
}

TEST(Isomorphism, TellsApartWhatColorsDoNot) {
  const CsrGraph triangles = graph_of(6, {{0, 1}, {1, 2}, {2, 0}, {3, 4}, {4, 5}, {5, 3}});
  EXPECT_EQ(refined_colors(triangles).whole, refined_colors(cycle_graph(6)).whole);
  EXPECT_FALSE(is_isomorphic(triangles, cycle_graph(6)));
}

TEST(Isomorphism, PairsTheComponentsOffOneByOne) {
  // Triangles and hexagons, whose nodes all have the same color: searching through all ways to place the triangles
  // would take longer than the universe has existed.
  const auto rings = [](NodeId triangles, NodeId hexagons) {
    std::vector<Edge> edges;
    NodeId next = 0;
    for (NodeId ring = 0; ring < triangles + hexagons; ++ring) {
      const NodeId length = ring < triangles ? 3 : 6;
      for (NodeId i = 0; i < length; ++i) {
        edges.push_back({next + i, next + (i + 1) % length});
      }
      next += length;
    }
    return graph_of(next, edges);
  };
  EXPECT_TRUE(is_isomorphic(rings(18, 1), renumbered(rings(18, 1), 4)));
  EXPECT_FALSE(is_isomorphic(rings(18, 1), rings(16, 2)));
}

TEST(Isomorphism, TellsTreesApartByColorsAlone) {
  // Both have degrees 3, 2, 2, 1, 1, 1: the branch is in the middle of one and beside the end in the other.
  const CsrGraph middle = graph_of(6, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {2, 5}});
  const CsrGraph beside = graph_of(6, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {1, 5}});
  EXPECT_NE(refined_colors(middle).whole, refined_colors(beside).whole);
  EXPECT_FALSE(is_isomorphic(middle, beside));
}

TEST(Isomorphism, RefusesDirectedGraphs) {
  const CsrGraph directed = CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}});
  test::expect_throws<ArgumentError>([&] { (void)is_isomorphic(directed, directed); }, "is_isomorphic");
}

TEST(GraphValidity, KnowsConnectedAndPlanarGraphs) {
  EXPECT_TRUE(is_connected(path_graph(5)));
  EXPECT_FALSE(is_connected(graph_of(5, {{0, 1}, {2, 3}})));
  EXPECT_FALSE(is_connected(CsrGraph()));
  EXPECT_TRUE(is_valid_graph(complete_graph(4), GraphKind::planar));
  EXPECT_FALSE(is_planar(complete_graph(5)));
  // Three houses and three wells.
  EXPECT_FALSE(is_planar(graph_of(6, {{0, 3}, {0, 4}, {0, 5}, {1, 3}, {1, 4}, {1, 5}, {2, 3}, {2, 4}, {2, 5}})));
  EXPECT_TRUE(is_planar(graph_of(5, {{0, 1}, {2, 3}})));
  EXPECT_FALSE(is_valid_graph(graph_of(5, {{0, 1}, {2, 3}}), GraphKind::planar));
  EXPECT_TRUE(is_valid_graph(complete_graph(5), GraphKind::any));
}

TEST(GraphValidity, KnowsTreesAndLobsters) {
  EXPECT_TRUE(is_tree(path_graph(7)));
  EXPECT_FALSE(is_tree(cycle_graph(7)));
  EXPECT_FALSE(is_tree(graph_of(6, {{0, 1}, {1, 2}, {2, 0}, {3, 4}, {4, 5}})));
  EXPECT_TRUE(is_lobster(path_graph(1)));
  EXPECT_TRUE(is_lobster(path_graph(9)));
  EXPECT_FALSE(is_lobster(cycle_graph(9)));
  // Three arms from one node: of length two they vanish, of length three they leave a claw.
  EXPECT_TRUE(is_lobster(graph_of(7, {{0, 1}, {1, 2}, {0, 3}, {3, 4}, {0, 5}, {5, 6}})));
  EXPECT_FALSE(is_lobster(graph_of(10, {{0, 1}, {1, 2}, {2, 3}, {0, 4}, {4, 5}, {5, 6}, {0, 7}, {7, 8}, {8, 9}})));
}

TEST(GraphValidity, NamesItsKinds) {
  EXPECT_EQ(graph_kind_of("sbm"), GraphKind::sbm);
  EXPECT_EQ(name_of(GraphKind::lobster), "lobster");
  EXPECT_FALSE(graph_kind_of("ladder").has_value());
}

/// Blocks of the given sizes with shares 0.3 and 0.005 of edges, in shuffled order.
struct PlantedBlocks {
  CsrGraph graph;
  std::vector<std::int64_t> block;
};

PlantedBlocks planted(const std::vector<std::int64_t>& sizes, std::uint64_t seed) {
  PlantedBlocks result;
  for (std::size_t r = 0; r < sizes.size(); ++r) {
    result.block.insert(result.block.end(), static_cast<std::size_t>(sizes[r]), static_cast<std::int64_t>(r));
  }
  shuffle(std::span(result.block), Random(seed).stream(1));
  const auto n = static_cast<NodeId>(result.block.size());
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) {
    for (NodeId u = 0; u < v; ++u) {
      const double share = result.block[u] == result.block[v] ? 0.3 : 0.005;
      if (Random(seed).uniform(std::uint64_t{v} * n + u) < share) {
        edges.push_back({u, v});
      }
    }
  }
  result.graph = graph_of(n, edges);
  return result;
}

TEST(BlockStructure, FindsThePlantedBlocks) {
  int exact = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const PlantedBlocks made = planted({25, 31, 38}, seed);
    const BlockStructure found = infer_blocks(made.graph);
    ASSERT_EQ(found.num_blocks, 3) << seed;
    // Nodes with as many blocks as pairs (planted, found) are told apart in the same way.
    std::int64_t apart = 0;
    for (std::size_t u = 0; u < made.block.size(); ++u) {
      for (std::size_t v = 0; v < u; ++v) {
        apart += (made.block[u] == made.block[v]) != (found.block[u] == found.block[v]) ? 1 : 0;
      }
    }
    exact += apart == 0 ? 1 : 0;
  }
  EXPECT_GE(exact, 9);
}

TEST(BlockStructure, FindsOneBlockWhereThereIsNoStructure) {
  EXPECT_EQ(infer_blocks(complete_graph(30)).num_blocks, 1);
  EXPECT_EQ(infer_blocks(random_graph(60, 0.2, 1)).num_blocks, 1);
  EXPECT_EQ(infer_blocks(CsrGraph()).num_blocks, 0);
}

TEST(BlockStructure, RefusesOtherModels) {
  EXPECT_TRUE(is_block_model(planted({30, 30}, 1).graph));
  EXPECT_FALSE(is_block_model(planted({30, 12}, 1).graph)) << "a block of 12 nodes";
  EXPECT_FALSE(is_block_model(planted({30, 50}, 1).graph)) << "a block of 50 nodes";
  EXPECT_FALSE(is_block_model(random_graph(40, 0.3, 1))) << "a single block";
  EXPECT_FALSE(is_block_model(planted({22, 22, 22, 22, 22, 22}, 1).graph)) << "six blocks";
  EXPECT_FALSE(is_block_model(graph_of(60, {}))) << "no edges";
}

TEST(Vun, CountsRepeatsAndCopies) {
  const std::vector<CsrGraph> generated = {path_graph(5), cycle_graph(5), renumbered(cycle_graph(5), 3),
                                           graph_of(5, {{0, 1}}), complete_graph(5)};
  const std::vector<CsrGraph> training = {renumbered(path_graph(5), 9), complete_graph(4)};
  const auto verdicts = judge_graphs(generated, training, GraphKind::planar);
  const std::vector<bool> valid = {true, true, true, false, false};
  const std::vector<bool> unique = {true, true, false, true, true};
  const std::vector<bool> novel = {false, true, true, true, true};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(verdicts[i].valid, valid[i]) << i;
    EXPECT_EQ(verdicts[i].unique, unique[i]) << i;
    EXPECT_EQ(verdicts[i].novel, novel[i]) << i;
  }
}

TEST(GraphMetrics, PutsTheSharesTogether) {
  const std::vector<CsrGraph> generated = {path_graph(5), cycle_graph(5), cycle_graph(5), graph_of(5, {{0, 1}})};
  const std::vector<CsrGraph> training = {path_graph(5)};
  const std::vector<CsrGraph> test = {cycle_graph(6), path_graph(4)};
  const GraphQuality quality = evaluate_graphs(generated, training, test, GraphKind::any);
  EXPECT_DOUBLE_EQ(quality.valid, 0.75);
  EXPECT_DOUBLE_EQ(quality.unique, 0.75);
  EXPECT_DOUBLE_EQ(quality.novel, 0.75);
  EXPECT_DOUBLE_EQ(quality.vun, 0.25);
}

TEST(GraphMetrics, FindsNoDistanceBetweenASetAndItself) {
  const std::vector<CsrGraph> graphs = {random_graph(20, 0.2, 1), random_graph(25, 0.2, 2), random_graph(30, 0.2, 3)};
  const std::vector<CsrGraph> others = {grid(4, 5), grid(5, 5)};
  const GraphQuality same = evaluate_graphs(graphs, others, graphs, GraphKind::any);
  for (const double distance : {same.degree_mmd, same.clustering_mmd, same.spectral_mmd, same.orbit_mmd,
                                same.wavelet_mmd, same.mmd_ratio, same.degree_emd_mmd, same.clustering_emd_mmd}) {
    EXPECT_NEAR(distance, 0.0, 1e-14);
  }
  // Where generated graphs are the training graphs, each distance is the one it is divided by, up to its rounding.
  EXPECT_NEAR(evaluate_graphs(others, others, graphs, GraphKind::any).mmd_ratio, 1.0, 0.01);
}

TEST(GraphMetrics, HasTheTrainingGraphsDistancesAsItsFloor) {
  const std::vector<CsrGraph> graphs = {random_graph(20, 0.2, 1), random_graph(25, 0.2, 2), random_graph(30, 0.2, 3)};
  const std::vector<CsrGraph> training = {grid(4, 5), grid(5, 5)}, generated = {cycle_graph(12)};
  const GraphDistances floor = evaluate_graphs(generated, training, graphs, GraphKind::any).floor;
  const GraphQuality of_training = evaluate_graphs(training, training, graphs, GraphKind::any);
  for (const auto distance :
       {&GraphDistances::degree_mmd, &GraphDistances::clustering_mmd, &GraphDistances::spectral_mmd,
        &GraphDistances::orbit_mmd, &GraphDistances::wavelet_mmd, &GraphDistances::degree_emd_mmd,
        &GraphDistances::clustering_emd_mmd, &GraphDistances::orbit_gaussian_mmd}) {
    EXPECT_GT(floor.*distance, 0.0);
    EXPECT_EQ(floor.*distance, of_training.*distance);
  }
}

TEST(GraphMetrics, DoesNotDependOnTheNumberOfThreads) {
  std::vector<CsrGraph> generated, training, held_out;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    generated.push_back(random_graph(24, 0.15, seed));
    training.push_back(random_graph(24, 0.2, seed + 100));
    held_out.push_back(random_graph(22, 0.2, seed + 200));
  }
  GraphQuality one, many;
  with_threads(1, [&] { one = evaluate_graphs(generated, training, held_out, GraphKind::any); });
  with_threads(4, [&] { many = evaluate_graphs(generated, training, held_out, GraphKind::any); });
  EXPECT_EQ(one.degree_mmd, many.degree_mmd);
  EXPECT_EQ(one.clustering_mmd, many.clustering_mmd);
  EXPECT_EQ(one.spectral_mmd, many.spectral_mmd);
  EXPECT_EQ(one.orbit_mmd, many.orbit_mmd);
  EXPECT_EQ(one.wavelet_mmd, many.wavelet_mmd);
  EXPECT_EQ(one.mmd_ratio, many.mmd_ratio);
  EXPECT_EQ(one.vun, many.vun);
}

TEST(GraphMetrics, RefusesGraphsThatAreNotSimple) {
  const std::vector<CsrGraph> good = {path_graph(3)};
  const std::vector<CsrGraph> directed = {CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}})};
  const std::vector<CsrGraph> looped = {path_graph(3), CsrGraph::from_edges(2, std::vector<Edge>{{1, 1}})};
  test::expect_throws<ArgumentError>([&] { (void)evaluate_graphs(directed, good, good, GraphKind::any); },
                                     "generated graph 0 has an edge without its reverse");
  test::expect_throws<ArgumentError>([&] { (void)evaluate_graphs(good, looped, good, GraphKind::any); },
                                     "training graph 1 has a self-loop at node 1");
  test::expect_throws<ArgumentError>([&] { (void)evaluate_graphs(good, good, {}, GraphKind::any); },
                                     "the test set has no graphs");
}

std::vector<CsrGraph> graphs_of(const Dataset& data, std::span<const std::int64_t> numbers) {
  std::vector<CsrGraph> graphs;
  for (const std::int64_t g : numbers) {
    const auto i = static_cast<std::size_t>(g);
    std::vector<NodeId> nodes(static_cast<std::size_t>(data.node_ptr[i + 1] - data.node_ptr[i]));
    std::iota(nodes.begin(), nodes.end(), static_cast<NodeId>(data.node_ptr[i]));
    graphs.push_back(induced_subgraph(data.graph, nodes));
  }
  return graphs;
}

/// Training against test graphs, as published by Bergmeister et al., "Efficient and scalable graph generation through
/// iterative local expansion" (ICLR 2024), table 1, row "training set".
struct PublishedFigures {
  const char* file;
  GraphKind kind;
  double degree, clustering, orbit, spectral, wavelet;
  /// Of 128 training graphs. Published for the block model is 110 (85.9 %), with the blocks that a random search
  /// found; here every block has its 20 to 40 nodes, and 13 graphs fail for how few edges join some of them.
  int valid;
};

class PublishedGraphs : public testing::TestWithParam<PublishedFigures> {};

TEST_P(PublishedGraphs, HaveThePublishedDistances) {
  const PublishedFigures& expected = GetParam();
  const auto path = test::public_file(expected.file);
  if (!path) {
    GTEST_SKIP() << expected.file << ".h5 is missing; set WEFT_DATA";
  }
  const Dataset data = read_dataset(*path);
  const Split& split = *data.find_split("public");
  const std::vector<CsrGraph> training = graphs_of(data, split.train);
  const GraphQuality quality = evaluate_graphs(training, training, graphs_of(data, split.test), expected.kind);
  EXPECT_NEAR(quality.degree_mmd, expected.degree, 6e-5);
  EXPECT_NEAR(quality.clustering_mmd, expected.clustering, 6e-5);
  EXPECT_NEAR(quality.orbit_mmd, expected.orbit, 6e-5);
  EXPECT_NEAR(quality.spectral_mmd, expected.spectral, 6e-5);
  EXPECT_NEAR(quality.wavelet_mmd, expected.wavelet, 6e-5);
  EXPECT_EQ(quality.valid * 128.0, expected.valid);
  EXPECT_EQ(quality.unique, 1.0);
  EXPECT_EQ(quality.novel, 0.0);
  EXPECT_NEAR(quality.mmd_ratio, 1.0, 0.2);
}

TEST(GraphMetrics, AgreesWithNetworkxAndPygsp) {
  const auto path = test::public_file("community_small");
  if (!path) {
    GTEST_SKIP() << "community_small.h5 is missing; set WEFT_DATA";
  }
  // By histograms and clustering of NetworkX 3.6, filters of PyGSP 0.6, eigenvalues of SciPy 1.17, and orbits counted
  // over all sets of nodes.
  const Dataset data = read_dataset(*path);
  const Split& split = *data.find_split("rand0");
  const std::vector<CsrGraph> training = graphs_of(data, split.train);
  const GraphQuality quality = evaluate_graphs(training, training, graphs_of(data, split.test), GraphKind::any);
  EXPECT_NEAR(quality.degree_mmd, 0.06062258421476652, 1e-9);
  EXPECT_NEAR(quality.clustering_mmd, 0.21556424889533704, 1e-9);
  EXPECT_NEAR(quality.spectral_mmd, 0.07966028494187793, 1e-9);
  EXPECT_NEAR(quality.orbit_mmd, 0.10011716502951272, 1e-9);
  EXPECT_NEAR(quality.wavelet_mmd, 0.05396278260606735, 1e-9);
  // Histograms that are short of one by a millionth over their size make the earth mover carry that along.
  EXPECT_NEAR(quality.degree_emd_mmd, 0.1935665608081547, 1e-7);
  EXPECT_NEAR(quality.clustering_emd_mmd, 0.09158542381890333, 1e-7);
  EXPECT_NEAR(quality.orbit_gaussian_mmd, 0.04027418346232947, 1e-9);
  // These 80 graphs repeat each other: NetworkX finds 44 different ones too.
  EXPECT_EQ(quality.unique, 44.0 / 80.0);
}

INSTANTIATE_TEST_SUITE_P(
    PublicFiles, PublishedGraphs,
    testing::Values(PublishedFigures{"planar", GraphKind::planar, .0002, .0310, .0005, .0038, .0012, 128},
                    PublishedFigures{"sbm", GraphKind::sbm, .0008, .0332, .0255, .0027, .0007, 115}),
    [](const auto& instance) { return std::string(instance.param.file); });

}  // namespace
}  // namespace weft
