// The table of metrics.
#include "weft/tasks/metrics.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_throws;

TEST(Metrics, AreFoundByNameAndNameTheNearest) {
  EXPECT_FALSE(metric_named("mae").info.higher_is_better);
  EXPECT_TRUE(metric_named("roc_auc").info.higher_is_better);
  expect_throws<ArgumentError>([] { (void)metric_named("acuracy"); }, "did you mean 'accuracy'?");
}

TEST(Metrics, SayWhatTheyAreFor) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(metric_names(OutputKind::classes),
            (Names{"accuracy", "average_precision", "balanced_accuracy", "macro_f1", "roc_auc"}));
  EXPECT_EQ(metric_names(OutputKind::labels), (Names{"accuracy", "average_precision", "roc_auc"}));
  EXPECT_EQ(metric_names(OutputKind::values), (Names{"mae", "r2", "rmse"}));
  EXPECT_EQ(metric_names(OutputKind::states),
            (Names{"average_precision", "hits@20", "hits@50", "mrr", "ndcg@20", "recall@20", "roc_auc"}));
  EXPECT_EQ(metric_names(OutputKind::graphs), (Names{"nll"}));
  for (const Metric& metric : metrics()) {
    EXPECT_FALSE(metric.info.summary.empty()) << metric.info.name;
    EXPECT_EQ(metric.needs_users, metric.info.name == "ndcg@20" || metric.info.name == "recall@20");
  }
}

}  // namespace
}  // namespace weft
