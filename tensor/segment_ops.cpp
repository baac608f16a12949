#include "weft/tensor/dense_ops.hpp"

#include <algorithm>
#include <vector>

#include "weft/tensor/elementwise.hpp"
#include "weft/tensor/segments.hpp"

namespace weft {
namespace {

/// body(g, first, last) for every segment; segments of about as many rows together make a task.
template <class Body>
void for_each_segment(std::span<const std::int64_t> segments, std::int64_t cols, Body body) {
  parallel_rows(segments, kernels::row_grain(cols), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t g = begin; g < end; ++g) {
      body(g, segments[static_cast<std::size_t>(g)], segments[static_cast<std::size_t>(g) + 1]);
    }
  });
}

std::vector<std::int64_t> copy_of(std::span<const std::int64_t> segments) {
  return {segments.begin(), segments.end()};
}

}  // namespace

// y_gj = max over the segment of x_ij;  dx_ij = dy_gj at the first i that has it, 0 elsewhere
Variable segment_max(const Variable& x, std::span<const std::int64_t> segments) {
  check_segments("segment_max", segments, x.rows());
  const Tensor& from = x.value();
  const std::int64_t cols = x.cols(), num_segments = static_cast<std::int64_t>(segments.size()) - 1;
  Tensor y = Tensor::zeros({num_segments, cols});
  std::vector<std::int64_t> where(static_cast<std::size_t>(num_segments * cols), -1);
  for_each_segment(segments, cols, [&](std::int64_t g, std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      for (std::int64_t j = 0; j < cols; ++j) {
        std::int64_t& best = where[static_cast<std::size_t>(g * cols + j)];
        if (best < 0 || from(i, j) > y(g, j)) {
          best = i;
          y(g, j) = from(i, j);
        }
      }
    }
  });
  return record("segment_max", std::move(y), {x},
                [x = x.without_value(), where = std::move(where)](Tensor& dy, Gradients& grads) {
                  Tensor dx = Tensor::zeros(x.shape());
                  for (std::int64_t k = 0; k < dy.size(); ++k) {
                    if (const std::int64_t row = where[static_cast<std::size_t>(k)]; row >= 0) {
                      dx(row, k % dy.cols()) = dy.data()[k];
                    }
                  }
                  grads.add(x, std::move(dx));
                });
}

// y_i = x_g for i in segment g;  dx_g = sum over the segment of dy_i
Variable expand_segments(const Variable& x, std::span<const std::int64_t> segments) {
  require(static_cast<std::int64_t>(segments.size()) == x.rows() + 1, "expand_segments: there are ",
          static_cast<std::int64_t>(segments.size()) - 1, " segments and x has shape ", x.shape(),
          ", expected a row for each");
  check_segments("expand_segments", segments, segments.back());
  const Tensor& from = x.value();
  Tensor y = Tensor::uninitialized(segments.back(), x.cols());
  for_each_segment(segments, x.cols(), [&](std::int64_t g, std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      std::ranges::copy(from.row(g), y.row(i).begin());
    }
  });
  return record("expand_segments", std::move(y), {x},
                [x = x.without_value(), kept = copy_of(segments)](Tensor& dy, Gradients& grads) {
                  Tensor dx = Tensor::zeros(x.shape());
                  for_each_segment(kept, dy.cols(), [&](std::int64_t g, std::int64_t first, std::int64_t last) {
                    float* sum = dx.row(g).data();
                    for (std::int64_t i = first; i < last; ++i) {
                      const float* row = dy.row(i).data();
                      for (std::int64_t j = 0; j < dy.cols(); ++j) {
                        sum[j] += row[j];
                      }
                    }
                  });
                  grads.add(x, std::move(dx));
                });
}

}  // namespace weft
