// How large the numbers of each column are: mean and deviation over some rows, in one look at them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/tensor/tensor.hpp"

namespace weft {

/// Adds up rows, chunk by chunk, without the cancellation of sums of squares (Chan, Golub, LeVeque 1983, equation 2.1).
class ColumnSizes {
 public:
  explicit ColumnSizes(std::int64_t columns);

  /// [rows, columns]
  void add(const Tensor& rows);
  /// Columns that have held nothing but 0 become those of other rows, as if they had been as many as here.
  void replace_zeros(const ColumnSizes& others);

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::int64_t columns() const { return static_cast<std::int64_t>(mean_.size()); }
  [[nodiscard]] double mean(std::int64_t column) const { return mean_[static_cast<std::size_t>(column)]; }
  /// Of the population; 0 without rows.
  [[nodiscard]] double deviation(std::int64_t column) const;
  /// Whether the column has held nothing but 0 and 1.
  [[nodiscard]] bool is_flag(std::int64_t column) const { return is_flag_[static_cast<std::size_t>(column)] != 0; }
  /// The root of the mean square.
  [[nodiscard]] double size(std::int64_t column) const;

 private:
  std::int64_t rows_ = 0;
  std::vector<double> mean_, squares_;
  std::vector<char> is_flag_;
};

}  // namespace weft
