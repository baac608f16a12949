// Metrics and rankings of links, by hand.
#include "weft/tasks/link_metrics.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "weft/tasks/classification_metrics.hpp"
#include "weft/tasks/link_ranking.hpp"

namespace weft {
namespace {

TEST(LinkMetrics, AreThoseWorkedOutByHand) {
  const std::vector<float> links = {3, 1, 0.5F}, others = {2, 1, 0, -1};
  // Above 2: one link. Above 1: one, as equal is not above. Above 0: all three.
  EXPECT_DOUBLE_EQ(hits_at(1, links, others), 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(hits_at(2, links, others), 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(hits_at(3, links, others), 1.0);
  EXPECT_DOUBLE_EQ(hits_at(5, links, others), 1.0);
  EXPECT_TRUE(std::isnan(hits_at(1, {}, others)));
  EXPECT_DOUBLE_EQ(reciprocal_rank(3, others), 1.0);
  EXPECT_DOUBLE_EQ(reciprocal_rank(0.5F, others), 1.0 / 3.0);
  // One is better, one equal: places 2 and 3 are shared.
  EXPECT_DOUBLE_EQ(reciprocal_rank(1, others), 1.0 / 2.5);
  // In falling order: link, none, link and none at once, link, none.
  const std::vector<float> scores = {3, 1, 0.5F, 2, 1, 0};
  const std::vector<std::uint8_t> outcomes = {1, 1, 1, 0, 0, 0};
  EXPECT_DOUBLE_EQ(average_precision(scores, outcomes), (1.0 + 2.0 / 4.0 + 3.0 / 5.0) / 3.0);
  EXPECT_DOUBLE_EQ(roc_auc(scores, outcomes), (3.0 + 1.5 + 1.0) / 9.0);
}

TEST(LinkMetrics, AreNotANumberWhereAScoreIsNone) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> sound = {3, 1, 0.5F}, broken = {2, kNaN, 0};
  EXPECT_TRUE(std::isnan(hits_at(1, sound, broken)));
  EXPECT_TRUE(std::isnan(hits_at(1, broken, sound)));
  EXPECT_TRUE(std::isnan(reciprocal_rank(kNaN, sound)));
  EXPECT_TRUE(std::isnan(reciprocal_rank(1, broken)));
}

TEST(LinkRanking, IsThatWorkedOutByHand) {
  // Users 0, 1; items 2 .. 5, of states 4, 3, 2, 1. User 0 likes large ones, user 1 small ones.
  const Tensor states{{1}, {-1}, {4}, {3}, {2}, {1}};
  const std::vector<std::uint8_t> side = {0, 0, 1, 1, 1, 1};
  const auto graph = [](const std::vector<Edge>& links) {
    return CsrGraph::from_edges(6, links, {.symmetrize = true});
  };
  // Known beside what is wanted: 0 - 2, so that 3 and 4 are the first two of user 0.
  const CsrGraph wanted = graph({{0, 3}, {0, 5}, {1, 4}}), known = graph({{0, 2}, {0, 3}, {0, 5}, {1, 4}});
  const RankingFigures found = ranking_at(2, states, side, known, wanted, Random(0));
  // User 0: 3 of {3, 5} is found, first. User 1: 5, then 4, which is wanted, second.
  EXPECT_DOUBLE_EQ(found.recall, (0.5 + 1.0) / 2.0);
  const double second = 1.0 / std::log2(3.0);
  EXPECT_DOUBLE_EQ(found.ndcg, (1.0 / (1.0 + second) + second) / 2.0);
  EXPECT_TRUE(std::isnan(ranking_at(2, states, side, known, graph({}), Random(0)).recall));
}

}  // namespace
}  // namespace weft
