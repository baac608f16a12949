// Normalizations with their gradients.
#pragma once

#include <span>

#include "weft/tensor/activation.hpp"
#include "weft/tensor/variable.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// What norms add to a variance.
inline constexpr float kNormEpsilon = 1e-5F;

/// Every row to mean 0 and variance 1 over its columns, then times gain plus bias (Ba, Kiros, Hinton 2016).
/// [n, p] [1, p] [1, p] -> [n, p]
[[nodiscard]] Variable layer_norm(const Variable& x, const Variable& gain, const Variable& bias,
                                  float epsilon = kNormEpsilon);

struct BatchNormResult {
  /// [n, p]
  Variable output;
  /// Of the rows given, [1, p]; the variance without Bessel's correction.
  Tensor mean, variance;
  /// By their counts.
  float num_rows = 0.0F;
};
/// Every column to mean 0 and variance 1 over the rows, then times gain plus bias (Ioffe, Szegedy 2015), then through
/// an activation that derives_from_result. n >= 1; [n, p] [1, p] [1, p]. counts: [n], as how many rows each row counts
/// (its gradient then is the sum of theirs), or empty, one each.
[[nodiscard]] BatchNormResult batch_norm(const Variable& x, const Variable& gain, const Variable& bias,
                                         Activation activation = Activation::none, float epsilon = kNormEpsilon,
                                         std::span<const float> counts = {});
/// The same with a mean and a variance that were learned before, as constants.
[[nodiscard]] Variable batch_norm(const Variable& x, const Variable& gain, const Variable& bias, const Tensor& mean,
                                  const Tensor& variance, Activation activation = Activation::none,
                                  float epsilon = kNormEpsilon);

}  // namespace weft
#pragma GCC visibility pop
