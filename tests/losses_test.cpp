// Losses: values by hand, what is missing is skipped, gradients by central differences.
#include "weft/tensor/losses.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::random_tensor;

TEST(CrossEntropy, IsTheMeanOverLabeledRowsOfTheIndex) {
  const Variable logits = Variable::constant(Tensor{{0, 0}, {std::log(3.0F), 0}, {5, 5}, {9, -9}});
  const std::vector<std::int64_t> labels = {0, 1, -1, 0}, index = {0, 1, 2};
  EXPECT_NEAR(cross_entropy(logits, labels, index).value()(0, 0), (std::log(2.0) + std::log(4.0)) / 2, 1e-6);
}

TEST(CrossEntropy, HasTheGradientOfDifferences) {
  Parameter logits(random_tensor(6, 4, 1));
  const std::vector<std::int64_t> labels = {0, 1, 2, 3, -1, 0}, index = {0, 2, 4, 5};
  expect_gradient_matches(logits, [&] { return scale(cross_entropy(logits.variable(), labels, index), 10); });
}

TEST(CrossEntropy, StaysFiniteForHugeLogits) {
  Parameter logits(Tensor{{1e30F, -1e30F}});
  const std::vector<std::int64_t> labels = {0}, index = {0};
  const Variable loss = cross_entropy(logits.variable(), labels, index);
  EXPECT_FLOAT_EQ(loss.value()(0, 0), 0);
  expect_near(*backward(loss).of(logits.variable()), Tensor{{0, 0}});
}

TEST(CrossEntropy, RefusesWhatItCannotCount) {
  const Variable logits = Variable::constant(Tensor(2, 2));
  const std::vector<std::int64_t> labels = {-1, 2}, short_labels = {0}, first = {0}, second = {1}, outside = {5};
  expect_throws<ArgumentError>([&] { (void)cross_entropy(logits, labels, first); },
                               "none of the 1 rows given has a label");
  expect_throws<ArgumentError>([&] { (void)cross_entropy(logits, labels, second); },
                               "row 1 has label 2, expected -1 to 1");
  expect_throws<ArgumentError>([&] { (void)cross_entropy(logits, short_labels, first); }, "there are 1 labels");
  expect_throws<ArgumentError>([&] { (void)cross_entropy(logits, labels, outside); }, "index 5 is outside");
}

TEST(BinaryCrossEntropy, SkipsMissingTargetsAndHasTheGradientOfDifferences) {
  const float missing = std::numeric_limits<float>::quiet_NaN();
  const Tensor targets{{1, missing}, {0, 1}, {missing, missing}};
  const std::vector<std::int64_t> index = {0, 1, 2};
  const Variable zeros = Variable::constant(Tensor(3, 2));
  EXPECT_NEAR(binary_cross_entropy(zeros, targets, index).value()(0, 0), std::log(2.0), 1e-6);
  Parameter logits(random_tensor(3, 2, 4));
  expect_gradient_matches(logits, [&] { return scale(binary_cross_entropy(logits.variable(), targets, index), 10); });
  const std::vector<std::int64_t> none = {2};
  expect_throws<ArgumentError>([&] { (void)binary_cross_entropy(zeros, targets, none); }, "no target is present");
}

TEST(FocalLoss, CountsWhatIsRightAlreadyLessAndHasTheGradientOfDifferences) {
  const std::vector<std::int64_t> labels = {0, 1, 1}, index = {0, 1, 2};
  // p of the label is 1/2: (1 - p)^2 = 1/4 of the cross-entropy.
  const Variable zeros = Variable::constant(Tensor(3, 2));
  EXPECT_NEAR(focal_cross_entropy(zeros, labels, index, 2.0).value()(0, 0), 0.25 * std::log(2.0), 1e-6);
  EXPECT_NEAR(focal_binary_cross_entropy(zeros, Tensor{{1, 0}, {0, 1}, {1, 1}}, index, 2.0).value()(0, 0),
              0.25 * std::log(2.0), 1e-6);
  Parameter x(random_tensor(3, 2, 4));
  const Variable plain = cross_entropy(x.variable(), labels, index);
  EXPECT_FLOAT_EQ(focal_cross_entropy(x.variable(), labels, index, 0.0).value()(0, 0), plain.value()(0, 0));
  for (const double gamma : {0.0, 0.5, 1.0, 2.0}) {
    expect_gradient_matches(x, [&] { return scale(focal_cross_entropy(x.variable(), labels, index, gamma), 10); });
    const Tensor targets{{1, 0}, {0.25F, 1}, {std::numeric_limits<float>::quiet_NaN(), 1}};
    expect_gradient_matches(x,
                            [&] { return scale(focal_binary_cross_entropy(x.variable(), targets, index, gamma), 10); });
  }
  // Where the model is sure nothing is left, and nothing is not a number.
  const Variable sure = Variable::constant(Tensor{{200, -200}, {-200, 200}, {-200, 200}});
  EXPECT_EQ(focal_cross_entropy(sure, labels, index, 2.0).value()(0, 0), 0.0F);
}

TEST(MeanSquaredError, SkipsMissingTargetsAndHasTheGradientOfDifferences) {
  const Tensor targets{{1}, {std::numeric_limits<float>::quiet_NaN()}, {3}};
  const std::vector<std::int64_t> index = {0, 1, 2};
  EXPECT_FLOAT_EQ(mean_squared_error(Variable::constant(Tensor{{2}, {9}, {0}}), targets, index).value()(0, 0), 5);
  Parameter output(random_tensor(3, 1, 4));
  expect_gradient_matches(output, [&] { return mean_squared_error(output.variable(), targets, index); });
  expect_throws<ArgumentError>([&] { (void)mean_squared_error(Variable::constant(Tensor(2, 1)), targets, index); },
                               "mean_squared_error: output is [2, 1] and targets are [3, 1]");
}

/// Every loss, of outputs [3, 2].
std::vector<std::function<Variable(const Variable&, std::span<const std::int64_t>, const RowWeights&)>> all_losses() {
  static const std::vector<std::int64_t> kLabels = {0, 1, 1};
  static const Tensor kTargets{{1, 0}, {0, std::numeric_limits<float>::quiet_NaN()}, {1, 1}};
  return {
      [](const Variable& x, auto index, const RowWeights& w) { return cross_entropy(x, kLabels, index, w); },
      [](const Variable& x, auto index, const RowWeights& w) { return binary_cross_entropy(x, kTargets, index, w); },
      [](const Variable& x, auto index, const RowWeights& w) { return focal_cross_entropy(x, kLabels, index, 2.0, w); },
      [](const Variable& x, auto index, const RowWeights& w) {
        return focal_binary_cross_entropy(x, kTargets, index, 2.0, w);
      },
      [](const Variable& x, auto index, const RowWeights& w) { return mean_squared_error(x, kTargets, index, w); },
      [](const Variable& x, auto index, const RowWeights& w) { return mean_absolute_error(x, kTargets, index, w); }};
}

TEST(Losses, CountARowAsOftenAsItStandsInTheIndexInValueAndGradient) {
  const std::vector<std::int64_t> index = {2, 0, 2, 1, 2}, once = {2, 0, 1};
  const std::vector<float> weights = {0.5F, 1.0F, 0.25F, 2.0F, 0.25F}, sums = {1.0F, 1.0F, 2.0F};
  for (const auto& loss : all_losses()) {
    Parameter x(random_tensor(3, 2, 4));
    expect_gradient_matches(x, [&] { return scale(loss(x.variable(), index, {}), 10); });
    expect_gradient_matches(x, [&] { return scale(loss(x.variable(), index, {weights, 4.0}), 10); });
    EXPECT_FLOAT_EQ(loss(x.variable(), index, {weights, 4.0}).value()(0, 0),
                    loss(x.variable(), once, {sums, 4.0}).value()(0, 0));
  }
  // Row 2 three times, row 0 once: the mean of four losses.
  const Variable output = Variable::constant(Tensor{{0, 0}, {0, 0}, {3, 3}});
  const std::vector<std::int64_t> thrice = {2, 2, 0, 2};
  EXPECT_FLOAT_EQ(mean_squared_error(output, Tensor{{1, 1}, {0, 0}, {1, 1}}, thrice).value()(0, 0), 13.0F / 4);
}

TEST(Losses, OfRepeatedRowsHaveTheSameBitsOnAnyNumberOfThreads) {
  const Parameter x(random_tensor(3000, 2, 1));
  std::vector<std::int64_t> index, labels(3000, 1);
  for (std::int64_t i = 0; i < 9000; ++i) {
    index.push_back(i * 7 % 3000);
  }
  test::expect_same_bits_on_any_threads({&x}, [&] { return cross_entropy(x.variable(), labels, index); });
  test::expect_same_bits_on_any_threads({&x}, [&] { return mean_squared_error(x.variable(), Tensor(3000, 2), index); });
}

TEST(MeanAbsoluteError, IsAddedUpByWeightWhereThereAreSome) {
  const Tensor targets{{1, 5}, {std::numeric_limits<float>::quiet_NaN(), 2}, {3, 3}};
  const std::vector<std::int64_t> index = {2, 1};
  const std::vector<float> weights = {0.5F, 2.0F};
  const RowWeights given{weights, 4.0};
  // Row 2 is off by 3 and 3 at weight 0.5, row 1 by 8 at weight 2; two columns and a divisor of 4.
  const Variable output = Variable::constant(Tensor{{7, 7}, {9, 10}, {0, 6}});
  EXPECT_FLOAT_EQ(mean_absolute_error(output, targets, index, given).value()(0, 0), 19.0F / 8.0F);
  Parameter parameter(random_tensor(3, 2, 4));
  expect_gradient_matches(parameter, [&] { return mean_squared_error(parameter.variable(), targets, index, given); });
  expect_throws<ArgumentError>(
      [&] {
        (void)mean_absolute_error(output, targets, index, {std::span(weights).first(1), 1.0});
      },
      "there are 1 weights of 2 rows");
}

TEST(Softmax, SumsToOneInEveryRow) {
  expect_near(softmax(Tensor{{0, std::log(3.0F)}, {1000, 1000}}), Tensor{{0.25F, 0.75F}, {0.5F, 0.5F}});
}

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

TEST(MeanAbsoluteError, CountsOnlyWhatIsThere) {
  const Variable x = Variable::parameter({{1, 5}, {2, 2}, {9, 9}});
  const Tensor targets = {{3, 4}, {kMissing, 2}, {0, 0}};
  const Variable loss = mean_absolute_error(x, targets, std::vector<std::int64_t>{0, 1});
  EXPECT_FLOAT_EQ(loss.value()(0, 0), 1.0F);
  const Gradients gradients = backward(loss);
  const float third = 1.0F / 3.0F;
  expect_near(*gradients.of(x), {{-third, third}, {0, 0}, {0, 0}});
}

}  // namespace
}  // namespace weft
