#include "weft/tensor/norm_ops.hpp"

#include <cmath>
#include <vector>

#include "weft/tensor/column_moments.hpp"
#include "weft/tensor/elementwise.hpp"

namespace weft {
namespace {

void require_vectors(std::string_view operation, const Variable& x, const Variable& gain, const Variable& bias) {
  require(gain.shape() == Shape{1, x.cols()} && bias.shape() == gain.shape(), operation, ": gain is ", gain.shape(),
          " and bias ", bias.shape(), ", expected [1, ", x.cols(), "]");
}

void require_epsilon(std::string_view operation, float epsilon) {
  require(std::isfinite(epsilon) && epsilon >= 0.0F, operation, ": epsilon is ", epsilon, ", expected 0 or more");
}

/// The gradients of gain and bias, side by side: [sum of dy x̂, sum of dy], where x̂_ij = hat(i, j, x_ij).
template <class Hat>
Tensor affine_gradients(const Tensor& x, const Tensor& dy, Hat hat) {
  const std::int64_t p = x.cols();
  return kernels::sum_over_rows(x.rows(), 2 * p, [&](std::int64_t begin, std::int64_t end, float* out) {
    for (std::int64_t i = begin; i < end; ++i) {
      const float *xi = x.row(i).data(), *gi = dy.row(i).data();
      for (std::int64_t j = 0; j < p; ++j) {
        out[j] += gi[j] * hat(i, j, xi[j]);
        out[p + j] += gi[j];
      }
    }
  });
}

Tensor half_of(const Tensor& pair, std::int64_t half) {
  const std::int64_t p = pair.cols() / 2;
  Tensor result = Tensor::uninitialized(1, p);
  std::copy_n(pair.data() + half * p, p, result.data());
  return result;
}

/// y = activation(x̂ gain + bias) with x̂_ij = (x_ij - mean_j) inverse_j
struct NormalizedColumns {
  Tensor mean, inverse, y;
  Activation activation;
};

/// products += the sums of dy (x - mean) inverse, plain += those of dy, over the `rows` rows of a tile of columns.
template <int kVectors>
[[gnu::always_inline]] inline void add_products(const float* x, const float* dy, std::int64_t rows, std::int64_t stride,
                                                std::int64_t width, const float* mean, const float* inverse,
                                                float* products, float* plain) {
  simd::Float8 m[kVectors], r[kVectors], a[kVectors], b[kVectors] = {}, c[kVectors];
  kernels::load_tile<kVectors>(mean, width, m);
  kernels::load_tile<kVectors>(inverse, width, r);
  kernels::load_tile<kVectors>(products, width, a);
  kernels::load_tile<kVectors>(plain, width, c);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (int j = 0; j < kVectors; ++j) {
      const simd::Float8 g = kernels::load_vector<kVectors>(dy + i * stride, j, width);
      b[j] += g * (kernels::load_vector<kVectors>(x + i * stride, j, width) - m[j]);
      c[j] += g;
    }
  }
  for (int j = 0; j < kVectors; ++j) {
    a[j] += b[j] * r[j];
  }
  kernels::store_tile<kVectors>(products, width, a);
  kernels::store_tile<kVectors>(plain, width, c);
}

/// The same of these; dy becomes the gradient before the activation.
Tensor affine_gradients(const Tensor& x, const NormalizedColumns& columns, Tensor& dy) {
  const std::int64_t p = x.cols();
  const float *m = columns.mean.data(), *r = columns.inverse.data();
  return kernels::sum_over_rows(x.rows(), 2 * p, [&](std::int64_t begin, std::int64_t end, float* out) {
    kernels::for_each_block(begin, end, p, [&](std::int64_t first, std::int64_t last) {
      apply_derivative(columns.activation, kernels::rows_of(columns.y, first, last), kernels::rows_of(dy, first, last));
      kernels::for_each_tile<kernels::kTile / 2>(
          p, [&](auto vectors, std::int64_t column, std::int64_t width) __attribute__((always_inline)) {
            add_products<vectors>(x.row(first).data() + column, dy.row(first).data() + column, last - first, p, width,
                                  m + column, r + column, out + column, out + p + column);
          });
    });
  });
}

std::shared_ptr<const NormalizedColumns> normalize_columns(const Variable& x, const Tensor& mean,
                                                           const Tensor& variance, float epsilon, const Variable& gain,
                                                           const Variable& bias, Activation activation) {
  require(derives_from_result(activation), "batch_norm: the derivative of ", name_of(activation),
          " needs what it is given");
  (void)name_of(activation);
  const std::int64_t p = x.cols();
  Tensor inverse = kernels::generate(variance.shape(),
                                     [&](std::int64_t j) { return 1.0F / std::sqrt(variance.data()[j] + epsilon); });
  Tensor factor = Tensor::uninitialized(1, p), shift = Tensor::uninitialized(1, p);
  for (std::int64_t j = 0; j < p; ++j) {
    factor(0, j) = inverse(0, j) * gain.value()(0, j);
    shift(0, j) = bias.value()(0, j) - mean(0, j) * factor(0, j);
  }
  Tensor y = Tensor::uninitialized(x.shape());
  parallel_for(x.rows(), kernels::row_grain(p), [&](std::int64_t begin, std::int64_t end) {
    kernels::for_each_block(begin, end, p, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        const float* from = x.value().row(i).data();
        float* to = y.row(i).data();
        for (std::int64_t j = 0; j < p; ++j) {
          to[j] = from[j] * factor.data()[j] + shift.data()[j];
        }
      }
      apply_activation(activation, kernels::rows_of(y, first, last));
    });
  });
  return std::make_shared<const NormalizedColumns>(
      NormalizedColumns{mean, std::move(inverse), std::move(y), activation});
}

}  // namespace

// x̂ = (x - mean) / sqrt(var + e) by row, y = x̂ gain + bias;
// dx = (g - mean(g) - x̂ mean(g x̂)) / sqrt(var + e) with g = dy gain,  dgain = sum dy x̂,  dbias = sum dy
Variable layer_norm(const Variable& x, const Variable& gain, const Variable& bias, float epsilon) {
  require_vectors("layer_norm", x, gain, bias);
  require_epsilon("layer_norm", epsilon);
  const std::int64_t n = x.rows(), p = x.cols();
  const Tensor& given = x.value();
  Tensor y = Tensor::uninitialized(n, p);
  // Mean and inverse deviation of each row.
  auto statistics = std::make_shared<Tensor>(Tensor::uninitialized(n, 2));
  parallel_for(n, kernels::row_grain(p), [&](std::int64_t begin, std::int64_t end) {
    const float *a = gain.value().data(), *b = bias.value().data();
    for (std::int64_t i = begin; i < end; ++i) {
      const float* from = given.row(i).data();
      float* to = y.row(i).data();
      float total = 0.0F, squares = 0.0F;
      for (std::int64_t j = 0; j < p; ++j) {
        total += from[j];
      }
      const float mean = total / static_cast<float>(p);
      for (std::int64_t j = 0; j < p; ++j) {
        squares += (from[j] - mean) * (from[j] - mean);
      }
      const float inverse = 1.0F / std::sqrt(squares / static_cast<float>(p) + epsilon);
      (*statistics)(i, 0) = mean;
      (*statistics)(i, 1) = inverse;
      for (std::int64_t j = 0; j < p; ++j) {
        to[j] = (from[j] - mean) * inverse * a[j] + b[j];
      }
    }
  });
  return record("layer_norm", std::move(y), {x, gain, bias},
                [x, gain, bias = bias.without_value(), statistics, p](Tensor& dy, Gradients& grads) {
                  if (grads.wants(gain) || grads.wants(bias)) {
                    const Tensor both = affine_gradients(x.value(), dy, [&](std::int64_t i, std::int64_t, float v) {
                      return (v - (*statistics)(i, 0)) * (*statistics)(i, 1);
                    });
                    grads.add(gain, half_of(both, 0));
                    grads.add(bias, half_of(both, 1));
                  }
                  if (!grads.wants(x)) {
                    return;
                  }
                  parallel_for(dy.rows(), kernels::row_grain(p), [&](std::int64_t begin, std::int64_t end) {
                    const float* a = gain.value().data();
                    for (std::int64_t i = begin; i < end; ++i) {
                      const float* from = x.value().row(i).data();
                      float* g = dy.row(i).data();
                      const float mean = (*statistics)(i, 0), inverse = (*statistics)(i, 1);
                      float sum_g = 0.0F, sum_gx = 0.0F;
                      for (std::int64_t j = 0; j < p; ++j) {
                        g[j] *= a[j];
                        sum_g += g[j];
                        sum_gx += g[j] * (from[j] - mean) * inverse;
                      }
                      sum_g /= static_cast<float>(p);
                      sum_gx /= static_cast<float>(p);
                      for (std::int64_t j = 0; j < p; ++j) {
                        g[j] = inverse * (g[j] - sum_g - (from[j] - mean) * inverse * sum_gx);
                      }
                    }
                  });
                  grads.add(x, std::move(dy));
                });
}

// The same by column; dx = gain / sqrt(var + e) (dy - c sum(dy) / N - x̂ c sum(dy x̂) / N), the row counting as c of N
BatchNormResult batch_norm(const Variable& x, const Variable& gain, const Variable& bias,
                           const BatchNormOptions& options) {
  const std::span<const float> counts = options.counts;
  require_vectors("batch_norm", x, gain, bias);
  require_epsilon("batch_norm", options.epsilon);
  require(x.rows() >= 1, "batch_norm: x is ", x.shape(), ", expected at least one row");
  require(counts.empty() || static_cast<std::int64_t>(counts.size()) == x.rows(), "batch_norm: there are ",
          counts.size(), " counts, x is ", x.shape());
  const std::int64_t p = x.cols();
  auto [mean, variance, num_rows] = kernels::column_moments(x.value(), kernels::RowCounts(counts));
  require(std::isfinite(num_rows) && num_rows > 0.0F, "batch_norm: the counts of the rows add up to ", num_rows,
          ", expected a number above 0");
  const float share = 1.0F / num_rows;
  const auto columns = normalize_columns(x, mean, variance, options.epsilon, gain, bias, options.activation);
  Variable output = record("batch_norm", std::shared_ptr<const Tensor>(columns, &columns->y), {x, gain, bias},
                           [x, gain, bias = bias.without_value(), columns, p, share,
                            kept = std::vector<float>(counts.begin(), counts.end())](Tensor& dy, Gradients& grads) {
                             const float *m = columns->mean.data(), *r = columns->inverse.data();
                             const Tensor both = affine_gradients(x.value(), *columns, dy);
                             grads.add(gain, half_of(both, 0));
                             grads.add(bias, half_of(both, 1));
                             if (!grads.wants(x)) {
                               return;
                             }
                             parallel_for(dy.rows(), kernels::row_grain(p), [&](std::int64_t begin, std::int64_t end) {
                               const float* a = gain.value().data();
                               for (std::int64_t i = begin; i < end; ++i) {
                                 const float* from = x.value().row(i).data();
                                 float* g = dy.row(i).data();
                                 const float part = share * kernels::RowCounts(kept).of(i);
                                 for (std::int64_t j = 0; j < p; ++j) {
                                   const float hat = (from[j] - m[j]) * r[j];
                                   g[j] = a[j] * r[j] * (g[j] - part * (both.data()[p + j] + hat * both.data()[j]));
                                 }
                               }
                             });
                             grads.add(x, std::move(dy));
                           });
  return {std::move(output), std::move(mean), std::move(variance), num_rows};
}

// With constant statistics: dx = dy gain / sqrt(var + e)
Variable batch_norm(const Variable& x, const Variable& gain, const Variable& bias, const LearnedMoments& moments,
                    Activation activation) {
  const auto& [mean, variance] = moments;
  require_vectors("batch_norm", x, gain, bias);
  require(mean.shape() == gain.shape() && variance.shape() == gain.shape(), "batch_norm: mean is ", mean.shape(),
          " and variance ", variance.shape(), ", expected ", gain.shape());
  const auto columns = normalize_columns(x, mean, variance, kNormEpsilon, gain, bias, activation);
  return record("batch_norm", std::shared_ptr<const Tensor>(columns, &columns->y), {x, gain, bias},
                [x, gain, bias = bias.without_value(), columns](Tensor& dy, Gradients& grads) {
                  const Tensor both = affine_gradients(x.value(), *columns, dy);
                  grads.add(gain, half_of(both, 0));
                  grads.add(bias, half_of(both, 1));
                  const float *a = gain.value().data(), *r = columns->inverse.data();
                  const std::int64_t p = dy.cols();
                  parallel_for(dy.rows(), kernels::row_grain(p), [&](std::int64_t begin, std::int64_t end) {
                    for (std::int64_t i = begin; i < end; ++i) {
                      float* g = dy.row(i).data();
                      for (std::int64_t j = 0; j < p; ++j) {
                        g[j] *= a[j] * r[j];
                      }
                    }
                  });
                  grads.add(x, std::move(dy));
                });
}

}  // namespace weft
