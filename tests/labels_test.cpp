// How much rows of each class count in training.
#include "weft/tasks/labels.hpp"

#include "tests/support.hpp"
#include "weft/tensor/losses.hpp"

namespace weft {
namespace {

using test::expect_throws;

/// Six rows: four of "ok", one of "fraud", one of no class.
Dataset rare() {
  Dataset data;
  data.name = "rare";
  data.num_classes = 2;
  data.class_names = {"ok", "fraud"};
  data.node_labels = std::vector<std::int64_t>{0, 0, 0, 0, 1, -1};
  return data;
}

const std::vector<std::int64_t> kRows = {0, 1, 2, 3, 4, 5};

TEST(ClassWeights, MakeClassesCountAsMuchAsEachOtherOrAsTheyAreTold) {
  const Dataset data = rare();
  const RowLabels labels(data, false, OutputKind::classes, "test");
  EXPECT_TRUE(labels.class_weights("none", kRows).empty());
  // In the mean over the five rows 1, and 4 a = b.
  EXPECT_EQ(labels.class_weights("balanced", kRows), (std::vector<float>{0.625F, 2.5F}));
  for (const char* list : {"1,4", "fraud=4", "ok=0.25"}) {
    EXPECT_EQ(labels.class_weights(list, kRows), (std::vector<float>{0.625F, 2.5F})) << list;
  }
  // A part without the class: no weight is lost, and none is made up.
  EXPECT_EQ(labels.class_weights("balanced", std::vector<std::int64_t>{0, 1}), (std::vector<float>{1.0F, 0.0F}));
}

TEST(ClassWeights, ThatCannotBeMeantAreRefused) {
  const Dataset data = rare();
  const RowLabels labels(data, false, OutputKind::classes, "test");
  expect_throws<ArgumentError>([&] { (void)labels.class_weights("1,2,3", kRows); }, "has 3 numbers, expected none");
  expect_throws<ArgumentError>([&] { (void)labels.class_weights("fruad=2", kRows); }, "fraud");
  expect_throws<ArgumentError>([&] { (void)labels.class_weights("1,x", kRows); }, "'x' is not a number from 0 on");
  expect_throws<ArgumentError>([&] { (void)labels.class_weights("1,-2", kRows); }, "'-2' is not a number");
  expect_throws<ArgumentError>([&] { (void)labels.class_weights("0,0", kRows); }, "have weight 0");
}

TEST(ClassWeights, MultiplyTheLossOfEachRow) {
  const Dataset data = rare();
  const RowLabels labels(data, false, OutputKind::classes, "test");
  const Variable logits = Variable::constant(test::random_tensor(6, 2));
  TargetUnit unit = labels.unit_of(kRows);
  unit.class_weights = {0.625F, 2.5F};
  double expected = 0.0;
  for (std::int64_t row = 0; row < 5; ++row) {
    const std::vector<std::int64_t> one = {row};
    expected += (row == 4 ? 2.5 : 0.625) / 5.0 *
                static_cast<double>(cross_entropy(logits, labels.classes(), one).value()(0, 0));
  }
  const Variable all = labels.loss(logits, {.logits = kRows, .labels = kRows}, unit, LossKind::usual);
  EXPECT_NEAR(all.value()(0, 0), expected, 1e-6);
  // As a batch has it: rows of its own, with weights of a sampler.
  const std::vector<std::int64_t> places = {0, 1}, rows = {4, 0};
  const std::vector<float> weights = {3.0F, 1.0F};
  const Variable batch = Variable::constant(test::random_tensor(2, 2, 5));
  const double of_4 = static_cast<double>(cross_entropy(batch, std::vector<std::int64_t>{1, -1}, places).value()(0, 0));
  const double of_0 = static_cast<double>(cross_entropy(batch, std::vector<std::int64_t>{-1, 0}, places).value()(0, 0));
  const JudgedRows judged{.logits = places, .labels = rows, .weights = weights, .divisor = 8.0};
  EXPECT_NEAR(labels.loss(batch, judged, unit, LossKind::usual).value()(0, 0), (3.0 * 2.5 * of_4 + 0.625 * of_0) / 8.0,
              1e-6);
}

}  // namespace
}  // namespace weft
