// What training is made of: the optimizer, schedules, averaged weights, metrics.
#include <cmath>
#include <limits>
#include <vector>

#include "tests/support.hpp"
#include "weft/layers/models.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/tasks/classification_metrics.hpp"
#include "weft/train/optimizer.hpp"
#include "weft/train/trainer.hpp"
#include "weft/train/weight_average.hpp"

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
  EXPECT_DOUBLE_EQ(schedule_factor({.kind = "step", .step_epochs = 4, .step_factor = 0.5}, 8, 10), 0.25);
  EXPECT_NEAR(schedule_factor({.kind = "cosine"}, 5, 10), 0.5, 1e-12);
  expect_throws<ArgumentError>([] { (void)schedule_factor({.kind = "linear"}, 1, 10); }, "kind is 'linear'");
}

TEST(Metrics, CountByHand) {
  // Predictions 0 0 1 1 1 against labels 0 1 1 1 0.
  const Tensor logits{{2, 0}, {1, 0}, {0, 3}, {0, 4}, {0, 1}};
  const std::vector<std::int64_t> labels = {0, 1, 1, 1, 0}, all = {0, 1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(accuracy(logits, labels, all), 0.6);
  // Class 0: tp 1 fp 1 fn 1; class 1: tp 2 fp 1 fn 1.
  EXPECT_DOUBLE_EQ(macro_f1(logits, labels, all), (0.5 + 2.0 / 3.0) / 2.0);
  // Scores of class 1: -2 -1 3 4 1; of six pairs the two with node 1 against node 4 and 0 give one loss.
  EXPECT_DOUBLE_EQ(roc_auc(logits, labels, all), 5.0 / 6.0);
  EXPECT_EQ(confusion_matrix(logits, labels, all), (std::vector<std::vector<std::int64_t>>{{1, 1}, {1, 2}}));
  EXPECT_TRUE(std::isnan(accuracy(logits, labels, {})));
  const std::vector<std::int64_t> only_ones = {1, 2};
  EXPECT_TRUE(std::isnan(roc_auc(logits, labels, only_ones)));
  expect_throws<ArgumentError>([&] { (void)metric_of("f1", logits, labels, all); }, "metric 'f1' is not one of");
}

TEST(Metrics, RocAucCountsTiesAsHalf) {
  const std::vector<float> scores = {1, 1, 2, 0};
  const std::vector<std::uint8_t> outcomes = {1, 0, 1, 0};
  EXPECT_DOUBLE_EQ(roc_auc(scores, outcomes), (0.5 + 1 + 1 + 1) / 4.0);
}

TEST(Metrics, RocAucOfManyClassesIsTheMeanOfEachAgainstTheRest) {
  const Tensor logits{{5, 0, 0}, {0, 5, 0}, {0, 0, 5}, {5, 0, 0}};
  const std::vector<std::int64_t> labels = {0, 1, 2, 1}, all = {0, 1, 2, 3};
  // Class 0 has one of three pairs tied; class 1 two of four; class 2 none.
  const double class0 = 2.5 / 3.0, class1 = (1 + 1 + 0.5 + 0.5) / 4.0, class2 = 1.0;
  EXPECT_NEAR(roc_auc(logits, labels, all), (class0 + class1 + class2) / 3.0, 1e-12);
}

TEST(WeightAverage, FollowsTheTrainedWeightsAndForgetsTheFirstOnesSooner) {
  const auto model_with = [](float weight) {
    auto model = make_model("mlp", shape_for(Tensor(1, 2), 2), default_options("mlp"), Random(1));
    for (const NamedParameter& p : parameters_of(*model).parameters) {
      for (float& w : p.parameter->mutable_value().values()) {
        w = weight;
      }
    }
    return model;
  };
  WeightAverage average(model_with(7.0F), 0.9);
  const auto first_weight = [&] { return parameters_of(average.model()).parameters[0].parameter->value()(0, 0); };
  average.add(*model_with(1.0F), 1);
  EXPECT_FLOAT_EQ(first_weight(), 1.0F);
  average.add(*model_with(12.0F), 2);
  // One part in eleven is kept of the first.
  EXPECT_FLOAT_EQ(first_weight(), 11.0F);
  average.add(*model_with(1.0F), 1000);
  EXPECT_FLOAT_EQ(first_weight(), 10.0F);
}

}  // namespace
}  // namespace weft
