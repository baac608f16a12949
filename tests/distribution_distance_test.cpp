// Distances between distributions of numbers and of counts.
#include "weft/molecules/distribution_distance.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(WassersteinDistance, IsTheAreaBetweenTheDistributions) {
  EXPECT_DOUBLE_EQ(wasserstein_distance(std::vector{0.0, 1.0, 3.0}, std::vector{5.0, 6.0, 8.0}), 5.0);
  // Half of one at 0 and half at 1, against a third and two thirds: a sixth moves by one.
  EXPECT_DOUBLE_EQ(wasserstein_distance(std::vector{0.0, 1.0}, std::vector{1.0, 0.0, 1.0}), 1.0 / 6.0);
  // The same the other way round; and where the distributions cross, what moves down does not make up for what moves
  // up.
  EXPECT_DOUBLE_EQ(wasserstein_distance(std::vector{5.0, 6.0, 8.0}, std::vector{0.0, 1.0, 3.0}), 5.0);
  EXPECT_DOUBLE_EQ(wasserstein_distance(std::vector{0.0, 3.0}, std::vector{1.0, 2.0}), 1.0);
  EXPECT_DOUBLE_EQ(wasserstein_distance(std::vector{2.0}, std::vector{2.0}), 0.0);
  EXPECT_TRUE(std::isnan(wasserstein_distance({}, std::vector{2.0})));
  EXPECT_TRUE(std::isnan(wasserstein_distance(std::vector{std::nan("")}, std::vector{2.0})));
}

TEST(CosineSimilarity, ComparesShares) {
  EXPECT_DOUBLE_EQ(cosine_similarity({{"a", 3}, {"b", 4}}, {{"a", 6}, {"b", 8}}), 1.0);
  EXPECT_DOUBLE_EQ(cosine_similarity({{"a", 3}, {"b", 4}}, {{"a", 1}}), 0.6);
  EXPECT_DOUBLE_EQ(cosine_similarity({{"a", 3}}, {{"b", 4}}), 0.0);
  EXPECT_TRUE(std::isnan(cosine_similarity({}, {{"b", 4}})));
}

}  // namespace
}  // namespace weft
