// Root-mean-square norms and gated products: values, gradients, refusals.
#include "weft/tensor/gated_ops.hpp"

#include "tests/support.hpp"

namespace weft {
namespace {

using test::constant;
using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::random_tensor;

TEST(RmsNorm, DividesEachRowByTheRootOfItsMeanSquare) {
  // The mean of 9 and 16 + 9 + 16 over 4 columns is 12.5.
  const Tensor y = rms_norm(constant({{3, 4, 3, 4}}), constant({{1, 1, 1, 2}}), 0.0F).value();
  const float root = std::sqrt(12.5F);
  expect_near(y, {{3 / root, 4 / root, 3 / root, 8 / root}});
}

TEST(RmsNorm, HasTheGradientsOfItsFormula) {
  Parameter x(random_tensor(5, 11, 1)), gain(random_tensor(1, 11, 2));
  const auto output = [&] { return rms_norm(x.variable(), gain.variable()); };
  expect_gradient_matches(x, output);
  expect_gradient_matches(gain, output);
}

TEST(GatedHeadNorm, NormsEachHeadAloneAndOpensItsGate) {
  // silu(0) = 0 shuts a column; a large gate lets it through, times itself.
  const Tensor y =
      gated_head_norm(constant({{3, 4, 0, 2}}), constant({{0, 50, 50, 50}}), constant({{1, 1, 1, 1}}), 2, 0.0F).value();
  expect_near(y, {{0.0F, 50 * 4 / std::sqrt(12.5F), 0.0F, 50 * std::sqrt(2.0F)}});
}

TEST(GatedHeadNorm, HasTheGradientsOfItsFormula) {
  Parameter x(random_tensor(4, 12, 1)), gate(random_tensor(4, 12, 2)), gain(random_tensor(1, 12, 3));
  const auto output = [&] { return gated_head_norm(x.variable(), gate.variable(), gain.variable(), 3); };
  expect_gradient_matches(x, output);
  expect_gradient_matches(gate, output);
  expect_gradient_matches(gain, output);
}

TEST(Swiglu, MultipliesTheSecondHalfByTheSwishOfTheFirst) {
  expect_near(swiglu(constant({{0, 1, 5, 2}})).value(), {{0.0F, 2.0F / (1.0F + std::exp(-1.0F))}});
}

TEST(Swiglu, HasTheGradientOfItsFormula) {
  Parameter x(random_tensor(3, 22, 4));
  expect_gradient_matches(x, [&] { return swiglu(x.variable()); });
}

TEST(GatedOps, OfOneRowAreThoseOfManyRows) {
  const Tensor x = random_tensor(3, 24, 1), gate = random_tensor(3, 24, 2), gain = random_tensor(1, 24, 3);
  Tensor norm(3, 24), gated(3, 24), inner(3, 12);
  for (std::int64_t i = 0; i < 3; ++i) {
    kernels::rms_norm_row(x.row(i), gain.values(), 1e-6F, norm.row(i));
    kernels::gated_head_norm_row(x.row(i), gate.row(i), gain.values(), 3, 1e-6F, gated.row(i));
    kernels::swiglu_row(x.row(i), inner.row(i));
  }
  expect_near(norm, rms_norm(constant(x), constant(gain)).value());
  expect_near(gated, gated_head_norm(constant(x), constant(gate), constant(gain), 3).value());
  expect_near(inner, swiglu(constant(x)).value());
}

TEST(GatedOps, RefuseWrongShapes) {
  expect_throws<ArgumentError>([] { (void)rms_norm(constant(Tensor(2, 4)), constant(Tensor(1, 3))); }, "rms_norm");
  expect_throws<ArgumentError>(
      [] { (void)gated_head_norm(constant(Tensor(2, 4)), constant(Tensor(2, 4)), constant(Tensor(1, 4)), 3); },
      "gated_head_norm");
  expect_throws<ArgumentError>(
      [] { (void)gated_head_norm(constant(Tensor(2, 4)), constant(Tensor(2, 3)), constant(Tensor(1, 4)), 2); },
      "gate is [2, 3]");
  expect_throws<ArgumentError>([] { (void)swiglu(constant(Tensor(2, 5))); }, "swiglu");
}

}  // namespace
}  // namespace weft
