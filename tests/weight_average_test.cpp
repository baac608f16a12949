// Averages of weights.
#include "weft/train/weight_average.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/layers/models.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

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
