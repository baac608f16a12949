// Metrics of labels and numbers where they have no value. Those worked out by hand are in graph_task_test.cpp.
#include "weft/tasks/target_metrics.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace weft {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(TargetMetrics, HaveNoShareOfVarianceWhereTargetsAreAllAlike) {
  // 0.1 is no sum of powers of two, so that sums of it and of its square are rounded.
  const std::vector<std::int64_t> rows = {0, 1, 2, 3, 4, 5, 6};
  Tensor outputs(7, 2), targets(7, 2);
  for (std::int64_t i = 0; i < 7; ++i) {
    targets(i, 0) = 1000.1F;
    targets(i, 1) = static_cast<float>(1'000'000 + i % 2);
    outputs(i, 0) = 2.0F;
    outputs(i, 1) = targets(i, 1);
  }
  EXPECT_DOUBLE_EQ(r_squared(outputs, targets, rows), 1.0) << "the first column does not count";
  outputs(0, 1) += 1.0F;
  // Three of seven targets are one more than the others: their spread is 3 * 4 / 7.
  EXPECT_NEAR(r_squared(outputs, targets, rows), 1.0 - 7.0 / 12.0, 1e-9);
}

TEST(TargetMetrics, AreNotANumberWhereAnOutputIsNone) {
  const std::vector<std::int64_t> rows = {0, 1, 2};
  const Tensor outputs{{1, 2}, {kNaN, 1}, {0, 3}}, targets{{0, 1}, {1, 0}, {1, 1}};
  for (const auto metric : {label_roc_auc, label_average_precision, mean_absolute_error, root_mean_squared_error,
                            r_squared, label_log_loss}) {
    EXPECT_TRUE(std::isnan(metric(outputs, targets, rows)));
  }
  EXPECT_TRUE(std::isnan(label_accuracy(outputs, targets, rows)));
  // Where the target of that output is not known, nothing is asked of it.
  const Tensor partly{{0, 1}, {kNaN, 0}, {1, 1}};
  EXPECT_DOUBLE_EQ(label_accuracy(outputs, partly, rows), 2.0 / 5.0);
}

}  // namespace
}  // namespace weft
