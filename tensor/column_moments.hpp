// Mean and variance of the columns of a matrix whose rows may count as several.
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/tensor.hpp"

namespace weft::kernels {

/// As how many rows each row counts.
class RowCounts {
 public:
  explicit RowCounts(std::span<const float> counts) : counts_(counts) {}
  [[nodiscard]] float of(std::int64_t row) const {
    return counts_.empty() ? 1.0F : counts_[static_cast<std::size_t>(row)];
  }
  [[nodiscard]] float sum(std::int64_t begin, std::int64_t end) const {
    double total = counts_.empty() ? static_cast<double>(end - begin) : 0.0;
    for (std::int64_t i = begin; i < end && !counts_.empty(); ++i) {
      total += static_cast<double>(of(i));
    }
    return static_cast<float>(total);
  }

 private:
  std::span<const float> counts_;
};

struct ColumnMoments {
  /// [1, p]; the variance without Bessel's correction.
  Tensor mean, variance;
  /// By their counts.
  float num_rows;
};

/// Of x [n, p], n >= 1, in one pass over memory.
[[nodiscard]] ColumnMoments column_moments(const Tensor& x, const RowCounts& counts);

}  // namespace weft::kernels
