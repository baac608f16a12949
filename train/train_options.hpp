// How any task is trained: what the loop, its optimizer and its schedule read.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/train/optimizer.hpp"

#pragma GCC visibility push(default)
namespace weft {

enum class OptimizerKind { adam, adamw };
template <>
inline constexpr std::array kEnumNames<OptimizerKind> = {std::string_view("adam"), std::string_view("adamw")};
/// Which matrices decay.
enum class DecayKind { all, input };
template <>
inline constexpr std::array kEnumNames<DecayKind> = {std::string_view("all"), std::string_view("input")};

struct TrainOptions {
  /// At most.
  std::int64_t epochs = 200;
  /// Train so long instead: the schedule follows the clock, so that the run is not repeatable. 0: for so many epochs.
  double budget_minutes = 0.0;
  double learning_rate = 0.01;
  double weight_decay = 0.0;
  DecayKind decay = DecayKind::all;
  OptimizerKind optimizer = OptimizerKind::adam;
  /// Of the mean of squared gradients, how much a step keeps.
  double beta2 = 0.999;
  ScheduleKind schedule = ScheduleKind::constant;
  /// Share of the training over which the rate rises.
  double warmup = 0.0;
  /// Share of the rate that a cosine ends at.
  double final_rate = 0.0;
  std::int64_t step_epochs = 50;
  double step_factor = 0.5;
  /// Largest norm of the gradient; 0: no limit.
  double clip = 0.0;
  /// Judge and keep the moving average of the weights, so much of it kept at a step; 0: the weights themselves.
  double average = 0.0;
  /// The model is judged after every so many epochs, and after the last.
  std::int64_t eval_every = 1;
  /// Stop after so many judged epochs without a better validation figure; 0: never.
  std::int64_t patience = 0;
  /// Between checkpoints; 0: after every epoch.
  double checkpoint_seconds = 30.0;
};

/// The same as a table, for the command line and configurations.
[[nodiscard]] std::span<const Option> train_option_table();
/// `options` holds at least those of the table.
[[nodiscard]] TrainOptions train_options_of(const Options& options);
/// The options that differ from the defaults above: what someone has set who leaves the rest to task and model. Throws
/// ArgumentError naming the option if a value is out of its range.
[[nodiscard]] std::vector<std::pair<std::string, OptionValue>> changes_of(const TrainOptions& options);

}  // namespace weft
#pragma GCC visibility pop
