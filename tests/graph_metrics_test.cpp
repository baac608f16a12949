// Quality of generated graphs: every figure on graphs small enough to check by hand, and the published figures of the
// public planar and block model graphs.
#include "weft/generation/graph_metrics.hpp"

#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/public_files.hpp"
#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/generation/vun.hpp"
#include "weft/graph/generators.hpp"
#include "weft/io/dataset.hpp"

namespace weft {
namespace {

using test::complete_graph;
using test::cycle_graph;
using test::graph_of;
using test::path_graph;
using test::random_simple_graph;
using test::renumbered;

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
  const std::vector<CsrGraph> graphs = {random_simple_graph(20, 0.2, 1), random_simple_graph(25, 0.2, 2),
                                        random_simple_graph(30, 0.2, 3)};
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
  const std::vector<CsrGraph> graphs = {random_simple_graph(20, 0.2, 1), random_simple_graph(25, 0.2, 2),
                                        random_simple_graph(30, 0.2, 3)};
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
    generated.push_back(random_simple_graph(24, 0.15, seed));
    training.push_back(random_simple_graph(24, 0.2, seed + 100));
    held_out.push_back(random_simple_graph(22, 0.2, seed + 200));
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

TEST(Vun, CountsGraphsAsEqualWhereTheSearchGivesUpAndSaysSo) {
  const std::vector<CsrGraph> generated = {cycle_graph(40), renumbered(cycle_graph(40), 3).graph, path_graph(3)};
  const auto verdicts = judge_graphs(generated, {}, GraphKind::planar, 3);
  const std::vector<bool> unique = {true, false, true}, undecided = {false, true, false};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(verdicts[i].unique, unique[i]) << i;
    EXPECT_EQ(verdicts[i].undecided, undecided[i]) << i;
  }
}

TEST(Vun, CountsRepeatsAndCopies) {
  // A repeat of what is new is new too, and a repeat of what training had is not.
  const std::vector<CsrGraph> generated = {
      path_graph(5),         cycle_graph(5),    renumbered(cycle_graph(5), 3).graph,
      graph_of(5, {{0, 1}}), complete_graph(5), renumbered(path_graph(5), 4).graph};
  const std::vector<CsrGraph> training = {renumbered(path_graph(5), 9).graph, complete_graph(4)};
  const auto verdicts = judge_graphs(generated, training, GraphKind::planar);
  const std::vector<bool> valid = {true, true, true, false, false, true};
  const std::vector<bool> unique = {true, true, false, true, true, false};
  const std::vector<bool> novel = {false, true, true, true, true, false};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(verdicts[i].valid, valid[i]) << i;
    EXPECT_EQ(verdicts[i].unique, unique[i]) << i;
    EXPECT_EQ(verdicts[i].novel, novel[i]) << i;
  }
}

}  // namespace
}  // namespace weft
