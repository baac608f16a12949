// Loops over all elements or rows that several operations share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "weft/core/parallel.hpp"
#include "weft/tensor/row_gather.hpp"
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

/// Rows to a partial sum of `width` numbers: at most 64 parts, so that they stay small beside the data.
[[nodiscard]] inline std::int64_t sum_grain(std::int64_t rows, std::int64_t width, std::int64_t least_rows = 1) {
  return std::max({row_grain(width), (rows + 63) / 64, least_rows});
}

/// body(begin, end, out) adds to out [width] whatever rows begin .. end contribute, at least `least_rows` of them where
/// there are as many; the partial results are added in the order of the rows. Returns [1, width].
template <class F>
[[nodiscard]] Tensor sum_over_rows(std::int64_t rows, std::int64_t width, F body, std::int64_t least_rows = 1) {
  const std::int64_t grain = sum_grain(rows, width, least_rows);
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

/// As many rows of `cols` elements as the nearest cache holds beside a few others.
[[nodiscard]] inline std::int64_t block_rows(std::int64_t cols) {
  return std::max<std::int64_t>(1, 2048 / std::max<std::int64_t>(1, cols));
}

/// body(first, last) for blocks of the rows [begin, end) that the nearest cache holds, one after the other: several
/// loops over a block read memory once.
template <class F>
void for_each_block(std::int64_t begin, std::int64_t end, std::int64_t cols, F body) {
  const std::int64_t step = block_rows(cols);
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

/// out [cols] += the `rows` rows of `cols` floats at `from`.
inline void add_rows(const float* from, std::int64_t rows, std::int64_t cols, float* out) {
  for_each_tile(
      cols, [&](auto vectors, std::int64_t first, std::int64_t width) __attribute__((always_inline)) {
        simd::Float8 sum[vectors];
        load_tile<vectors>(out + first, width, sum);
        for (std::int64_t i = 0; i < rows; ++i) {
          for (int j = 0; j < vectors; ++j) {
            sum[j] += load_vector<vectors>(from + i * cols + first, j, width);
          }
        }
        store_tile<vectors>(out + first, width, sum);
      });
}

/// out [cols] += the rows [begin, end) of x.
inline void add_rows(const Tensor& x, std::int64_t begin, std::int64_t end, float* out) {
  add_rows(x.data() + begin * x.cols(), end - begin, x.cols(), out);
}

/// The sum of the rows of x, [1, cols].
[[nodiscard]] inline Tensor column_sums(const Tensor& x) {
  return sum_over_rows(x.rows(), x.cols(),
                       [&](std::int64_t begin, std::int64_t end, float* out) { add_rows(x, begin, end, out); });
}

}  // namespace weft::kernels
