// What graphs are compared by, orbits, spectra and histograms, by hand, and the distance between sets of them.
#include "weft/generation/graph_descriptors.hpp"

#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/core/error.hpp"
#include "weft/generation/graph_mmd.hpp"
#include "weft/generation/graph_validity.hpp"
#include "weft/generation/graphlet_orbits.hpp"
#include "weft/generation/spectra.hpp"

namespace weft {
namespace {

using test::complete_graph;
using test::cycle_graph;
using test::graph_of;
using test::path_graph;
using test::random_simple_graph;

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
  const CsrGraph graph = random_simple_graph(14, 0.4, 3);
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

}  // namespace
}  // namespace weft
