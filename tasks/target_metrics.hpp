// Figures of merit for targets [rows, t] of which any may be missing (NaN): several yes-or-no labels, or numbers.
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/tensor.hpp"

namespace weft {

/// The mean over columns of the area under the ROC curve of the entries that are there; columns without both outcomes
/// do not count (as the Open Graph Benchmark has it). Targets are 0 or 1. NaN if no column counts.
[[nodiscard]] double label_roc_auc(const Tensor& scores, const Tensor& targets, std::span<const std::int64_t> index);

/// The same for average precision: the sum over score thresholds of precision times the recall gained there; equal
/// scores are one threshold.
[[nodiscard]] double label_average_precision(const Tensor& scores, const Tensor& targets,
                                             std::span<const std::int64_t> index);

/// The share of entries on the right side of `threshold`.
[[nodiscard]] double label_accuracy(const Tensor& scores, const Tensor& targets, std::span<const std::int64_t> index,
                                    float threshold = 0.0F);

/// The mean absolute error over the entries that are there, and the root of the mean squared one; NaN if there is none.
[[nodiscard]] double mean_absolute_error(const Tensor& outputs, const Tensor& targets,
                                         std::span<const std::int64_t> index);
[[nodiscard]] double root_mean_squared_error(const Tensor& outputs, const Tensor& targets,
                                             std::span<const std::int64_t> index);

/// The share of the targets' variance that is explained, the mean over columns; NaN where no column varies.
[[nodiscard]] double r_squared(const Tensor& outputs, const Tensor& targets, std::span<const std::int64_t> index);

/// The mean logistic loss over the entries that are there.
[[nodiscard]] double label_log_loss(const Tensor& scores, const Tensor& targets, std::span<const std::int64_t> index);

}  // namespace weft
