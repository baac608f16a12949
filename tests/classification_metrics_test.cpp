// Metrics of classes.
#include "weft/tasks/classification_metrics.hpp"

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace weft {
namespace {

TEST(ClassificationMetrics, CountByHand) {
  // Predictions 0 0 1 1 1 against labels 0 1 1 1 0.
  const Tensor logits{{2, 0}, {1, 0}, {0, 3}, {0, 4}, {0, 1}};
  const std::vector<std::int64_t> labels = {0, 1, 1, 1, 0}, all = {0, 1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(accuracy(logits, labels, all), 0.6);
  // Class 0: tp 1 fp 1 fn 1; class 1: tp 2 fp 1 fn 1.
  EXPECT_DOUBLE_EQ(macro_f1(logits, labels, all), (0.5 + 2.0 / 3.0) / 2.0);
  // Scores of class 1: -2 -1 3 4 1; of six pairs the two with node 1 against node 4 and 0 give one loss.
  EXPECT_DOUBLE_EQ(roc_auc(logits, labels, all), 5.0 / 6.0);
  EXPECT_EQ(confusion_matrix(logits, labels, all), (std::vector<std::vector<std::int64_t>>{{1, 1}, {1, 2}}));
  EXPECT_TRUE(std::isnan(accuracy(logits, labels, {})));
  const std::vector<std::int64_t> only_ones = {1, 2};
  EXPECT_TRUE(std::isnan(roc_auc(logits, labels, only_ones)));
}

TEST(ClassificationMetrics, RocAucCountsTiesAsHalf) {
  const std::vector<float> scores = {1, 1, 2, 0};
  const std::vector<std::uint8_t> outcomes = {1, 0, 1, 0};
  EXPECT_DOUBLE_EQ(roc_auc(scores, outcomes), (0.5 + 1 + 1 + 1) / 4.0);
}

TEST(ClassificationMetrics, RocAucOfManyClassesIsTheMeanOfEachAgainstTheRest) {
  const Tensor logits{{5, 0, 0}, {0, 5, 0}, {0, 0, 5}, {5, 0, 0}};
  const std::vector<std::int64_t> labels = {0, 1, 2, 1}, all = {0, 1, 2, 3};
  // Class 0 has one of three pairs tied; class 1 two of four; class 2 none.
  const double class0 = 2.5 / 3.0, class1 = (1 + 1 + 0.5 + 0.5) / 4.0, class2 = 1.0;
  EXPECT_NEAR(roc_auc(logits, labels, all), (class0 + class1 + class2) / 3.0, 1e-12);
}

TEST(ClassificationMetrics, AreNotANumberWhereAnOutputIsNone) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();
  const std::vector<std::int64_t> labels = {0, 1, 1, 0, 2}, all = {0, 1, 2, 3, 4}, sound = {0, 1, 3, 4};
  const Tensor logits{{2, 0, 1}, {1, 3, 0}, {kNaN, 3, 0}, {0, 4, 1}, {0, 0, kInf}};
  for (const auto metric : {accuracy, macro_f1, mean_log_loss}) {
    EXPECT_TRUE(std::isnan(metric(logits, labels, all)));
  }
  const auto area =
      static_cast<double (*)(const Tensor&, std::span<const std::int64_t>, std::span<const std::int64_t>)>(roc_auc);
  EXPECT_TRUE(std::isnan(area(logits, labels, all)));
  EXPECT_DOUBLE_EQ(accuracy(logits, labels, sound), 0.75);
  // The row of row 2 is not counted as anything.
  EXPECT_EQ(confusion_matrix(logits, labels, all),
            (std::vector<std::vector<std::int64_t>>{{1, 1, 0}, {0, 1, 0}, {0, 0, 1}}));

  const std::vector<float> scores = {1, kNaN, 2, kNaN, 0};
  const std::vector<std::uint8_t> outcomes = {1, 0, 1, 1, 0};
  EXPECT_TRUE(std::isnan(roc_auc(scores, outcomes)));
  EXPECT_TRUE(std::isnan(average_precision(scores, outcomes)));
  const std::vector<float> infinite = {kInf, -kInf, 2, kInf, 0};
  EXPECT_DOUBLE_EQ(roc_auc(infinite, outcomes), 1.0);
  EXPECT_DOUBLE_EQ(average_precision(infinite, outcomes), 1.0);
}

TEST(ClassFigures, CountPrecisionRecallAndF1OfEachClass) {
  // Class 0: 3 right, 1 taken for 1. Class 1: 2 right. Class 2: not there, never predicted.
  const std::vector<ClassFigures> figures = class_figures({{3, 1, 0}, {0, 2, 0}, {0, 0, 0}});
  EXPECT_DOUBLE_EQ(figures[0].precision, 1.0);
  EXPECT_DOUBLE_EQ(figures[0].recall, 0.75);
  EXPECT_DOUBLE_EQ(figures[1].precision, 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(figures[1].recall, 1.0);
  EXPECT_TRUE(std::isnan(figures[2].precision));
  EXPECT_TRUE(std::isnan(figures[2].recall));
  EXPECT_DOUBLE_EQ(figures[0].f1, 6.0 / 7.0);
  EXPECT_DOUBLE_EQ(figures[1].f1, 4.0 / 5.0);
  EXPECT_TRUE(std::isnan(figures[2].f1));
  EXPECT_EQ(figures[0].count, 4);
}

TEST(AveragePrecision, IsThatOfTheRarerOfTwoClasses) {
  // Class 0 has one row of four; two others score above it: precision 1/3 when it is found.
  const Tensor logits{{1, 0}, {2, 0}, {3, 0}, {0, 1}};
  const std::vector<std::int64_t> labels = {0, 1, 1, 1}, rows = {0, 1, 2, 3};
  EXPECT_NEAR(average_precision(logits, labels, rows), 1.0 / 3.0, 1e-12);
  // Turned round, class 1 is the rare one.
  const Tensor turned{{0, 1}, {0, 2}, {0, 3}, {1, 0}};
  EXPECT_NEAR(average_precision(turned, std::vector<std::int64_t>{1, 0, 0, 0}, rows), 1.0 / 3.0, 1e-12);
}

TEST(BalancedAccuracy, CountsClassesAlike) {
  const Tensor logits{{1, 0}, {1, 0}, {1, 0}, {1, 0}};
  const std::vector<std::int64_t> labels = {0, 0, 0, 1}, rows = {0, 1, 2, 3};
  EXPECT_DOUBLE_EQ(balanced_accuracy(logits, labels, rows), 0.5);
  EXPECT_DOUBLE_EQ(balanced_accuracy(logits, labels, std::vector<std::int64_t>{0, 1}), 1.0);
}

}  // namespace
}  // namespace weft
