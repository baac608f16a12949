// What weft train says: of an epoch, of a whole job, of an estimate.
#pragma once

#include <string>

#include "weft/cli/console.hpp"
#include "weft/cli/run_config.hpp"
#include "weft/io/dataset.hpp"
#include "weft/runs/memory_estimate.hpp"
#include "weft/train/trainer.hpp"

namespace weft::cli {

/// "loss ...  val ...  best ..."
[[nodiscard]] std::string epoch_text(const EpochRecord& epoch);
/// "training run 1/10 (split public, seed 0)"
[[nodiscard]] std::string stage_text(const EpochRecord& epoch);

/// What --json prints of a job.
[[nodiscard]] Json result_json(const TrainReport& report, const RunConfig& config, const Dataset& dataset,
                               double load_seconds, double total_seconds);
/// The same for people; `json` is what result_json() gives.
[[nodiscard]] std::string result_text(const TrainReport& report, const Json& json);

void show_estimate(const JobEstimate& estimate, bool as_json);

}  // namespace weft::cli
