// A model for a task, its training on sequences that are drawn anew for every step, and its test on others.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <weft/core/options.hpp>
#include <weft/layers/models.hpp>

#include "tasks.hpp"

/// What every sequence is a function of, beside the task.
struct Seeds {
  explicit Seeds(std::uint64_t seed)
      : weights(weft::Random(seed).stream(0)),
        training(weft::Random(seed).stream(1)),
        test(weft::Random(seed).stream(2)) {}
  weft::Random weights, training, test;
};

/// The options of "gps", in the order of the tokens and without convolution, changed as the recipe wants.
[[nodiscard]] weft::Options options_for(const Recipe& recipe);

[[nodiscard]] std::unique_ptr<weft::NodeModel> make_model(const Task& task, const weft::Options& options,
                                                          const weft::Random& random);

/// AdamW for recipe.steps steps, the rate rising over the first twentieth and falling to 0 along a cosine.
/// `report` is told the step, from 1, and the loss.
void train(weft::NodeModel& model, const Task& task, const Recipe& recipe, const weft::Random& random,
           const std::function<void(std::int64_t step, double loss)>& report);

struct TestResult {
  /// Share of right answers, and of the commonest answer.
  double accuracy = 0.0, guessing = 0.0;
  std::int64_t num_answers = 0;
};
[[nodiscard]] TestResult test(const weft::NodeModel& model, const Task& task, const weft::Random& random);
