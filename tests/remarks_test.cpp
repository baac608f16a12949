#include "weft/runs/remarks.hpp"

#include <string>
#include <vector>

#include "tests/support.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

/// Four rows of "ok" and one of "fraud" for the test.
Dataset rare() {
  Dataset data;
  data.name = "rare";
  data.num_classes = 2;
  data.class_names = {"fraud", "ok"};
  data.node_labels = std::vector<std::int64_t>{1, 1, 1, 1, 0, -1};
  data.splits = {{.name = "rand0", .test = {0, 1, 2, 3, 4}}};
  return data;
}

RunSummary summary_of(std::vector<RunResult> runs) {
  RunSummary summary;
  summary.runs = std::move(runs);
  summary.options = Options(std::vector<Option>{{.name = "epochs", .fallback = std::int64_t{100}, .help = ""}});
  return summary;
}

RunResult run_at(double accuracy, std::int64_t best_epoch) {
  return {.split = "rand0", .best_epoch = best_epoch, .test_metrics = {{"accuracy", accuracy}}};
}

TEST(Remarks, NameTheMajorityThatAModelIsNotAbove) {
  const MajorityClass majority = majority_class(rare(), rare().splits[0].test);
  EXPECT_EQ(majority.name, "ok");
  EXPECT_DOUBLE_EQ(majority.share, 0.8);
  const std::vector<std::string> remarks = remarks_on(rare(), summary_of({run_at(0.8, 9)}));
  ASSERT_EQ(remarks.size(), 1U);
  EXPECT_NE(remarks[0].find("the test accuracy, 0.8000, is not above that of always saying 'ok', 0.8000"),
            std::string::npos);
  EXPECT_TRUE(remarks_on(rare(), summary_of({run_at(1.0, 9)})).empty());
  EXPECT_EQ(remarks[0].find("threshold"), std::string::npos) << "there is no such option";
}

TEST(Remarks, NameTheThresholdOfTwoClasses) {
  RunSummary summary = summary_of({run_at(0.8, 9)});
  summary.options.add(std::vector<Option>{{.name = "threshold", .fallback = std::string("none"), .help = ""}});
  Dataset data = rare();
  EXPECT_NE(remarks_on(data, summary)[0].find("threshold=balanced_accuracy"), std::string::npos);
  data.num_classes = 3;
  data.class_names.emplace_back("odd");
  for (const std::string& remark : remarks_on(data, summary)) {
    EXPECT_EQ(remark.find("threshold"), std::string::npos) << remark;
  }
}

TEST(Remarks, JudgeByWhatTheRunWasSelectedBy) {
  RunSummary summary = summary_of({run_at(0.8, 9)});
  summary.options.add(std::vector<Option>{{.name = "threshold", .fallback = std::string("none"), .help = ""}});
  const auto remark = [&](const std::string& metric, double accuracy, double balanced, double auc) {
    summary.metric = metric;
    summary.runs[0].test_metrics = {{"accuracy", accuracy}, {"balanced_accuracy", balanced}, {"roc_auc", auc}};
    const std::vector<std::string> remarks = remarks_on(rare(), summary);
    return remarks.empty() ? "" : remarks[0];
  };
  // As many are called right as by always saying ok, and others are found too.
  EXPECT_EQ(remark("accuracy", 0.8, 0.7, 0.9), "");
  EXPECT_NE(remark("accuracy", 0.8, 0.5, 0.9), "");
  EXPECT_NE(remark("accuracy", 0.7, 0.7, 0.9), "");
  // By ranks.
  EXPECT_EQ(remark("roc_auc", 0.6, 0.7, 0.9), "");
  EXPECT_EQ(remark("roc_auc", 0.9, 0.9, 0.4).find("the test roc_auc, 0.4000, is not above that of guessing, 0.5000"),
            0U);
  const std::string unfound = remark("roc_auc", 0.8, 0.5, 0.9);
  EXPECT_EQ(unfound.find("the test balanced_accuracy, 0.5000, is not above that of always saying 'ok', 0.5000, though "
                         "the rows are ranked better than by chance; try threshold="),
            0U)
      << unfound;
  // By classes counted alike.
  EXPECT_EQ(remark("macro_f1", 0.6, 0.7, 0.4), "");
  summary.options.set("threshold", "balanced_accuracy");
  EXPECT_EQ(remark("accuracy", 0.6, 0.7, 0.9), "");
  EXPECT_EQ(remark("roc_auc", 0.6, 0.7, 0.9), "");
  EXPECT_NE(remark("accuracy", 0.6, 0.5, 0.9), "");
}

TEST(Remarks, AdviseNothingThatTheModelDoesNotRead) {
  Dataset data = rare();
  data.node_features = Tensor(6, 2);
  RunSummary summary = summary_of({run_at(0.8, 9)});
  summary.metric = "accuracy";
  for (const auto& [model, is_trained] :
       {std::pair("gcn", true), std::pair("ridge", false), std::pair("label_propagation", false)}) {
    summary.config.model = model;
    summary.options = default_options(model, TaskKind::node_classification);
    const std::vector<std::string> remarks = remarks_on(data, summary);
    ASSERT_FALSE(remarks.empty()) << model;
    for (const char* word : {"learning_rate", "epochs", "class_weights"}) {
      EXPECT_EQ(remarks[0].find(word) != std::string::npos, is_trained) << model << ": " << remarks[0];
    }
    EXPECT_NE(remarks[0].find("another model"), std::string::npos) << remarks[0];
  }
}

TEST(Remarks, NameClassesThatAPartLacks) {
  Dataset data = rare();
  data.splits[0].train = {0, 1};
  data.splits[0].val = {2, 4, 5};
  std::vector<std::string> remarks = remarks_on(data, summary_of({run_at(1.0, 9)}));
  ASSERT_EQ(remarks.size(), 1U);
  EXPECT_EQ(remarks[0],
            "in the split 'rand0' train has no row of class 'fraud'; what is not in train cannot be learned, and the "
            "other parts' figures say nothing of what they lack");
  data.splits[0].test = {4};
  remarks = remarks_on(data, summary_of({run_at(1.0, 9), run_at(1.0, 9)}));
  ASSERT_FALSE(remarks.empty());
  EXPECT_EQ(remarks[0].substr(0, 90),
            "in the split 'rand0' train has no row of class 'fraud', test has no row of class 'ok' (2 o");
  data.splits[0].train = {0, 4};
  data.splits[0].test = {0, 4};
  EXPECT_TRUE(remarks_on(data, summary_of({run_at(1.0, 9)})).empty());
}

TEST(Remarks, SayWhenLinksAndNumbersAreNoBetterThanGuessed) {
  Dataset data;
  data.name = "mails";
  const auto remarks = [&](TaskKind task, std::vector<RunResult> runs) {
    data.task = task;
    return remarks_on(data, summary_of(std::move(runs)));
  };
  const auto at = [](const std::string& metric, double figure) {
    RunResult run;
    run.best_epoch = 9;
    run.test_metrics = {{metric, figure}};
    return run;
  };
  const std::vector<std::string> links = remarks(TaskKind::link_prediction, {at("roc_auc", 0.43), at("roc_auc", 0.5)});
  ASSERT_EQ(links.size(), 1U);
  EXPECT_EQ(links[0].find("the test roc_auc, 0.5000, is not above that of guessing, 0.5000; "), 0U) << links[0];
  EXPECT_TRUE(remarks(TaskKind::link_prediction, {at("roc_auc", 0.43), at("roc_auc", 0.6)}).empty());
  EXPECT_EQ(remarks(TaskKind::node_regression, {at("r2", -0.1)}).size(), 1U);
  EXPECT_TRUE(remarks(TaskKind::node_regression, {at("r2", 0.1)}).empty());
}

TEST(Remarks, SayWhenAModelThatIsNotTrainedIsAsGood) {
  RunSummary summary = summary_of({run_at(1.0, 9)});
  summary.higher_is_better = true;
  summary.metric = "accuracy";
  summary.runs[0].val = 0.71;
  summary.floor = {.model = "ridge", .val = 0.71, .test = 0.5};
  const std::vector<std::string> remarks = remarks_on(rare(), summary);
  ASSERT_EQ(remarks.size(), 1U);
  EXPECT_EQ(remarks[0].find("the val accuracy, 0.7100, is not better than that of ridge, 0.7100"), 0U) << remarks[0];
  summary.floor.val = 0.70;
  EXPECT_TRUE(remarks_on(rare(), summary).empty());
  summary.higher_is_better = false;
  EXPECT_EQ(remarks_on(rare(), summary).size(), 1U);
}

TEST(Remarks, SayWhenValidationNeverRose) {
  const std::vector<std::string> remarks = remarks_on(rare(), summary_of({run_at(1.0, 0)}));
  ASSERT_EQ(remarks.size(), 1U);
  EXPECT_NE(remarks[0].find("never rose"), std::string::npos);
  // One run of three is no rule.
  EXPECT_TRUE(remarks_on(rare(), summary_of({run_at(1.0, 0), run_at(1.0, 9), run_at(1.0, 9)})).empty());
}

}  // namespace
}  // namespace weft
