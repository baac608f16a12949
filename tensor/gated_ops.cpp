#include "weft/tensor/gated_ops.hpp"

#include <cmath>
#include <memory>

#include "weft/tensor/elementwise.hpp"
#include "weft/tensor/simd.hpp"

namespace weft {
namespace {

using simd::Float8;
using simd::for_each_eight;

[[gnu::always_inline]] inline Float8 sigmoid(Float8 x) {
  return 1.0F / (1.0F + simd::exp(-x));
}

float inverse_root_mean_square(const float* x, std::int64_t size, float epsilon) {
  Float8 squares{};
  for_each_eight(
      size, [&](std::int64_t i, auto load, auto) __attribute__((always_inline)) {
        const Float8 v = load(x + i);
        squares += v * v;
      });
  return 1.0F / std::sqrt(simd::sum(squares) / static_cast<float>(size) + epsilon);
}

/// y = x̂ gain silu(gate), or without a gate; returns the factor r of x̂ = r x.
float norm_row(const float* x, const float* gate, const float* gain, std::int64_t size, float epsilon, float* y) {
  const float r = inverse_root_mean_square(x, size, epsilon);
  for_each_eight(
      size, [&](std::int64_t i, auto load, auto store) __attribute__((always_inline)) {
        Float8 value = load(x + i) * r * load(gain + i);
        if (gate != nullptr) {
          const Float8 g = load(gate + i);
          value *= g * sigmoid(g);
        }
        store(y + i, value);
      });
  return r;
}

/// The gradients of one row (or head): dx, dgate (if there is a gate), and what it adds to dgain.
void norm_row_backward(const float* x, const float* gate, const float* gain, const float* dy, float r,
                       std::int64_t size, float* dx, float* dgate, float* dgain) {
  Float8 projection{};
  for_each_eight(
      size, [&](std::int64_t i, auto load, auto store) __attribute__((always_inline)) {
        const Float8 xi = load(x + i), hat = xi * r;
        Float8 slope = load(dy + i);
        if (gate != nullptr) {
          const Float8 g = load(gate + i), s = sigmoid(g);
          store(dgate + i, slope * hat * load(gain + i) * s * (1.0F + g * (1.0F - s)));
          slope *= g * s;
        }
        store(dgain + i, load(dgain + i) + slope * hat);
        slope *= load(gain + i);
        projection += slope * xi;
        store(dx + i, slope);
      });
  const float shrink = r * r * r * simd::sum(projection) / static_cast<float>(size);
  for_each_eight(
      size, [&](std::int64_t i, auto load, auto store)
                __attribute__((always_inline)) { store(dx + i, load(dx + i) * r - load(x + i) * shrink); });
}

/// Both norms are one operation: `gate` may be null.
Variable norm(std::string_view name, const Variable& x, const Variable* gate, const Variable& gain, std::int64_t heads,
              float epsilon) {
  const std::int64_t n = x.rows(), p = x.cols(), d = p / heads;
  Tensor y = Tensor::uninitialized(x.shape());
  auto factors = std::make_shared<Tensor>(Tensor::uninitialized(n, heads));
  parallel_for(n, kernels::row_grain(p), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      for (std::int64_t h = 0; h < heads; ++h) {
        const std::int64_t at = i * p + h * d;
        (*factors)(i, h) = norm_row(x.value().data() + at, gate != nullptr ? gate->value().data() + at : nullptr,
                                    gain.value().data() + h * d, d, epsilon, y.data() + at);
      }
    }
  });
  const Variable gates = gate != nullptr ? *gate : Variable();
  const bool is_gated = gate != nullptr;
  std::vector<Variable> inputs = {x, gain};
  if (is_gated) {
    inputs.push_back(gates);
  }
  return record(name, std::move(y), std::move(inputs),
                [x, gates, is_gated, gain, factors, heads, d, p](const Tensor& dy, Gradients& grads) {
                  Tensor dx = Tensor::uninitialized(x.shape());
                  Tensor dgate = is_gated ? Tensor::uninitialized(x.shape()) : Tensor();
                  Tensor dgain =
                      kernels::sum_over_rows(x.rows(), p, [&](std::int64_t begin, std::int64_t end, float* out) {
                        for (std::int64_t i = begin; i < end; ++i) {
                          for (std::int64_t h = 0; h < heads; ++h) {
                            const std::int64_t at = i * p + h * d;
                            norm_row_backward(x.value().data() + at, is_gated ? gates.value().data() + at : nullptr,
                                              gain.value().data() + h * d, dy.data() + at, (*factors)(i, h), d,
                                              dx.data() + at, is_gated ? dgate.data() + at : nullptr, out + h * d);
                          }
                        }
                      });
                  grads.add(x, std::move(dx));
                  if (is_gated) {
                    grads.add(gates, std::move(dgate));
                  }
                  grads.add(gain, std::move(dgain));
                });
}

}  // namespace

// x̂ = r x with r = 1 / sqrt(mean x² + e), y = x̂ gain;
// dx = r g - x r³ mean(g x) with g = dy gain,  dgain = sum dy x̂
Variable rms_norm(const Variable& x, const Variable& gain, float epsilon) {
  require(gain.shape() == Shape{1, x.cols()} && x.cols() > 0, "rms_norm: x is ", x.shape(), " and gain is ",
          gain.shape(), ", expected [1, ", x.cols(), "]");
  return norm("rms_norm", x, nullptr, gain, 1, epsilon);
}

// y = x̂ gain silu(g);  dg = dy x̂ gain s (1 + g (1 - s)) with s = 1 / (1 + e^-g), the rest as above for dy silu(g)
Variable gated_head_norm(const Variable& x, const Variable& gate, const Variable& gain, std::int64_t heads,
                         float epsilon) {
  require(heads >= 1 && x.cols() > 0 && x.cols() % heads == 0, "gated_head_norm: x is ", x.shape(),
          ", expected a multiple of heads = ", heads, " columns");
  require(gate.shape() == x.shape() && gain.shape() == Shape{1, x.cols()}, "gated_head_norm: gate is ", gate.shape(),
          " and gain ", gain.shape(), ", expected ", x.shape(), " and [1, ", x.cols(), "]");
  return norm("gated_head_norm", x, &gate, gain, heads, epsilon);
}

// y = a s b with s = 1 / (1 + e^-a);  da = dy b s (1 + a (1 - s)),  db = dy a s
Variable swiglu(const Variable& x) {
  require(x.cols() >= 2 && x.cols() % 2 == 0, "swiglu: x is ", x.shape(), ", expected an even number of columns");
  const std::int64_t p = x.cols() / 2;
  Tensor y = Tensor::uninitialized(x.rows(), p);
  parallel_for(x.rows(), kernels::row_grain(2 * p), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      kernels::swiglu_row(x.value().row(i), y.row(i));
    }
  });
  return record("swiglu", std::move(y), {x}, [x, p](const Tensor& dy, Gradients& grads) {
    Tensor dx = Tensor::uninitialized(x.shape());
    parallel_for(x.rows(), kernels::row_grain(2 * p), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const float *a = x.value().row(i).data(), *slope = dy.row(i).data();
        float* to = dx.row(i).data();
        for_each_eight(
            p, [&](std::int64_t j, auto load, auto store) __attribute__((always_inline)) {
              const Float8 left = load(a + j), right = load(a + p + j), s = sigmoid(left), g = load(slope + j);
              store(to + j, g * right * s * (1.0F + left * (1.0F - s)));
              store(to + p + j, g * left * s);
            });
      }
    });
    grads.add(x, std::move(dx));
  });
}

namespace kernels {

void rms_norm_row(std::span<const float> x, std::span<const float> gain, float epsilon, std::span<float> y) {
  (void)norm_row(x.data(), nullptr, gain.data(), static_cast<std::int64_t>(x.size()), epsilon, y.data());
}

void gated_head_norm_row(std::span<const float> x, std::span<const float> gate, std::span<const float> gain,
                         std::int64_t heads, float epsilon, std::span<float> y) {
  const std::int64_t d = static_cast<std::int64_t>(x.size()) / heads;
  for (std::int64_t h = 0; h < heads; ++h) {
    (void)norm_row(x.data() + h * d, gate.data() + h * d, gain.data() + h * d, d, epsilon, y.data() + h * d);
  }
}

void swiglu_row(std::span<const float> x, std::span<float> y) {
  const auto p = static_cast<std::int64_t>(y.size());
  for_each_eight(
      p, [&](std::int64_t j, auto load, auto store) __attribute__((always_inline)) {
        const Float8 left = load(x.data() + j);
        store(y.data() + j, left * sigmoid(left) * load(x.data() + p + j));
      });
}

}  // namespace kernels
}  // namespace weft
