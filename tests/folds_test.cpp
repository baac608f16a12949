// Folds that keep the shares of classes, and their curves.
#include "weft/runs/folds.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/io/folds.hpp"

namespace weft {
namespace {

EpochRecord record(std::int64_t run, std::int64_t epoch, double val) {
  EpochRecord record;
  record.run = run;
  record.epoch = epoch;
  record.val = val;
  return record;
}

TEST(FoldCurves, AreReadAtTheEpochWithTheBestMean) {
  FoldCurves curves;
  const double values[2][3] = {{0.5, 0.9, 0.7}, {0.6, 0.2, 0.8}};
  for (std::int64_t run = 0; run < 2; ++run) {
    for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
      curves.add(record(run, epoch, values[run][epoch]));
    }
  }
  // A run that is not done, and records that are none of the next.
  curves.add(record(2, 0, 1.0));
  curves.add(record(9, 0, 1.0));
  curves.add(record(0, 10'000'000, 1.0));
  TrainReport report;
  report.metric = "accuracy";
  report.runs.resize(2);
  ASSERT_TRUE(curves.read_at_common_epoch(report));
  EXPECT_EQ(report.runs[0].best_epoch, 2);
  EXPECT_EQ(report.runs[0].test, 0.7);
  EXPECT_EQ(report.runs[1].test, 0.8);
  EXPECT_TRUE(std::isnan(report.runs[1].train));
}

TEST(FoldCurves, SayWhenTheyAreNotAllThere) {
  FoldCurves curves;
  curves.add(record(0, 0, 0.5));
  TrainReport report;
  report.runs.resize(2);
  report.runs[1].test = 0.25;
  EXPECT_FALSE(curves.read_at_common_epoch(report));
  EXPECT_EQ(report.runs[1].test, 0.25);
}

TEST(MatchingSplits, ChoosePublicOrElseTheFirstOfThoseThatTrainOnMost) {
  Dataset data;
  data.graph = CsrGraph::from_edges(9, std::vector<Edge>{{0, 1}});
  const auto add = [&](const std::string& name, std::int64_t count) {
    Split split{.name = name};
    split.train.resize(static_cast<std::size_t>(count));
    data.splits.push_back(std::move(split));
  };
  const TaskInfo& nodes = task_info(TaskKind::node_classification);
  add("few20", 2);
  EXPECT_EQ(matching_splits(data, nodes, {}), std::vector<std::string>{"few20"});
  add("rand0", 5);
  add("rand1", 6);
  EXPECT_EQ(matching_splits(data, nodes, {}), std::vector<std::string>{"rand0"});
  add("public", 1);
  EXPECT_EQ(matching_splits(data, nodes, {}), std::vector<std::string>{"public"});
  EXPECT_EQ(matching_splits(data, nodes, {"rand*"}), (std::vector<std::string>{"rand0", "rand1"}));
  EXPECT_EQ(matching_splits(data, nodes, {"rand1,rand0"}), (std::vector<std::string>{"rand1", "rand0"}));
  EXPECT_EQ(matching_splits(data, nodes, {"rand[1,7]"}), std::vector<std::string>{"rand1"});
  test::expect_throws<ArgumentError>([&] { (void)matching_splits(data, nodes, {"rand0,rand7"}); }, "'rand7'");
  test::expect_throws<ArgumentError>([&] { (void)matching_splits(data, nodes, {"val"}); },
                                     "'val' is a part of a split, and");
  add("test", 3);
  EXPECT_EQ(matching_splits(data, nodes, {"test"}), std::vector<std::string>{"test"});
  test::expect_throws<ArgumentError>([&] { (void)matching_splits(data, nodes, {"vals"}); },
                                     "'vals' matches no split of");
}

TEST(StratifiedFolds, TestEveryItemOnceAndKeepShares) {
  std::vector<std::int64_t> labels(26, 0);
  std::fill(labels.begin() + 13, labels.end() - 1, 1);
  labels.back() = -1;
  const std::vector<Split> splits = stratified_folds("strat", labels, 2, 5, Random(1));
  ASSERT_EQ(splits.size(), 5U);
  EXPECT_EQ(splits[4].name, "strat4");
  std::vector<int> tested(26);
  for (std::size_t i = 0; i < splits.size(); ++i) {
    EXPECT_EQ(splits[i].test.size(), 5U);
    EXPECT_EQ(splits[i].val, splits[(i + 1) % 5].test);
    EXPECT_EQ(splits[i].train.size(), 15U);
    const auto zeros = std::count_if(splits[i].test.begin(), splits[i].test.end(), [](auto item) { return item < 13; });
    EXPECT_TRUE(zeros == 2 || zeros == 3) << zeros;
    for (const std::int64_t item : splits[i].test) {
      ++tested[static_cast<std::size_t>(item)];
    }
  }
  EXPECT_EQ(tested, (std::vector<int>{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}));
}

}  // namespace
}  // namespace weft
