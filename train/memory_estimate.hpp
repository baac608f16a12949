// The memory that a job will take, without training: a step on samples is taken and forgotten; what grows with the
// graph is measured on small graphs of the same kind.
#pragma once

#include <algorithm>
#include <cstdint>

#include "weft/io/dataset.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

/// Bytes. What is held at once is added, of what follows each other the larger counts.
struct MemoryEstimate {
  /// The program, the graph, labels, splits; features, where they are in memory.
  std::int64_t data = 0, features = 0;
  /// The most that steps take at once, with batches made ahead; that evaluation takes.
  std::int64_t training = 0, evaluation = 0;

  [[nodiscard]] std::int64_t total() const { return data + features + std::max(training, evaluation); }
};

/// Of train(dataset, job) for a job whose features are in memory, or stay in the file if the dataset has them there.
/// `size` is the dataset's; of `dataset` all but the features is read. Takes seconds and a share of that memory. Node
/// classification only: throws ArgumentError for other tasks.
[[nodiscard]] MemoryEstimate estimate_memory(Dataset dataset, const DatasetSize& size, const TrainJob& job,
                                             bool features_stay_in_file);

}  // namespace weft
