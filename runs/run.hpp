// A run from its configuration to its report, as `weft train` does it: what of the data is read into memory, sampler
// and folds are chosen, the task is trained, and a run folder holds what came of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"
#include "weft/runs/run_config.hpp"
#include "weft/train/trainer.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct RunObserver {
  /// Of reading the data.
  ProgressCallback on_progress = {};
  /// A line that says what was chosen or assumed.
  std::function<void(const std::string&)> on_message = {};
  /// Before the first epoch: what will be trained.
  std::function<void(const Task&)> on_begin = {};
  /// After every epoch.
  std::function<void(const EpochRecord&)> on_epoch = {};
  /// Asked after every step; true ends the training with a checkpoint. Where sets of defaults are tried before the
  /// training begins, run() throws Stopped, and nothing is written.
  std::function<bool()> should_stop = {};
  /// As TrainObserver says; once the run is whole and only its page is to be written, run() throws Stopped.
  StopFlag* give_up = nullptr;
};

/// What is decided before any data are read.
struct RunPlan {
  RunConfig config;
  /// What of the dataset is read into memory.
  ReadOptions read;
};

/// What comes of nothing but counting, and of a model that is not trained, on the split of the best run: what another
/// has to beat.
struct Floor {
  /// The commonest class of the test part and its share; a share of 0 where rows have no class.
  std::string majority = {};
  double majority_share = 0.0;
  /// label_propagation or ridge, the better by validation; empty: neither was computed.
  std::string model = {};
  /// By the metric of the run.
  double val = 0.0, test = 0.0;
  /// Why one or both were passed over, a sentence each.
  std::vector<std::string> passed_over = {};
};

/// What came of a run: the results of training, and what was chosen for it.
struct RunSummary : TrainReport {
  std::string dataset;
  TaskKind task = TaskKind::node_classification;
  /// With the splits, protocol and sampler that were chosen.
  RunConfig config;
  Options options;
  double load_seconds = 0.0;
  /// A model's of classes and labels of nodes only.
  Floor floor = {};

  /// Of the chosen metric, over all runs.
  [[nodiscard]] double mean_test() const { return mean(&RunResult::test); }
};

/// The memory and time that a run will take.
struct JobEstimate {
  /// Bytes: the program, the graph, labels, splits; features, where they are in memory.
  std::int64_t data = 0, features = 0;
  /// Bytes: the most that steps take at once, with batches made ahead; that evaluation takes.
  std::int64_t training = 0, evaluation = 0;
  /// Seconds of all steps of an epoch, of one evaluation, and of the whole job if no run ends early.
  double epoch_seconds = 0.0, evaluation_seconds = 0.0, total_seconds = 0.0;

  /// What is held at once is added, of what follows each other the larger counts.
  [[nodiscard]] std::int64_t total_bytes() const { return data + features + std::max(training, evaluation); }
};

/// Throws ArgumentError for a key or value that makes no sense, or a memory limit that cannot be kept.
[[nodiscard]] RunPlan plan_run(RunConfig config, const RunObserver& observer = {});

/// Throws ArgumentError if data and config do not fit together, DataError for data that break their format,
/// NumericError if training diverges, OutputError if the folder cannot be written or another run holds it. A run that
/// is refused leaves its folder as it was.
RunSummary run(const RunPlan& plan, const RunObserver& observer = {});
inline RunSummary run(const RunConfig& config, const RunObserver& observer = {}) {
  return run(plan_run(config, observer), observer);
}
/// The same on data that are in memory already: config.dataset only says where they came from, if it says anything, and
/// a memory limit is an ArgumentError.
RunSummary run(const RunConfig& config, Dataset dataset, const RunObserver& observer = {});

/// The memory and time that the run will take, without training.
[[nodiscard]] JobEstimate estimate_run(const RunPlan& plan, const RunObserver& observer = {});

/// Trains on a dataset that is in memory already; job.folder is a run folder. What run() does after its choices,
/// without a report.
TrainReport train(const Dataset& dataset, const TrainJob& job, const TrainObserver& observer = {});

}  // namespace weft
#pragma GCC visibility pop
