// What training is made of: the optimizer, schedules, averaged weights, metrics.
#include <cmath>
#include <limits>
#include <vector>

#include "tests/support.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/train/optimizer.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;

TEST(Adam, TakesAStepOfTheLearningRateAtFirst) {
  Parameter w(Tensor{{1, 1}});
  Adam adam({{"w", &w, ParameterGroup::weight}}, {});
  Gradients gradients = backward(sum(multiply(w.variable(), Variable::constant(Tensor{{3, -0.01F}}))));
  adam.step(gradients, 0.1);
  // The first moments over the roots of the second are +-1 whatever the size of the gradient.
  expect_near(w.value(), Tensor{{0.9F, 1.1F}}, 1e-5);
}

TEST(Adam, DecaysEachGroupByItsOwnAmount) {
  Parameter input(Tensor{{1}}), weight(Tensor{{1}}), vector(Tensor{{1}});
  Adam adam({{"input", &input, ParameterGroup::input},
             {"weight", &weight, ParameterGroup::weight},
             {"vector", &vector, ParameterGroup::vector}},
            {.decoupled = true, .input_decay = 1.0, .weight_decay = 0.5});
  Gradients gradients = backward(scale(input.variable() + weight.variable() + vector.variable(), 0.0F));
  adam.step(gradients, 0.1);
  EXPECT_FLOAT_EQ(input.value()(0, 0), 0.9F);
  EXPECT_FLOAT_EQ(weight.value()(0, 0), 0.95F);
  EXPECT_FLOAT_EQ(vector.value()(0, 0), 1.0F);
}

TEST(Adam, ClipsTheNormOfAllGradientsTogether) {
  // With epsilon far above the gradients a step is nearly proportional to them.
  const auto step_with = [](double clip) {
    Parameter a(Tensor{{0}}), b(Tensor{{0}});
    Adam adam({{"a", &a, ParameterGroup::weight}, {"b", &b, ParameterGroup::weight}}, {.epsilon = 1e6, .clip = clip});
    Gradients gradients = backward(scale(a.variable(), 3.0F) + scale(b.variable(), 4.0F));
    adam.step(gradients, 1e6);
    return Tensor{{a.value()(0, 0), b.value()(0, 0)}};
  };
  expect_near(step_with(0.0), Tensor{{-3, -4}}, 1e-4);
  expect_near(step_with(1.0), Tensor{{-0.6F, -0.8F}}, 1e-4);
}

TEST(Adam, NamesTheParameterWhoseGradientIsNotFinite) {
  Parameter w(Tensor{{1}});
  Adam adam({{"hop0.weight", &w, ParameterGroup::weight}}, {});
  Gradients gradients = backward(scale(w.variable(), std::numeric_limits<float>::infinity()));
  expect_throws<NumericError>([&] { adam.step(gradients, 0.1); }, "step 1: the gradient of hop0.weight is not finite");
  EXPECT_FLOAT_EQ(w.value()(0, 0), 1.0F);
}

TEST(Schedule, RisesHoldsStepsAndFallsLikeACosine) {
  EXPECT_DOUBLE_EQ(schedule_factor({}, 7, 10), 1.0);
  EXPECT_DOUBLE_EQ(schedule_factor({.warmup = 0.3}, 0, 10), 0.25);
  EXPECT_DOUBLE_EQ(schedule_factor({.warmup = 0.3}, 2, 10), 0.75);
  EXPECT_DOUBLE_EQ(schedule_factor({.warmup = 0.3}, 3, 10), 1.0);
  EXPECT_DOUBLE_EQ(schedule_factor({.kind = ScheduleKind::step, .step_epochs = 4, .step_factor = 0.5}, 8, 10), 0.25);
  EXPECT_NEAR(schedule_factor({.kind = ScheduleKind::cosine}, 5, 10), 0.5, 1e-12);
  // It falls from where the rise ends: 2 epochs of 10, then halfway after 4 of the other 8.
  EXPECT_NEAR(schedule_factor({.kind = ScheduleKind::cosine, .warmup = 0.2}, 2, 10), 1.0, 1e-12);
  EXPECT_NEAR(schedule_factor({.kind = ScheduleKind::cosine, .warmup = 0.2}, 6, 10), 0.5, 1e-12);
  // A cosine may end above 0.
  EXPECT_NEAR(schedule_factor({.kind = ScheduleKind::cosine, .final_rate = 0.2}, 10, 10), 0.2, 1e-12);
}

}  // namespace
}  // namespace weft
