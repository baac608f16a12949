// What graphs are compared by, bin by bin, and the spectra that some of it is made of.
#include "weft/generation/graph_descriptors.hpp"

#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/small_graphs.hpp"
#include "weft/generation/graph_validity.hpp"
#include "weft/generation/spectra.hpp"

namespace weft {
namespace {

using test::cycle_graph;
using test::graph_of;
using test::path_graph;

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

}  // namespace
}  // namespace weft
