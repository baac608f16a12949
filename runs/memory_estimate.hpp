// The memory and time that a job will take, without training: a few steps are taken and forgotten; what grows with the
// graph is measured on small graphs of the same kind.
#pragma once

#include <algorithm>
#include <cstdint>

#include "weft/io/dataset.hpp"
#include "weft/train/trainer.hpp"

#pragma GCC visibility push(default)
namespace weft {

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

/// Of train(dataset, job) where `read` says what of the dataset stays in its file. `size` is the dataset's; of one
/// graph the features need not be in memory. Takes seconds and a share of that memory.
[[nodiscard]] JobEstimate estimate_job(Dataset dataset, const DatasetSize& size, const TrainJob& job,
                                       const ReadOptions& read);

}  // namespace weft
#pragma GCC visibility pop
