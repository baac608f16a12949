// Training: one call trains any task, for every split and seed asked for, and can go on from a checkpoint to the bit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/train/task.hpp"

#pragma GCC visibility push(default)
namespace weft {

class RunStore;
class StopFlag;

struct TrainJob {
  std::string model = "weft";
  /// As default_options() of tasks/training_options.hpp gives them, changed where wanted.
  Options options = {};
  /// One run for each pair of these.
  std::vector<std::string> splits = {};
  std::vector<std::uint64_t> seeds = {0};
  /// The run folder, which runs/run.hpp makes if it is not there; empty: nothing is kept. train() below keeps what it
  /// is given a store for, and only names this folder in errors.
  std::filesystem::path folder = {};
  /// Go on from the checkpoint, if there is one. Throws ArgumentError if it belongs to another job or dataset,
  /// DataError if it says nothing sound.
  bool resume = false;
  /// Stop, as if interrupted, after so much time; 0: no limit. To judge what was learned until then comes on top.
  double max_minutes = 0.0;
};

/// What is known after an epoch. Figures are those of the task's metric.
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
  /// Once raised, the step or the judging that is under way is given up, and training ends with a checkpoint of the
  /// state before it. For those who cannot wait for should_stop to be asked.
  StopFlag* give_up = nullptr;
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
  /// What was chosen once the weights were there, as a sentence (Task::settle); mostly empty.
  std::string settled = {};
};

struct TrainReport {
  /// What validation selected by, a name in metrics() of tasks/metrics.hpp.
  std::string metric;
  bool higher_is_better = true;
  std::vector<RunResult> runs;
  /// The run with the best validation figure; its model is the one that is kept.
  std::size_t best_run = 0;
  /// Stopped before the end; the checkpoint holds the state. Where judging was given up, that run is not in `runs`.
  bool interrupted = false;
  std::int64_t num_parameters = 0;
  /// Of all runs, what they took before a resume too; each is judged once more after it.
  double train_seconds = 0.0;
  /// Since this call.
  std::int64_t num_epochs = 0;
  /// Of all runs since this call, where they train on samples.
  StageTimes times;

  [[nodiscard]] double mean(double RunResult::*figure) const;
  /// Sample deviation; 0 for one run.
  [[nodiscard]] double deviation(double RunResult::*figure) const;
};

/// Trains a task. `store` keeps the job (run_store.hpp), or is null. Throws ArgumentError for a split that the task
/// does not have, NumericError if a loss or gradient is not finite.
[[nodiscard]] TrainReport train(const Task& task, const TrainJob& job, const TrainObserver& observer = {},
                                RunStore* store = nullptr);

}  // namespace weft
#pragma GCC visibility pop
