// Splits at random by class, and by scaffold.
#include "weft/io/splits.hpp"

#include <algorithm>
#include <vector>

#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_throws;

TEST(StratifiedSplit, KeepsTheShareOfEachClass) {
  std::vector<std::int64_t> labels(110, 0);
  std::fill(labels.begin() + 50, labels.begin() + 100, 1);
  std::fill(labels.begin() + 100, labels.end(), -1);
  const Split split = stratified_split("rand0", labels, 2, {}, Random(3));
  const auto in_class = [&](const std::vector<std::int64_t>& part, std::int64_t c) {
    return std::count_if(part.begin(), part.end(),
                         [&](std::int64_t i) { return labels[static_cast<std::size_t>(i)] == c; });
  };
  for (const std::int64_t c : {0, 1}) {
    EXPECT_EQ(in_class(split.train, c), 30);
    EXPECT_EQ(in_class(split.val, c), 10);
    EXPECT_EQ(in_class(split.test, c), 10);
  }
  std::vector<std::int64_t> all = split.train;
  all.insert(all.end(), split.val.begin(), split.val.end());
  all.insert(all.end(), split.test.begin(), split.test.end());
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), 100U);
  for (std::int64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(all[static_cast<std::size_t>(i)], i);
  }
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
}

TEST(StratifiedSplit, IsAFunctionOfTheSeed) {
  const std::vector<std::int64_t> labels(100, 0);
  const Split a = stratified_split("s", labels, 1, {}, Random(1));
  EXPECT_EQ(a.train, stratified_split("s", labels, 1, {}, Random(1)).train);
  EXPECT_NE(a.train, stratified_split("s", labels, 1, {}, Random(2)).train);
  EXPECT_EQ(a.train, random_split("s", 100, {}, Random(1)).train);
}

TEST(StratifiedSplit, TakesNoMemoryForClassesWithoutMembers) {
  const std::vector<std::int64_t> labels = {0, std::int64_t{1} << 40, 0, 0, 0, 0};
  const Split split = stratified_split("s", labels, (std::int64_t{1} << 40) + 1, {}, Random(1));
  EXPECT_EQ(split.train.size() + split.val.size() + split.test.size(), labels.size());
}

TEST(StratifiedSplit, RefusesLabelsAndSharesOutOfRange) {
  const std::vector<std::int64_t> labels = {0, 2};
  expect_throws<ArgumentError>([&] { static_cast<void>(stratified_split("s", labels, 2, {}, Random(1))); },
                               "class 2 at 1");
  expect_throws<ArgumentError>(
      [&] { static_cast<void>(stratified_split("s", labels, 3, {.train = 0.5, .val = 0.1, .test = 0.1}, Random(1))); },
      "sum to 1");
}

TEST(ScaffoldSplit, FillsTrainWithTheLargestGroups) {
  // Groups: a 4, b 3 (0.7), then c, d and e of one each: e, d fill up to 0.8 and 0.9 in the order of their starts.
  const Split split = scaffold_split({"c", "a", "a", "b", "d", "a", "b", "a", "b", "e"});
  EXPECT_EQ(split.train, (std::vector<std::int64_t>{1, 2, 3, 5, 6, 7, 8, 9}));
  EXPECT_EQ(split.val, std::vector<std::int64_t>{4});
  EXPECT_EQ(split.test, std::vector<std::int64_t>{0});
}

}  // namespace
}  // namespace weft
