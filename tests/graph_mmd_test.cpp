// The distance between sets of graphs.
#include "weft/generation/graph_mmd.hpp"

#include <cmath>
#include <vector>

#include "tests/support.hpp"

namespace weft {
namespace {

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
  // Three bins away: the bins between count too, so this is not the sum of the differences, which is 2.
  const std::vector<GraphDescriptor> a = {{1, 0, 0, 0}};
  const std::vector<GraphDescriptor> b = {{0, 0, 0, 1}};
  using Distance = MmdOptions::Distance;
  EXPECT_NEAR(maximum_mean_discrepancy(a, b, {.distance = Distance::earth_mover}), 2.0 - 2.0 * std::exp(-4.5), 1e-5);
  EXPECT_NEAR(maximum_mean_discrepancy(a, b, {.distance = Distance::earth_mover, .bins_per_unit = 2.0}),
              2.0 - 2.0 * std::exp(-1.125), 1e-5);
  EXPECT_NEAR(maximum_mean_discrepancy(a, b, {.distance = Distance::euclidean, .normalize = false}),
              2.0 - 2.0 * std::exp(-1.0), 1e-12);
}

}  // namespace
}  // namespace weft
