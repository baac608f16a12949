// Cross-validation on the command line: which folds a run goes over, and what protocol gin reads off their curves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "weft/cli/run_config.hpp"
#include "weft/io/dataset.hpp"
#include "weft/train/trainer.hpp"

namespace weft::cli {

/// Sets the splits of the run to those that its protocol or its own words name. Graphs with folds of their own and no
/// other wish are cross-validated fairly. Throws ArgumentError if the dataset has not what the run asks for.
void choose_folds(RunConfig& config, Dataset& dataset);

/// The figures of all epochs of all runs on what stands for the validation part.
class FoldCurves {
 public:
  /// Of a run that is taken up again: what it has seen before. Lines that are no records are passed over.
  void read(const std::filesystem::path& metrics);
  void add(std::int64_t run, std::int64_t epoch, double figure);

  /// Protocol gin: every run's figures become those of the epoch with the best mean.
  void read_at_common_epoch(TrainReport& report) const;

 private:
  std::vector<std::vector<double>> curves_;
};

}  // namespace weft::cli
