// Which splits a run goes over, and cross-validation: which folds, and what protocol gin reads off their curves.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/runs/run_config.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

/// The splits that the dataset has for the task and that `wanted` means: names, patterns or "all"; empty: "public" if
/// there is one of that name, otherwise the first whose training part is at least half as large as the largest. Throws
/// ArgumentError if a word matches none.
[[nodiscard]] std::vector<std::string> matching_splits(const Dataset& dataset, const TaskInfo& task,
                                                       const std::vector<std::string>& wanted);

/// Sets the splits of the run to those that its protocol or its own words name. Graphs with folds of their own and no
/// other wish are cross-validated fairly. For protocol gin the dataset's folds get validation parts (prepare_folds()).
/// Classes are then judged by accuracy, if the config names no metric. Throws ArgumentError if the dataset has not what
/// the run asks for.
void choose_folds(RunConfig& config, Dataset& dataset);

/// The validation figure of every epoch of every run, by which protocol gin chooses one epoch for all folds.
class FoldCurves {
 public:
  /// For a job that goes on: what its runs have seen before.
  void read(std::span<const EpochRecord> records);
  /// A record that is not the next of its run is passed over.
  void add(const EpochRecord& record);

  /// Protocol gin: every run's figures become those of the epoch with the best mean. False, and nothing is done, if the
  /// curves of some run are not there.
  [[nodiscard]] bool read_at_common_epoch(TrainReport& report) const;

 private:
  std::vector<std::vector<double>> curves_;
};

}  // namespace weft
