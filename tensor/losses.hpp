// Losses: means over the entries that count, as [1, 1].
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/variable.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Weights of rows, one for each of `index`, or none. Where there are some a loss is the sum of weight times loss over
/// the entries that count, divided by `divisor` > 0 and by the number of columns, and no longer their mean. A row that
/// stands in `index` several times counts as often, in the loss and in its gradient.
struct RowWeights {
  std::span<const float> weights = {};
  double divisor = 1.0;
};

/// Softmax cross-entropy, the mean over the rows at `index` whose label is not -1.
/// logits [n, c], labels [n] in [-1, c). Throws ArgumentError if no row counts and there are no weights.
[[nodiscard]] Variable cross_entropy(const Variable& logits, std::span<const std::int64_t> labels,
                                     std::span<const std::int64_t> index, const RowWeights& weights = {});

/// Logistic loss for targets in [0, 1], the mean over the entries in the rows at `index` whose target is not NaN.
/// logits and targets [n, t].
[[nodiscard]] Variable binary_cross_entropy(const Variable& logits, const Tensor& targets,
                                            std::span<const std::int64_t> index, const RowWeights& weights = {});

/// (1 - p)^gamma times the cross-entropy, p the probability of the label: rows that are right already count little (Lin
/// et al. 2017, equation 4). gamma >= 0; of 0 it is cross_entropy. Otherwise as cross_entropy.
[[nodiscard]] Variable focal_cross_entropy(const Variable& logits, std::span<const std::int64_t> labels,
                                           std::span<const std::int64_t> index, double gamma,
                                           const RowWeights& weights = {});

/// The same of labels that do not exclude each other, as binary_cross_entropy: p is the probability of the target.
[[nodiscard]] Variable focal_binary_cross_entropy(const Variable& logits, const Tensor& targets,
                                                  std::span<const std::int64_t> index, double gamma,
                                                  const RowWeights& weights = {});

/// Squared error, the mean over the entries in the rows at `index` whose target is not NaN.
[[nodiscard]] Variable mean_squared_error(const Variable& output, const Tensor& targets,
                                          std::span<const std::int64_t> index, const RowWeights& weights = {});

/// Absolute error, the mean over the entries in the rows at `index` whose target is not NaN. Where output and target
/// are equal the gradient is 0.
[[nodiscard]] Variable mean_absolute_error(const Variable& output, const Tensor& targets,
                                           std::span<const std::int64_t> index, const RowWeights& weights = {});

/// Each row to exp(x) over its sum; no gradient. [n, c]
[[nodiscard]] Tensor softmax(const Tensor& logits);

}  // namespace weft
#pragma GCC visibility pop
