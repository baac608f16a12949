#include "weft/layers/kernels/mix_columns.hpp"

#include <cmath>

#include "weft/tensor/elementwise.hpp"

namespace weft {
namespace {

Tensor shares_of(const Tensor& balance) {
  return kernels::generate(balance.shape(),
                           [&](std::int64_t j) { return 1.0F / (1.0F + std::exp(-balance.data()[j])); });
}

/// A tensor of x's shape with body(element, column) everywhere.
template <class Body>
Tensor by_column(Shape shape, Body body) {
  Tensor result = Tensor::uninitialized(shape);
  parallel_for(shape.rows, kernels::row_grain(shape.cols), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      for (std::int64_t j = 0; j < shape.cols; ++j) {
        result.data()[i * shape.cols + j] = body(i * shape.cols + j, j);
      }
    }
  });
  return result;
}

}  // namespace

// y = a + s (b - a); da = (1 - s) dy, db = s dy, dbalance = s (1 - s) times the column sums of dy (b - a).
Variable mix_columns(const Variable& a, const Variable& b, const Variable& balance) {
  require(a.shape() == b.shape() && balance.shape() == Shape({1, a.cols()}), "mix_columns: a has shape ", a.shape(),
          ", b ", b.shape(), ", balance ", balance.shape(), ", expected two alike and a row");
  Tensor s = shares_of(balance.value());
  Tensor y = by_column(a.shape(), [x = a.value().data(), z = b.value().data(), s = s.data()](
                                      std::int64_t i, std::int64_t j) { return x[i] + s[j] * (z[i] - x[i]); });
  return record(
      "mix_columns", std::move(y), {a, b, balance},
      [a, b, balance, s = std::make_shared<const Tensor>(std::move(s))](const Tensor& dy, Gradients& gradients) {
        const float* share = s->data();
        const float* gradient = dy.data();
        if (gradients.wants(a)) {
          gradients.add(a, by_column(dy.shape(),
                                     [=](std::int64_t i, std::int64_t j) { return (1.0F - share[j]) * gradient[i]; }));
        }
        if (gradients.wants(b)) {
          gradients.add(b,
                        by_column(dy.shape(), [=](std::int64_t i, std::int64_t j) { return share[j] * gradient[i]; }));
        }
        if (gradients.wants(balance)) {
          const float* x = a.value().data();
          const float* z = b.value().data();
          const std::int64_t d = dy.cols();
          Tensor sums = kernels::sum_over_rows(dy.rows(), d, [&](std::int64_t begin, std::int64_t end, float* out) {
            for (std::int64_t i = begin * d; i < end * d; ++i) {
              out[i % d] += gradient[i] * (z[i] - x[i]);
            }
          });
          for (std::int64_t j = 0; j < d; ++j) {
            sums(0, j) *= share[j] * (1.0F - share[j]);
          }
          gradients.add(balance, std::move(sums));
        }
      });
}

}  // namespace weft
