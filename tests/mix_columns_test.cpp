// States mixed column by column, and sums of whole states.
#include "weft/layers/kernels/mix_columns.hpp"

#include <vector>

#include "tests/support.hpp"
#include "weft/layers/kernels/weighted_sum.hpp"

namespace weft {
namespace {

using test::constant;
using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::random_tensor;

TEST(MixColumns, LiesBetweenItsInputs) {
  expect_near(mix_columns(constant({{0, 0}, {4, 4}}), constant({{2, 2}, {8, 8}}), constant({{0, 40}})).value(),
              Tensor{{1, 2}, {6, 8}});
}

TEST(MixColumns, HasTheGradientOfDifferences) {
  // 11 columns: a whole vector and a part.
  Parameter x(random_tensor(4, 11, 1)), y(random_tensor(4, 11, 2)), balance(random_tensor(1, 11, 5));
  for (Parameter* parameter : {&x, &y, &balance}) {
    expect_gradient_matches(
        *parameter, [&] { return mix_columns(x.variable(), y.variable(), balance.variable()); }, 5e-3);
  }
}

TEST(MixColumns, RefusesOtherShapes) {
  const Variable x = constant(Tensor(4, 2)), one = constant(Tensor(1, 1));
  expect_throws<ArgumentError>([&] { (void)mix_columns(x, x, one); }, "balance [1, 1]");
}

TEST(WeightedSum, AddsItsTermsAndHasTheGradientOfDifferences) {
  const auto row = [](Tensor x) { return Variable::constant(std::move(x)); };
  const std::vector<Variable> terms = {row({{1, 2}}), row({{10, 20}}), row({{100, 200}})};
  expect_near(weighted_sum(terms, row({{3, 2, 1}})).value(), Tensor{{123, 246}});
  Parameter a(random_tensor(5, 3, 1)), b(random_tensor(5, 3, 2)), weights(random_tensor(1, 2, 3));
  for (Parameter* parameter : {&a, &b, &weights}) {
    expect_gradient_matches(*parameter, [&] {
      return weighted_sum(std::vector{a.variable(), b.variable()}, weights.variable());
    });
  }
  expect_throws<ArgumentError>([&] { (void)weighted_sum(terms, row({{1, 2}})); }, "expected a row with one for each");
  expect_throws<ArgumentError>(
      [&] {
        (void)weighted_sum(std::vector{terms[0], row({{1}})}, row({{1, 2}}));
      },
      "expected one shape");
}

}  // namespace
}  // namespace weft
