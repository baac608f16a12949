// Loops over all elements or rows that several operations share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "weft/core/parallel.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft::kernels {

/// Elements a task: enough to outweigh its start. A multiple of 64, so that vector loops and blocks of
/// random bits never straddle two tasks.
inline constexpr std::int64_t kElementGrain = 1 << 15;

/// Rows a task for rows of `cols` elements.
[[nodiscard]] inline std::int64_t row_grain(std::int64_t cols) {
  return std::max<std::int64_t>(1, kElementGrain / std::max<std::int64_t>(1, cols));
}

/// A new tensor of the same shape with body(i) at element i.
template <class F>
[[nodiscard]] Tensor generate(Shape shape, F body) {
  Tensor result = Tensor::uninitialized(shape);
  float* out = result.data();
  parallel_for(result.size(), kElementGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      out[i] = body(i);
    }
  });
  return result;
}

/// body(begin, end, out) adds to out [width] whatever rows begin .. end contribute; the partial results
/// are added in the order of the rows. Returns [1, width].
template <class F>
[[nodiscard]] Tensor sum_over_rows(std::int64_t rows, std::int64_t width, F body) {
  // At most 64 partial results, so that they stay small beside the data.
  const std::int64_t grain = std::max(row_grain(width), (rows + 63) / 64);
  const std::int64_t num_parts = rows == 0 ? 0 : (rows + grain - 1) / grain;
  Tensor partial(num_parts, width);
  parallel_for(rows, grain,
               [&](std::int64_t begin, std::int64_t end) { body(begin, end, partial.row(begin / grain).data()); });
  Tensor result(1, width);
  for (std::int64_t part = 0; part < num_parts; ++part) {
    const float* more = partial.row(part).data();
    for (std::int64_t j = 0; j < width; ++j) {
      result.data()[j] += more[j];
    }
  }
  return result;
}

/// body(first, last) for blocks of the rows [begin, end) that the nearest cache holds, one after the other: several
/// loops over a block read memory once.
template <class F>
void for_each_block(std::int64_t begin, std::int64_t end, std::int64_t cols, F body) {
  const std::int64_t step = std::max<std::int64_t>(1, 2048 / std::max<std::int64_t>(1, cols));
  for (std::int64_t first = begin; first < end; first += step) {
    body(first, std::min(end, first + step));
  }
}

/// The elements of rows [begin, end).
[[nodiscard]] inline std::span<float> rows_of(Tensor& x, std::int64_t begin, std::int64_t end) {
  return x.values().subspan(static_cast<std::size_t>(begin * x.cols()),
                            static_cast<std::size_t>((end - begin) * x.cols()));
}
[[nodiscard]] inline std::span<const float> rows_of(const Tensor& x, std::int64_t begin, std::int64_t end) {
  return x.values().subspan(static_cast<std::size_t>(begin * x.cols()),
                            static_cast<std::size_t>((end - begin) * x.cols()));
}

/// out [cols] += the rows [begin, end) of x.
inline void add_rows(const Tensor& x, std::int64_t begin, std::int64_t end, float* out) {
  for (std::int64_t i = begin; i < end; ++i) {
    const float* row = x.row(i).data();
    for (std::int64_t j = 0; j < x.cols(); ++j) {
      out[j] += row[j];
    }
  }
}

/// The sum of the rows of x, [1, cols].
[[nodiscard]] inline Tensor column_sums(const Tensor& x) {
  return sum_over_rows(x.rows(), x.cols(),
                       [&](std::int64_t begin, std::int64_t end, float* out) { add_rows(x, begin, end, out); });
}

}  // namespace weft::kernels
