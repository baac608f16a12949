// Where `weft train` keeps its run, so that nothing that took time is thrown away or written over without a word.
#pragma once

#include <filesystem>

#include "weft/cli/train_flags.hpp"
#include "weft/runs/run_config.hpp"

namespace weft::cli {

/// Says that a run begins where --resume finds none, as where it was stopped before it had written anything, so that
/// one command may be repeated until it is done. Throws ArgumentError if nothing else says what to train on.
void require_run_to_go_on_with(const TrainFlags& flags);

/// Throws ArgumentError naming the flag to use if -o holds a run that neither --resume nor --overwrite is said of. A
/// folder that another process writes is left to RunFolder, which says so.
void require_folder_is_free(const TrainFlags& flags);

/// A folder of its own for a run that was given none, weft-runs/DATASET-MODEL-N with the first N that is free. It goes
/// again if nothing comes of the run.
class KeptRun {
 public:
  KeptRun() = default;
  KeptRun(const KeptRun&) = delete;
  KeptRun& operator=(const KeptRun&) = delete;
  ~KeptRun();

  /// Makes the folder. Empty, with the reason in `problem()`, where none can be made.
  [[nodiscard]] std::filesystem::path claim(const RunConfig& config);
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::filesystem::path path_;
  std::string problem_;
};

}  // namespace weft::cli
