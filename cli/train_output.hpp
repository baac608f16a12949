// What weft train says: of an epoch, of a whole job, of an estimate.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "weft/cli/console.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/runs/memory_estimate.hpp"
#include "weft/runs/run.hpp"

namespace weft::cli {

/// "loss ...  val accuracy ...  best ..."
[[nodiscard]] std::string epoch_text(const EpochRecord& epoch, const std::string& metric);
/// "training run 1/10 (split public, seed 0), epoch"
[[nodiscard]] std::string stage_text(const EpochRecord& epoch);

/// Shows how a run goes: a bar on a terminal, lines elsewhere. From the first step on a signal ends the run with a
/// checkpoint; before it, while data are read, which may take long and saves nothing, the process.
class TrainProgress {
 public:
  explicit TrainProgress(bool quiet);
  TrainProgress(const TrainProgress&) = delete;
  TrainProgress& operator=(const TrainProgress&) = delete;
  /// A view of this.
  [[nodiscard]] RunObserver observer();
  void clear() { bar_.clear(); }
  /// Told when the training begins; a run that is refused before says only why.
  void open_with(std::string text) { opening_ = std::move(text); }

 private:
  bool quiet_, told_ = false;
  std::string metric_, opening_;
  ProgressBar bar_;
  std::optional<GentleStop> gentle_;
};

/// What --json prints of a job.
[[nodiscard]] Json result_json(const RunSummary& report, double total_seconds);
/// The same for people; `json` is what result_json() gives.
[[nodiscard]] std::string result_text(const RunSummary& report, const Json& json);

void show_estimate(const JobEstimate& estimate, bool as_json);

}  // namespace weft::cli
