// Training: one call trains a model on one dataset, for every seed and split asked for, and can go on
// from a checkpoint to the bit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/io/dataset.hpp"
#include "weft/train/stage_times.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// The options of training itself: epochs, learning_rate, weight_decay, schedule, patience, metric, …
[[nodiscard]] std::span<const Option> training_options();

/// How much there is to learn from. A hundred labels want a small model that is held back by dropout and
/// decay, as the papers on citation graphs have it; thousands want a deep, normalized one.
/// Labels of whole graphs, and links, have defaults, and options, of their own.
enum class LabelBudget { few, many, graphs, links };

/// Graphs and links: where the task is about these. Many: a hundred or more labelled training nodes for each class, on
/// average.
[[nodiscard]] LabelBudget label_budget(const Dataset& dataset, const Split& split);

/// The same from sizes alone, for one graph: every training node counts as labelled.
[[nodiscard]] LabelBudget label_budget(const DatasetSize& size);

/// Training options and the options of `model`, with the defaults for that model and budget.
[[nodiscard]] Options default_options(std::string_view model, LabelBudget budget = LabelBudget::few);

/// The sampler that suits a model with these options, where a job asks for batches and names none: neighbor where each
/// layer may read a hop of its own, rows where the graph is not read in training, otherwise parts.
[[nodiscard]] std::string_view suited_sampler(std::string_view model, const Options& options);

struct TrainJob {
  std::string model = "weft";
  /// As default_options() gives them, changed where wanted.
  Options options;
  /// One run for each pair of these.
  std::vector<std::string> splits;
  std::vector<std::uint64_t> seeds = {0};
  /// Where checkpoint.h5, metrics.jsonl and model.h5 are written, made if it is not there; empty: nowhere.
  std::filesystem::path folder;
  /// Go on from folder/checkpoint.h5. Throws ArgumentError if it belongs to another job or dataset.
  bool resume = false;
  /// Stop, as if interrupted, after so much time; 0: no limit.
  double max_minutes = 0.0;
};

/// What is known after an epoch. Metrics are those of job option `metric`.
struct EpochRecord {
  std::int64_t run = 0, num_runs = 0;
  std::uint64_t seed = 0;
  std::string split;
  std::int64_t epoch = 0, num_epochs = 0;
  double loss = 0.0, learning_rate = 0.0;
  /// Whether the model was judged after this epoch (option eval_every); otherwise train and val are NaN.
  bool evaluated = false;
  double train = 0.0, val = 0.0;
  /// Of the epochs that were judged; NaN and -1 before the first.
  double best_val = 0.0;
  std::int64_t best_epoch = 0;
  double seconds = 0.0;
};

struct TrainObserver {
  /// Called after every epoch.
  std::function<void(const EpochRecord&)> on_epoch = {};
  /// Asked after every step; true ends the training with a checkpoint.
  std::function<bool()> should_stop = {};
};

struct RunResult {
  std::uint64_t seed = 0;
  std::string split;
  /// The chosen metric on each part, at the epoch with the best validation figure.
  double train = 0.0, val = 0.0, test = 0.0;
  std::int64_t best_epoch = 0, epochs = 0;
  double seconds = 0.0;
  /// Every metric that the task has, on the test part at that epoch.
  std::map<std::string, double> test_metrics;
};

struct TrainReport {
  /// What validation selected by: "accuracy", "macro_f1", "roc_auc".
  std::string metric;
  bool higher_is_better = true;
  std::vector<RunResult> runs;
  /// The run with the best validation figure; its weights are in folder/model.h5.
  std::size_t best_run = 0;
  /// Stopped before the end; folder/checkpoint.h5 holds the state.
  bool interrupted = false;
  std::int64_t num_parameters = 0;
  double train_seconds = 0.0;
  std::int64_t num_epochs = 0;
  /// Of all runs since this call, where they train on samples.
  StageTimes times;

  [[nodiscard]] double mean(double RunResult::*figure) const;
  /// Sample deviation; 0 for one run.
  [[nodiscard]] double deviation(double RunResult::*figure) const;
};

/// Throws ArgumentError for a task, split or option it cannot train, NumericError if a loss or gradient
/// is not finite.
[[nodiscard]] TrainReport train(const Dataset& dataset, const TrainJob& job, const TrainObserver& observer = {});

}  // namespace weft
#pragma GCC visibility pop
