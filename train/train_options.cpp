#include "weft/train/train_options.hpp"

#include <string>
#include <vector>

namespace weft {

std::span<const Option> train_option_table() {
  static const std::vector<Option> kOptions = {
      {"epochs", std::int64_t{200}, "passes over the training data", 1, 1e9},
      {"learning_rate", 0.01, "size of a step of Adam", 0.0, 10.0},
      {"weight_decay", 0.0, "pull of weight matrices towards 0", 0.0, 100.0},
      {"decay",
       std::string("all"),
       "which matrices decay: all, or those of the first layer",
       {},
       {},
       {"all", "input"}},
      {"optimizer",
       std::string("adam"),
       "adam adds the decay to the gradient, adamw takes it from the weight",
       {},
       {},
       {"adam", "adamw"}},
      {"beta2", 0.999, "how much of the mean of squared gradients a step keeps", 0.5, 0.999999},
      {"schedule", std::string("constant"), "how the learning rate falls", {}, {}, {"constant", "cosine", "step"}},
      {"warmup", 0.0, "share of the epochs over which the learning rate rises", 0.0, 1.0},
      {"final_rate", 0.0, "schedule cosine: share of the learning rate that it ends at", 0.0, 1.0},
      {"step_epochs", std::int64_t{50}, "schedule step: epochs between falls", 1, 1e9},
      {"step_factor", 0.5, "schedule step: what each fall multiplies with", 0.0, 1.0},
      {"clip", 0.0, "largest norm of the gradient; 0: no limit", 0.0, 1e9},
      {"average", 0.0, "judge and keep the moving average of the weights, this much of it kept at a step; 0: off", 0.0,
       0.999999},
      {"eval_every", std::int64_t{1},
       "judge the model after every so many epochs, and after the last; only these are selected from", 1, 1e9},
      {"patience", std::int64_t{0}, "stop after so many judged epochs without a better validation figure; 0: never", 0,
       1e9},
      {"budget_minutes", 0.0,
       "train so long instead of for so many epochs; the schedule follows the clock, so the run is not repeatable", 0.0,
       1e6},
      {"checkpoint_seconds", 30.0, "time between checkpoints; 0: after every epoch", 0.0, 1e9},
  };
  return kOptions;
}

TrainOptions train_options_of(const Options& options) {
  const std::string& schedule = options.text("schedule");
  return {.epochs = options.integer("epochs"),
          .budget_minutes = options.real("budget_minutes"),
          .learning_rate = options.real("learning_rate"),
          .weight_decay = options.real("weight_decay"),
          .decay = options.text("decay") == "all" ? DecayKind::all : DecayKind::input,
          .optimizer = options.text("optimizer") == "adamw" ? OptimizerKind::adamw : OptimizerKind::adam,
          .beta2 = options.real("beta2"),
          .schedule = schedule == "cosine" ? ScheduleKind::cosine
                      : schedule == "step" ? ScheduleKind::step
                                           : ScheduleKind::constant,
          .warmup = options.real("warmup"),
          .final_rate = options.real("final_rate"),
          .step_epochs = options.integer("step_epochs"),
          .step_factor = options.real("step_factor"),
          .clip = options.real("clip"),
          .average = options.real("average"),
          .eval_every = options.integer("eval_every"),
          .patience = options.integer("patience"),
          .checkpoint_seconds = options.real("checkpoint_seconds")};
}

}  // namespace weft
