// Gradients of chains of operations, and the memory that they hold.
#include "weft/tensor/variable.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_throws;

TEST(Backward, AddsTheGradientsOfAllPaths) {
  Parameter x(Tensor{{3}});
  const Variable y = x.variable() * x.variable();
  const Variable z = y + y * x.variable();  // x² + x³
  EXPECT_FLOAT_EQ((*backward(z).of(x.variable()))(0, 0), 2 * 3 + 3 * 9);
}

TEST(Backward, LeavesNothingBehindInTheParameters) {
  Parameter x(Tensor{{3}});
  const Variable a = scale(x.variable(), 2), b = scale(x.variable(), 5);
  EXPECT_FLOAT_EQ((*backward(a).of(x.variable()))(0, 0), 2);
  EXPECT_FLOAT_EQ((*backward(b).of(x.variable()))(0, 0), 5);
}

TEST(Backward, RefusesASecondWalkAndALossThatIsNotANumber) {
  Parameter x(Tensor{{3, 4}});
  const Variable y = sum(x.variable());
  (void)backward(y);
  expect_throws<ArgumentError>([&] { (void)backward(y); }, "was differentiated before");
  expect_throws<ArgumentError>([&] { (void)backward(scale(x.variable(), 2)); }, "the loss has shape [1, 2]");
  expect_throws<ArgumentError>([&] { (void)backward(Variable::constant(Tensor{{1}})); },
                               "does not depend on any parameter");
}

TEST(Backward, GivesNoGradientToAParameterThatIsNotUsed) {
  Parameter x(Tensor{{3}}), unused(Tensor{{4}});
  EXPECT_EQ(backward(scale(x.variable(), 2)).of(unused.variable()), nullptr);
}

TEST(Backward, WalksAChainOfAHundredThousandOperations) {
  Parameter x(Tensor{{1}});
  Variable y = x.variable();
  for (int i = 0; i < 100'000; ++i) {
    y = scale(y, 1.0F);
  }
  EXPECT_FLOAT_EQ((*backward(y).of(x.variable()))(0, 0), 1);
}

TEST(Backward, ALongChainThatIsNeverWalkedIsReleased) {
  Parameter x(Tensor{{1}});
  Variable y = x.variable();
  for (int i = 0; i < 100'000; ++i) {
    y = y * y;
  }
  y = Variable();
  SUCCEED();
}

TEST(Record, FreesValuesThatNobodyNeeds) {
  Parameter x(Tensor(1000, 1000));
  const std::int64_t before = memory_use().live;
  Variable y = x.variable();
  for (int i = 0; i < 10; ++i) {
    y = scale(y, 2.0F);
  }
  // Scaling needs no value in its gradient: of ten results only the last is still held.
  EXPECT_LT(memory_use().live - before, std::int64_t{2} * 1000 * 1000 * 4 + (8 << 20));
}

}  // namespace
}  // namespace weft
