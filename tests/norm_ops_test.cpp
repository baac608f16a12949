// Norms of rows and of columns: values by hand, gradients by central differences.
#include "weft/tensor/norm_ops.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::constant;
using test::expect_gradients;
using test::expect_near;
using test::expect_throws;
using test::random_tensor;

TEST(LayerNorm, NormalizesRowsAndHasTheGradientOfDifferences) {
  expect_near(layer_norm(constant({{1, 3}}), constant({{1, 2}}), constant({{0, 5}}), 0.0F).value(), Tensor{{-1, 7}});
  Parameter x(random_tensor(4, 6, 1)), gain(random_tensor(1, 6, 2)), bias(random_tensor(1, 6, 3));
  expect_gradients({&x, &gain, &bias}, [&] { return layer_norm(x.variable(), gain.variable(), bias.variable()); });
  expect_throws<ArgumentError>([&] { (void)layer_norm(x.variable(), bias.variable(), x.variable()); },
                               "layer_norm: gain");
}

TEST(BatchNorm, NormalizesColumnsAndHasTheGradientOfDifferences) {
  const Variable gain_of_two = constant({{1, 2}}), bias_of_two = constant({{0, 5}});
  const Variable x_of_two = constant({{1, 10}, {3, 30}});
  const BatchNormResult two = batch_norm(x_of_two, gain_of_two, bias_of_two, {.epsilon = 0.0F});
  expect_near(two.output.value(), Tensor{{-1, 3}, {1, 7}});
  expect_near(two.mean, Tensor{{2, 20}});
  expect_near(two.variance, Tensor{{1, 100}});
  const BatchNormOptions with_relu{.activation = Activation::relu, .epsilon = 0.0F};
  expect_near(batch_norm(x_of_two, gain_of_two, bias_of_two, with_relu).output.value(), Tensor{{0, 3}, {1, 7}});
  Parameter x(random_tensor(7, 3, 1)), gain(random_tensor(1, 3, 2)), bias(random_tensor(1, 3, 3));
  const Tensor mean{{0.5F, -1, 2}}, variance{{1, 4, 9}};
  for (const Activation activation : {Activation::none, Activation::relu, Activation::elu, Activation::sigmoid}) {
    expect_gradients({&x, &gain, &bias}, [&] {
      return batch_norm(x.variable(), gain.variable(), bias.variable(), {.activation = activation}).output;
    });
    expect_gradients({&x, &gain, &bias}, [&] {
      return batch_norm(x.variable(), gain.variable(), bias.variable(), {mean, variance}, activation);
    });
  }
  expect_throws<ArgumentError>(
      [&] { (void)batch_norm(Variable::constant(Tensor(0, 3)), gain.variable(), bias.variable()); },
      "expected at least one row");
  expect_throws<ArgumentError>(
      [&] { (void)batch_norm(x.variable(), gain.variable(), bias.variable(), {.activation = Activation::gelu}); },
      "batch_norm");
}

TEST(BatchNorm, CountsARowAsOftenAsItIsTold) {
  Parameter x(random_tensor(5, 70, 1)), gain(random_tensor(1, 70, 2)), bias(random_tensor(1, 70, 3));
  const std::vector<float> counts = {1, 3, 2, 1, 2};
  const std::vector<std::int64_t> repeated = {0, 1, 1, 1, 2, 2, 3, 4, 4};
  const auto norm = [&](const Variable& rows, std::span<const float> of_rows) {
    return batch_norm(rows, gain.variable(), bias.variable(), {.activation = Activation::relu, .counts = of_rows});
  };
  const BatchNormResult counted = norm(x.variable(), counts), all = norm(select_rows(x.variable(), repeated), {});
  EXPECT_EQ(counted.num_rows, 9.0F);
  expect_near(counted.mean, all.mean);
  expect_near(counted.variance, all.variance);
  expect_near(select_rows(counted.output.value(), repeated), all.output.value());
  // The gradient of a counted row is the sum of those of the rows that it stands for.
  const Tensor weights = random_tensor(9, 70, 4);
  const Gradients a = backward(select_rows(counted.output, repeated), weights), b = backward(all.output, weights);
  for (const Parameter* p : {&x, &gain, &bias}) {
    expect_near(*a.of(p->variable()), *b.of(p->variable()), 1e-4);
  }
  expect_throws<ArgumentError>(
      [&] {
        (void)norm(x.variable(), std::vector<float>{1, 2});
      },
      "batch_norm: there are 2 counts, x is [5, 70]");
}

TEST(BatchNorm, KeepsTheMomentsOfManyRowsFarFromZero) {
  // 5000 rows of 1000 + {-1, 1}: a sum of squares in floats would lose the variance.
  Tensor x = Tensor::uninitialized(5000, 9);
  for (std::int64_t i = 0; i < x.size(); ++i) {
    x.data()[i] = 1000.0F + (i / 9 % 2 == 0 ? -1.0F : 1.0F);
  }
  const Variable one = Variable::constant(Tensor::full(1, 9, 1.0F)), zero = Variable::constant(Tensor(1, 9));
  const BatchNormResult result = batch_norm(Variable::constant(x), one, zero);
  expect_near(result.mean, Tensor::full(1, 9, 1000.0F), 1e-6);
  expect_near(result.variance, Tensor::full(1, 9, 1.0F), 1e-4);
}

}  // namespace
}  // namespace weft
