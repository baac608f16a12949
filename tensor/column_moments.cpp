// Method: blocks of rows that the nearest cache holds are read twice, for their mean and for the squares around it; the
// moments of blocks are joined in the order of the rows, so that nothing cancels.
#include "weft/tensor/column_moments.hpp"

#include <algorithm>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/tensor/elementwise.hpp"
#include "weft/tensor/row_gather.hpp"

namespace weft::kernels {
namespace {

/// Mean and sum of squared differences from it of rows [begin, end) of a tile of columns, `total` rows by their counts.
template <int kVectors>
[[gnu::always_inline]] inline void moments_of_tile(const float* x, std::int64_t begin, std::int64_t end,
                                                   std::int64_t stride, std::int64_t width, const RowCounts& counts,
                                                   float total, float* mean, float* squares) {
  simd::Float8 m[kVectors] = {}, s[kVectors] = {};
  for (std::int64_t i = begin; i < end; ++i) {
    const float count = counts.of(i);
    for (int j = 0; j < kVectors; ++j) {
      m[j] += count * load_vector<kVectors>(x + i * stride, j, width);
    }
  }
  for (simd::Float8& sum : m) {
    sum *= 1.0F / total;
  }
  for (std::int64_t i = begin; i < end; ++i) {
    const float count = counts.of(i);
    for (int j = 0; j < kVectors; ++j) {
      const simd::Float8 difference = load_vector<kVectors>(x + i * stride, j, width) - m[j];
      s[j] += count * difference * difference;
    }
  }
  store_tile<kVectors>(mean, width, m);
  store_tile<kVectors>(squares, width, s);
}

/// Moments of some rows, joined to those of others (Chan, Golub, LeVeque 1983, section 2).
struct Moments {
  float *mean, *squares;
  float rows = 0.0F;

  void join(const float* more_mean, const float* more_squares, float more_rows, std::int64_t p) {
    const float share = more_rows / (rows + more_rows), weight = rows * share;
    for (std::int64_t j = 0; j < p; ++j) {
      const float difference = more_mean[j] - mean[j];
      mean[j] += share * difference;
      squares[j] += more_squares[j] + weight * difference * difference;
    }
    rows += more_rows;
  }
};

}  // namespace

ColumnMoments column_moments(const Tensor& x, const RowCounts& counts) {
  const std::int64_t n = x.rows(), p = x.cols(), grain = sum_grain(n, p);
  Tensor means((n + grain - 1) / grain, p), squares(means.rows(), p);
  parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    Moments part{means.row(begin / grain).data(), squares.row(begin / grain).data()};
    std::vector<float> block(static_cast<std::size_t>(2 * p));
    for_each_block(begin, end, p, [&](std::int64_t first, std::int64_t last) {
      const float total = counts.sum(first, last);
      for_each_tile(
          p, [&](auto vectors, std::int64_t column, std::int64_t width) __attribute__((always_inline)) {
            moments_of_tile<vectors>(x.data() + column, first, last, p, width, counts, total, block.data() + column,
                                     block.data() + p + column);
          });
      part.join(block.data(), block.data() + p, total, p);
    });
  });
  ColumnMoments result{Tensor(1, p), Tensor(1, p), 0.0F};
  Moments all{result.mean.data(), result.variance.data()};
  for (std::int64_t part = 0; part < means.rows(); ++part) {
    all.join(means.row(part).data(), squares.row(part).data(),
             counts.sum(part * grain, std::min(n, (part + 1) * grain)), p);
  }
  result.num_rows = all.rows;
  for (float& v : result.variance.values()) {
    v /= all.rows;
  }
  return result;
}

}  // namespace weft::kernels
