// The kernel of neighborhoods and its distance between sets.
#include "weft/molecules/nspdk.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tests/support.hpp"

namespace weft {
namespace {

double product(const NspdkFeatures& a, const NspdkFeatures& b) {
  double sum = 0.0;
  for (const auto& [feature, value] : a) {
    for (const auto& [other, weight] : b) {
      sum += feature == other ? value * weight : 0.0;
    }
  }
  return sum;
}

TEST(Nspdk, GivesASingleNodeTwoFeatures) {
  const NspdkFeatures carbon = nspdk_features({.node_label = {6}, .edges = {}, .edge_label = {}});
  ASSERT_EQ(carbon.size(), 2U);
  EXPECT_DOUBLE_EQ(carbon[0].second, std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(carbon[1].second, std::sqrt(0.5));
  EXPECT_EQ(product(carbon, nspdk_features({.node_label = {7}, .edges = {}, .edge_label = {}})), 0.0);
  EXPECT_TRUE(nspdk_features({}).empty());
}

TEST(Nspdk, WeighsEachRadiusAndDistanceAlike) {
  // One edge between equal nodes: radius 0 and 1 at distance 0 and 1. Within each, two counts of either feature.
  const NspdkFeatures edge = nspdk_features({.node_label = {6, 6}, .edges = {{0, 1}}, .edge_label = {1}});
  ASSERT_EQ(edge.size(), 8U);
  for (const auto& [feature, value] : edge) {
    EXPECT_DOUBLE_EQ(value, std::sqrt(0.125));
  }
  // Another bond leaves only radius 0 as it is.
  EXPECT_NEAR(product(edge, nspdk_features({.node_label = {6, 6}, .edges = {{0, 1}}, .edge_label = {2}})), 0.5, 1e-12);
}

std::vector<double> sorted_values(const NspdkFeatures& features) {
  std::vector<double> values;
  for (const auto& [feature, value] : features) {
    values.push_back(value);
  }
  std::ranges::sort(values);
  return values;
}

TEST(Nspdk, WeighsARadiusAlikeHoweverManyNodesItHas) {
  // A node alone has radius 0 only, where it counts once and the two of the edge twice; the other three blocks hold two
  // counts of either feature. Each block has length one, so the whole has two.
  const NspdkFeatures both = nspdk_features({.node_label = {6, 6, 6}, .edges = {{0, 1}}, .edge_label = {1}});
  const std::vector<double> values = sorted_values(both);
  ASSERT_EQ(values.size(), 10U);
  EXPECT_NEAR(values[1], 0.5 / std::sqrt(10.0), 1e-12);
  EXPECT_NEAR(values[2], 1.0 / std::sqrt(10.0), 1e-12);
  EXPECT_NEAR(values[4], 0.5 / std::sqrt(2.0), 1e-12);
}

TEST(Nspdk, CountsAPairOnceWhicheverEndIsFirst) {
  // Each radius: two nodes and their two pairs with themselves, and at distance 1 two nodes and one pair, counted
  // twice.
  const NspdkFeatures edge = nspdk_features({.node_label = {6, 7}, .edges = {{0, 1}}, .edge_label = {1}});
  const std::vector<double> values = sorted_values(edge);
  ASSERT_EQ(values.size(), 14U);
  EXPECT_NEAR(values[0], 0.5 / std::sqrt(6.0), 1e-12);
  EXPECT_NEAR(values[4], 0.25, 1e-12);
  EXPECT_NEAR(values[12], 1.0 / std::sqrt(6.0), 1e-12);
}

TEST(Nspdk, DoesNotDependOnTheOrderOfNodes) {
  const NspdkGraph one{.node_label = {6, 7, 8, 6}, .edges = {{0, 1}, {1, 2}, {1, 3}}, .edge_label = {1, 2, 1}};
  const NspdkGraph same{.node_label = {8, 6, 6, 7}, .edges = {{3, 1}, {2, 3}, {3, 0}}, .edge_label = {1, 1, 2}};
  EXPECT_NEAR(product(nspdk_features(one), nspdk_features(same)), 1.0, 1e-12);
  EXPECT_NEAR(nspdk_mmd(std::vector{one}, std::vector{same}), 0.0, 1e-15);
}

TEST(Nspdk, IsTheSquaredDistanceOfTheMeans) {
  const NspdkGraph carbon{.node_label = {6}, .edges = {}, .edge_label = {}};
  const NspdkGraph oxygen{.node_label = {8}, .edges = {}, .edge_label = {}};
  EXPECT_NEAR(nspdk_mmd(std::vector{carbon}, std::vector{oxygen}), 2.0, 1e-12);
  EXPECT_NEAR(nspdk_mmd(std::vector{carbon, oxygen}, std::vector{oxygen}), 0.5, 1e-12);
  EXPECT_TRUE(std::isnan(nspdk_mmd({}, std::vector{oxygen})));
}

TEST(Nspdk, RefusesLabelsAndEdgesThatDoNotFit) {
  test::expect_throws<ArgumentError>(
      [] {
        (void)nspdk_features({.node_label = {6, 6}, .edges = {{0, 1}}, .edge_label = {}});
      },
      "1 edges have 0 labels");
  test::expect_throws<ArgumentError>(
      [] {
        (void)nspdk_features({.node_label = {6}, .edges = {{0, 1}}, .edge_label = {1}});
      },
      "numbers below 1");
}

}  // namespace
}  // namespace weft
