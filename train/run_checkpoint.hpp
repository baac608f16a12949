// Model files and checkpoints of training: what is written, and what is checked when it is read again.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weft/io/model_file.hpp"
#include "weft/tasks/problem.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

/// The model as it is saved for prediction: best weights, config, the shape of the data.
[[nodiscard]] ModelFile model_file_of(const Problem& problem, const RunResult& result,
                                      const std::vector<NamedTensor>& state);

/// Where a job stands between two epochs: the runs that are done, and the one that is not.
struct JobProgress {
  std::vector<RunResult> done;
  std::size_t best_run = 0;
  /// Lines in metrics.jsonl.
  std::int64_t num_lines = 0;
};

/// Numbers that differ if the data differ in anything that training reads, bar the features' values. Reads every edge.
[[nodiscard]] std::vector<std::int64_t> data_fingerprint(const Problem& problem);

/// Job, data and progress; the current run adds its own part. `data`: the fingerprint.
[[nodiscard]] ModelFile checkpoint_of(const Problem& problem, std::span<const std::int64_t> data,
                                      const JobProgress& progress);

/// The reverse. Throws ArgumentError naming the difference if the checkpoint was made by another job or for
/// other data.
[[nodiscard]] JobProgress progress_of(const ModelFile& checkpoint, const Problem& problem,
                                      std::span<const std::int64_t> data);

}  // namespace weft
