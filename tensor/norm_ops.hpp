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

struct BatchNormOptions {
  /// One that derives_from_result.
  Activation activation = Activation::none;
  float epsilon = kNormEpsilon;
  /// [n] As how many rows each row counts (its gradient then is the sum of theirs); empty: one each.
  std::span<const float> counts = {};
};
struct BatchNormResult {
  /// [n, p]
  Variable output;
  /// Of the rows given, [1, p]; the variance without Bessel's correction.
  Tensor mean, variance;
  /// By their counts.
  float num_rows = 0.0F;
};
/// Every column to mean 0 and variance 1 over the rows, then times gain plus bias (Ioffe, Szegedy 2015), then through
/// an activation. n >= 1; [n, p] [1, p] [1, p]
[[nodiscard]] BatchNormResult batch_norm(const Variable& x, const Variable& gain, const Variable& bias,
                                         const BatchNormOptions& options = {});

/// Of columns, as they were learned before: [1, p].
struct LearnedMoments {
  const Tensor& mean;
  const Tensor& variance;
};
/// The same with these, as constants.
[[nodiscard]] Variable batch_norm(const Variable& x, const Variable& gain, const Variable& bias,
                                  const LearnedMoments& moments, Activation activation = Activation::none);

}  // namespace weft
#pragma GCC visibility pop
