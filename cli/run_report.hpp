// The report.html of a run folder, from its model.h5 and metrics.jsonl.
#pragma once

#include "weft/cli/run_config.hpp"
#include "weft/cli/run_folder.hpp"
#include "weft/io/dataset.hpp"
#include "weft/train/trainer.hpp"

namespace weft::cli {

/// Shows the best run. Throws DataError if the model cannot be read or the report cannot be written.
void write_run_report(const RunFolder& folder, const Dataset& dataset, const RunConfig& config, const Options& options,
                      const TrainReport& report);

}  // namespace weft::cli
