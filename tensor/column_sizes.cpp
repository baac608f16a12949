#include "weft/tensor/column_sizes.hpp"

#include <algorithm>
#include <cmath>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

namespace weft {

ColumnSizes::ColumnSizes(std::int64_t columns)
    : mean_(static_cast<std::size_t>(columns), 0.0), squares_(mean_.size(), 0.0), is_flag_(mean_.size(), 1) {}

void ColumnSizes::add(const Tensor& rows) {
  require(rows.cols() == columns(), "ColumnSizes: the rows have ", rows.cols(), " columns, expected ", columns());
  if (rows.rows() == 0) {
    return;
  }
  const auto before = static_cast<double>(rows_), count = static_cast<double>(rows.rows());
  constexpr std::int64_t kColumnsOfATask = 16;
  parallel_for(columns(), kColumnsOfATask, [&](std::int64_t begin, std::int64_t end) {
    const auto first = static_cast<std::size_t>(begin), width = static_cast<std::size_t>(end - begin);
    std::vector<double> sum(width, 0.0), squares(width, 0.0);
    const auto each = [&](const auto& use) {
      for (std::int64_t i = 0; i < rows.rows(); ++i) {
        const auto row = rows.row(i).subspan(first, width);
        for (std::size_t j = 0; j < width; ++j) {
          use(j, static_cast<double>(row[j]));
        }
      }
    };
    each([&](std::size_t j, double x) {
      sum[j] += x;
      if (x != 0.0 && x != 1.0) {
        is_flag_[first + j] = 0;
      }
    });
    each([&](std::size_t j, double x) {
      const double apart = x - sum[j] / count;
      squares[j] += apart * apart;
    });
    for (std::size_t j = 0; j < width; ++j) {
      const double apart = sum[j] / count - mean_[first + j];
      squares_[first + j] += squares[j] + apart * apart * before * count / (before + count);
      mean_[first + j] += apart * count / (before + count);
    }
  });
  rows_ += rows.rows();
}

void ColumnSizes::replace_zeros(const ColumnSizes& others) {
  require(others.columns() == columns(), "ColumnSizes: the other rows have ", others.columns(), " columns, expected ",
          columns());
  for (std::int64_t column = 0; column < columns(); ++column) {
    const auto j = static_cast<std::size_t>(column);
    if (size(column) == 0.0 && others.rows_ > 0) {
      mean_[j] = others.mean_[j];
      squares_[j] = others.squares_[j] * static_cast<double>(rows_) / static_cast<double>(others.rows_);
      is_flag_[j] = others.is_flag_[j];
    }
  }
}

double ColumnSizes::deviation(std::int64_t column) const {
  return rows_ == 0 ? 0.0 : std::sqrt(squares_[static_cast<std::size_t>(column)] / static_cast<double>(rows_));
}

double ColumnSizes::size(std::int64_t column) const {
  return std::hypot(mean(column), deviation(column));
}

}  // namespace weft
