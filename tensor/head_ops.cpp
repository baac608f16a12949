// Operations on heads (equal groups of columns) and on segments (ranges of rows).
#include <vector>

#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/elementwise.hpp"
#include "weft/tensor/segments.hpp"
#include "weft/tensor/simd.hpp"

namespace weft {
namespace {

std::int64_t head_width(std::string_view operation, std::int64_t cols, std::int64_t heads) {
  require(heads >= 1 && cols % heads == 0, operation, ": ", cols, " columns cannot be cut into ", heads, " heads");
  return cols / heads;
}

/// Sums of every 16th product, added up at the end: in that order on any machine.
float dot(const float* x, const float* y, std::int64_t count) {
  simd::Float16 sums{};
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    sums += simd::load16(x + i) * simd::load16(y + i);
  }
  float sum = 0.0F;
  for (int lane = 0; lane < 16; ++lane) {
    sum += sums[lane];
  }
  for (; i < count; ++i) {
    sum += x[i] * y[i];
  }
  return sum;
}

/// body(i, h, first column of head h) for every row and head.
template <class F>
void for_each_head(std::int64_t rows, std::int64_t heads, std::int64_t d, F body) {
  parallel_for(rows, kernels::row_grain(heads * d), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      for (std::int64_t h = 0; h < heads; ++h) {
        body(i, h, h * d);
      }
    }
  });
}

Variable segment_reduce(std::string_view operation, const Variable& x, std::span<const std::int64_t> segments,
                        bool mean) {
  check_segments(operation, segments, x.rows());
  const auto num_segments = static_cast<std::int64_t>(segments.size()) - 1;
  const Tensor& from = x.value();
  const auto factor = [mean](std::int64_t size) { return mean && size > 0 ? 1.0F / static_cast<float>(size) : 1.0F; };
  Tensor y = Tensor::zeros({num_segments, x.cols()});
  parallel_rows(segments, kernels::row_grain(x.cols()), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t g = begin; g < end; ++g) {
      const std::int64_t first = segments[static_cast<std::size_t>(g)],
                         last = segments[static_cast<std::size_t>(g) + 1];
      float* out = y.row(g).data();
      for (std::int64_t i = first; i < last; ++i) {
        const float* row = from.row(i).data();
        for (std::int64_t j = 0; j < x.cols(); ++j) {
          out[j] += row[j];
        }
      }
      for (std::int64_t j = 0; j < x.cols(); ++j) {
        out[j] *= factor(last - first);
      }
    }
  });
  return record(operation, std::move(y), {x},
                [x = x.without_value(), kept = std::vector<std::int64_t>(segments.begin(), segments.end()), factor](
                    Tensor& dy, Gradients& grads) {
                  Tensor dx = Tensor::uninitialized(x.shape());
                  parallel_rows(kept, kernels::row_grain(x.cols()), [&](std::int64_t begin, std::int64_t end) {
                    for (std::int64_t g = begin; g < end; ++g) {
                      const std::int64_t first = kept[static_cast<std::size_t>(g)];
                      const std::int64_t last = kept[static_cast<std::size_t>(g) + 1];
                      for (std::int64_t i = first; i < last; ++i) {
                        for (std::int64_t j = 0; j < x.cols(); ++j) {
                          dx(i, j) = dy(g, j) * factor(last - first);
                        }
                      }
                    }
                  });
                  grads.add(x, std::move(dx));
                });
}

}  // namespace

// s_ih = sum_c x_ihc a_hc;  dx_ihc = ds_ih a_hc,  da_hc = sum_i ds_ih x_ihc
// A row without a gradient, one whose scores were cut off, is not read. dx is added where a gradient of x is already.
Variable head_scores(const Variable& x, const Variable& a, std::int64_t heads) {
  const std::int64_t d = head_width("head_scores", x.cols(), heads);
  require(a.shape() == Shape{1, x.cols()}, "head_scores: a is ", a.shape(), ", expected [1, ", x.cols(), "]");
  const Tensor &states = x.value(), &vectors = a.value();
  Tensor s = Tensor::uninitialized(x.rows(), heads);
  for_each_head(x.rows(), heads, d, [&](std::int64_t i, std::int64_t h, std::int64_t first) {
    s(i, h) = dot(states.row(i).data() + first, vectors.data() + first, d);
  });
  return record("head_scores", std::move(s), {x, a}, [x, a, heads, d](Tensor& ds, Gradients& grads) {
    if (grads.wants(a)) {
      grads.add(a, kernels::sum_over_rows(x.rows(), x.cols(), [&](std::int64_t begin, std::int64_t end, float* out) {
                  for (std::int64_t i = begin; i < end; ++i) {
                    const float* row = x.value().row(i).data();
                    for (std::int64_t h = 0; h < heads; ++h) {
                      if (const float slope = ds(i, h); slope != 0.0F) {
                        for (std::int64_t j = h * d; j < (h + 1) * d; ++j) {
                          out[j] += slope * row[j];
                        }
                      }
                    }
                  }
                }));
    }
    if (!grads.wants(x)) {
      return;
    }
    const float* weights = a.value().data();
    if (Tensor* sum = grads.of(x)) {
      for_each_head(x.rows(), heads, d, [&](std::int64_t i, std::int64_t h, std::int64_t first) {
        if (const float slope = ds(i, h); slope != 0.0F) {
          float* row = sum->row(i).data();
          for (std::int64_t j = first; j < first + d; ++j) {
            row[j] += slope * weights[j];
          }
        }
      });
      return;
    }
    Tensor dx = Tensor::uninitialized(x.shape());
    for_each_head(x.rows(), heads, d, [&](std::int64_t i, std::int64_t h, std::int64_t first) {
      const float slope = ds(i, h);
      float* row = dx.row(i).data();
      for (std::int64_t j = first; j < first + d; ++j) {
        row[j] = slope * weights[j];
      }
    });
    grads.add(x, std::move(dx));
  });
}

// y_ic = mean_h x_ihc;  dx_ihc = dy_ic / heads
Variable mean_of_heads(const Variable& x, std::int64_t heads) {
  const std::int64_t d = head_width("mean_of_heads", x.cols(), heads);
  if (heads == 1) {
    return x;
  }
  const float share = 1.0F / static_cast<float>(heads);
  const Tensor& from = x.value();
  Tensor y = Tensor::zeros({x.rows(), d});
  for_each_head(x.rows(), heads, d, [&](std::int64_t i, std::int64_t, std::int64_t first) {
    for (std::int64_t j = 0; j < d; ++j) {
      y(i, j) += share * from(i, first + j);
    }
  });
  return record("mean_of_heads", std::move(y), {x},
                [x = x.without_value(), heads, d, share](Tensor& dy, Gradients& grads) {
                  Tensor dx = Tensor::uninitialized(x.shape());
                  for_each_head(x.rows(), heads, d, [&](std::int64_t i, std::int64_t, std::int64_t first) {
                    for (std::int64_t j = 0; j < d; ++j) {
                      dx(i, first + j) = share * dy(i, j);
                    }
                  });
                  grads.add(x, std::move(dx));
                });
}

// y_ihc = x_ihc f_ih;  dx_ihc = dy_ihc f_ih,  df_ih = sum_c dy_ihc x_ihc
Variable multiply_heads(const Variable& x, const Variable& factor) {
  require(factor.rows() == x.rows(), "multiply_heads: x is ", x.shape(), " and factor ", factor.shape(),
          ", expected as many rows");
  const std::int64_t heads = factor.cols();
  const std::int64_t d = head_width("multiply_heads", x.cols(), heads);
  const Tensor &from = x.value(), &by = factor.value();
  Tensor y = Tensor::uninitialized(x.shape());
  for_each_head(x.rows(), heads, d, [&](std::int64_t i, std::int64_t h, std::int64_t first) {
    for (std::int64_t j = first; j < first + d; ++j) {
      y(i, j) = from(i, j) * by(i, h);
    }
  });
  return record("multiply_heads", std::move(y), {x, factor}, [x, factor, heads, d](Tensor& dy, Gradients& grads) {
    const Tensor &states = x.value(), &factors = factor.value();
    if (grads.wants(factor)) {
      Tensor df = Tensor::uninitialized(factor.shape());
      for_each_head(x.rows(), heads, d, [&](std::int64_t i, std::int64_t h, std::int64_t first) {
        float total = 0.0F;
        for (std::int64_t j = first; j < first + d; ++j) {
          total += dy(i, j) * states(i, j);
        }
        df(i, h) = total;
      });
      grads.add(factor, std::move(df));
    }
    if (grads.wants(x)) {
      for_each_head(x.rows(), heads, d, [&](std::int64_t i, std::int64_t h, std::int64_t first) {
        for (std::int64_t j = first; j < first + d; ++j) {
          dy(i, j) *= factors(i, h);
        }
      });
      grads.add(x, std::move(dy));
    }
  });
}

Variable segment_sum(const Variable& x, std::span<const std::int64_t> segments) {
  return segment_reduce("segment_sum", x, segments, false);
}

Variable segment_mean(const Variable& x, std::span<const std::int64_t> segments) {
  return segment_reduce("segment_mean", x, segments, true);
}

}  // namespace weft
