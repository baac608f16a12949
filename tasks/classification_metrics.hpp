// Figures of merit for classification. All throw ArgumentError for an index that is no row, for labels that are not one
// for each row or, at an index, no class, and for outcomes that are neither 0 nor 1 or not one for each score.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/tensor/tensor.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Share of `index` whose largest logit (the first of equals) is the label. NaN if `index` is empty.
[[nodiscard]] double accuracy(const Tensor& logits, std::span<const std::int64_t> labels,
                              std::span<const std::int64_t> index);

/// The mean over the classes that occur in labels or predictions of F1 = 2 tp / (2 tp + fp + fn).
[[nodiscard]] double macro_f1(const Tensor& logits, std::span<const std::int64_t> labels,
                              std::span<const std::int64_t> index);

/// Two classes: the chance that a node of class 1 scores above one of class 0, ties counting half (the
/// score is the difference of the logits). More classes: the mean of one class against the rest over
/// the classes that have both. NaN where no class has both.
[[nodiscard]] double roc_auc(const Tensor& logits, std::span<const std::int64_t> labels,
                             std::span<const std::int64_t> index);

/// The area under the ROC curve of scores against 0/1 outcomes, by ranks with ties at half.
[[nodiscard]] double roc_auc(std::span<const float> scores, std::span<const std::uint8_t> outcomes);

/// The sum over score thresholds of precision times the recall gained there; equal scores are one threshold. NaN unless
/// there are both outcomes.
[[nodiscard]] double average_precision(std::span<const float> scores, std::span<const std::uint8_t> outcomes);

/// The mean over `index` of -log of the label's probability.
[[nodiscard]] double mean_log_loss(const Tensor& logits, std::span<const std::int64_t> labels,
                                   std::span<const std::int64_t> index);

/// [classes, classes]: row = label, column = prediction.
[[nodiscard]] std::vector<std::vector<std::int64_t>> confusion_matrix(const Tensor& logits,
                                                                      std::span<const std::int64_t> labels,
                                                                      std::span<const std::int64_t> index);

/// Of one class; NaN where nothing was called it (precision), nothing is of it (recall), or neither (F1).
struct ClassFigures {
  double precision = 0.0, recall = 0.0, f1 = 0.0;
  /// How many have the class.
  std::int64_t count = 0;
};
/// From a confusion matrix. Throws ArgumentError unless it is square.
[[nodiscard]] std::vector<ClassFigures> class_figures(const std::vector<std::vector<std::int64_t>>& confusion);

/// The mean over the classes that occur of the share of their rows that are called so.
[[nodiscard]] double balanced_accuracy(const Tensor& logits, std::span<const std::int64_t> labels,
                                       std::span<const std::int64_t> index);

/// Two classes: average_precision of the one that fewer rows have (class 1 of equal ones), scored by the difference of
/// the logits: finding the common one is no art. More classes: the mean of one class against the rest over the classes
/// that have both, scored by their odds. NaN where no class has both.
[[nodiscard]] double average_precision(const Tensor& logits, std::span<const std::int64_t> labels,
                                       std::span<const std::int64_t> index);

}  // namespace weft
#pragma GCC visibility pop
