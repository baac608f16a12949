// The memory and time that a job will take, without training: a few steps are taken and forgotten; what grows with the
// graph is measured on small graphs of the same kind.
#pragma once

#include "weft/io/dataset.hpp"
#include "weft/runs/run.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

/// Of train(dataset, job) where `read` says what of the dataset stays in its file. `size` is the dataset's; of one
/// graph the features need not be in memory. Takes seconds and a share of that memory.
[[nodiscard]] JobEstimate estimate_job(Dataset dataset, const DatasetSize& size, const TrainJob& job,
                                       const ReadOptions& read);

/// Throws ArgumentError, with what is needed, if the job takes more than `limit` bytes: the data, the program and its
/// steps, of which a few are taken and forgotten. Evaluation is planned for beforehand (memory_plan.hpp).
void require_steps_fit(const Dataset& dataset, const DatasetSize& size, const TrainJob& job, const ReadOptions& read,
                       std::int64_t limit);

}  // namespace weft
