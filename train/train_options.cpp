#include "weft/train/train_options.hpp"

#include <vector>

#include "weft/core/option_binding.hpp"

namespace weft {
namespace {

const OptionTable<TrainOptions>& table() {
  using T = TrainOptions;
  static const OptionTable<T> kTable = {
      bound("epochs", &T::epochs, "passes over the training data", 1, 1e9),
      bound("learning_rate", &T::learning_rate, "size of a step of Adam", 0.0, 10.0),
      bound("weight_decay", &T::weight_decay, "pull of weight matrices toward 0", 0.0, 100.0),
      bound("decay", &T::decay, "which matrices decay: all, or those of the first layer"),
      bound("optimizer", &T::optimizer, "adam adds the decay to the gradient, adamw takes it from the weight"),
      bound("beta2", &T::beta2, "how much of the mean of squared gradients a step keeps", 0.5, 0.999999),
      bound("schedule", &T::schedule, "how the learning rate falls"),
      bound("warmup", &T::warmup, "share of the epochs over which the learning rate rises", 0.0, 1.0),
      bound("final_rate", &T::final_rate, "schedule cosine: share of the learning rate that it ends at", 0.0, 1.0),
      bound("step_epochs", &T::step_epochs, "schedule step: epochs between falls", 1, 1e9),
      bound("step_factor", &T::step_factor, "schedule step: what each fall multiplies with", 0.0, 1.0),
      bound("clip", &T::clip, "largest norm of the gradient; 0: no limit", 0.0, 1e9),
      bound("average", &T::average,
            "judge and keep the moving average of the weights, this much of it kept at a step; 0: off", 0.0, 0.999999),
      bound("eval_every", &T::eval_every,
            "judge the model after every so many epochs, and after the last; only these are selected from", 1, 1e9),
      bound("patience", &T::patience, "stop after so many judged epochs without a better validation figure; 0: never",
            0, 1e9),
      bound("budget_minutes", &T::budget_minutes,
            "train so long instead of for so many epochs; the schedule follows the clock, so the run is not repeatable",
            0.0, 1e6),
      bound("checkpoint_seconds", &T::checkpoint_seconds, "time between checkpoints; 0: after every epoch", 0.0, 1e9),
  };
  return kTable;
}

}  // namespace

std::span<const Option> train_option_table() {
  static const std::vector<Option> kOptions = options_of(table(), TrainOptions{});
  return kOptions;
}

TrainOptions train_options_of(const Options& options) {
  return from_options(table(), options);
}

std::vector<std::pair<std::string, OptionValue>> changes_of(const TrainOptions& options) {
  return changes_in(table(), to_options(table(), options));
}

}  // namespace weft
