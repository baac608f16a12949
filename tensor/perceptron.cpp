// Method: rows go through both maps in panels that the second-level cache holds, forward and backward, so that memory
// is read and written once: forward x, the hidden states and y, backward dy, the hidden states, x and dx. What panels
// add to the gradients of the weights is summed in parts by the number of rows alone and then in their order.
#include "weft/tensor/perceptron.hpp"

#include <algorithm>
#include <utility>

#include "weft/core/parallel.hpp"
#include "weft/tensor/dense_kernels.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/elementwise.hpp"

namespace weft {
namespace {

using kernels::ConstMatrix;
using kernels::gemm_sequential;
using kernels::MutableMatrix;

/// Both weights together, in floats: more would push the panels out of the second-level cache.
constexpr std::int64_t kMostWeights = 1 << 14;
/// The most rows to a product: enough for the library to pack the weights again.
constexpr std::int64_t kPanel = 240;

/// Even panels of whole vectors of rows: the library adds up the last rows of a product, and those of short products,
/// in another order, and nodes that are alike should be told alike.
std::int64_t panel_rows(std::int64_t rows) {
  constexpr std::int64_t kLibrarysRows = 24;
  const std::int64_t num_panels = std::max<std::int64_t>(1, (rows + kPanel - 1) / kPanel);
  const std::int64_t even = (rows + num_panels - 1) / num_panels;
  return std::max<std::int64_t>(1, (even + kLibrarysRows - 1) / kLibrarysRows) * kLibrarysRows;
}

ConstMatrix all_of(const Tensor& x) {
  return {x.data(), x.cols()};
}
ConstMatrix rows_from(const Tensor& x, std::int64_t row) {
  return {x.data() + row * x.cols(), x.cols()};
}
MutableMatrix to_rows(Tensor& x, std::int64_t row) {
  return {x.data() + row * x.cols(), x.cols()};
}

void require_map(const Variable& x, std::int64_t width, const LinearMap& map, std::string_view which) {
  require(map.weight.rows() == width, "perceptron: x is ", x.shape(), " and the ", which, " weight ",
          map.weight.shape(), ", expected ", width, " rows");
  require(map.bias.shape() == Shape{1, map.weight.cols()}, "perceptron: the ", which, " bias is ", map.bias.shape(),
          ", expected [1, ", map.weight.cols(), "]");
}

/// Where the gradients of both maps lie in a row of sums.
struct GradientParts {
  GradientParts(std::int64_t k, std::int64_t h, std::int64_t p)
      : bias1(k * h), weight2(bias1 + h), bias2(weight2 + h * p), end(bias2 + p) {}
  std::int64_t bias1, weight2, bias2, end;
};

Tensor part_of(const Tensor& sums, std::int64_t begin, Shape shape) {
  Tensor result = Tensor::uninitialized(shape);
  std::copy_n(sums.data() + begin, result.size(), result.data());
  return result;
}

/// Hidden states and outputs.
std::pair<Tensor, Tensor> values_of(const Tensor& x, const LinearMap& first, const LinearMap& second,
                                    Activation activation) {
  const Tensor &w1 = first.weight.value(), &w2 = second.weight.value();
  Tensor hidden = Tensor::uninitialized(x.rows(), w1.cols()), y = Tensor::uninitialized(x.rows(), w2.cols());
  parallel_for(x.rows(), panel_rows(x.rows()), [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t m = end - begin;
    gemm_sequential(false, false, m, w1.cols(), w1.rows(), rows_from(x, begin), all_of(w1), false,
                    to_rows(hidden, begin));
    kernels::finish_rows({.bias = first.bias.value().data(), .activation = activation}, m, w1.cols(),
                         to_rows(hidden, begin));
    gemm_sequential(false, false, m, w2.cols(), w2.rows(), rows_from(hidden, begin), all_of(w2), false,
                    to_rows(y, begin));
    kernels::finish_rows({.bias = second.bias.value().data()}, m, w2.cols(), to_rows(y, begin));
  });
  return {std::move(hidden), std::move(y)};
}

/// The way back, panel by panel.
struct BackwardPanels {
  const Tensor &x, &w1, &hidden, &w2, &dy;
  Activation activation;
  /// The gradient of x, or null where nobody wants it.
  Tensor* dx;

  /// Rows begin .. end: the gradients of both maps are added to `sums`; dz is room for those before the activation.
  void pull(std::int64_t begin, std::int64_t end, float* sums, Tensor& dz) const {
    const std::int64_t m = end - begin, k = w1.rows(), h = w1.cols(), p = w2.cols();
    const GradientParts parts(k, h, p);
    kernels::add_rows(dy, begin, end, sums + parts.bias2);
    gemm_sequential(true, false, h, p, m, rows_from(hidden, begin), rows_from(dy, begin), true,
                    {sums + parts.weight2, p});
    gemm_sequential(false, true, m, h, p, rows_from(dy, begin), all_of(w2), false, to_rows(dz, 0));
    apply_derivative(activation, kernels::rows_of(hidden, begin, end), kernels::rows_of(dz, 0, m));
    kernels::add_rows(dz, 0, m, sums + parts.bias1);
    gemm_sequential(true, false, k, h, m, rows_from(x, begin), all_of(dz), true, {sums, h});
    if (dx != nullptr) {
      gemm_sequential(false, true, m, k, h, all_of(dz), all_of(w1), false, to_rows(*dx, begin));
    }
  }
};

}  // namespace

// z = x w1 + b1,  y = act(z) w2 + b2;
// dw2 = act(z)ᵀ dy,  db2 = 1ᵀ dy,  dz = (dy w2ᵀ) act'(z),  dw1 = xᵀ dz,  db1 = 1ᵀ dz,  dx = dz w1ᵀ
Variable perceptron(const Variable& x, const LinearMap& first, const LinearMap& second, Activation activation) {
  const std::int64_t k = x.cols(), h = first.weight.cols(), p = second.weight.cols();
  require_map(x, k, first, "first");
  require_map(x, h, second, "second");
  if (!derives_from_result(activation) || (k + p) * h > kMostWeights) {
    return linear(linear(x, first.weight, first.bias, activation), second.weight, second.bias);
  }
  auto [hidden, y] = values_of(x.value(), first, second, activation);
  return record("perceptron", std::move(y), {x, first.weight, first.bias, second.weight, second.bias},
                [x, first, second, hidden = std::make_shared<const Tensor>(std::move(hidden)), activation, k, h, p](
                    const Tensor& dy, Gradients& grads) {
                  Tensor dx = grads.wants(x) ? Tensor::uninitialized(x.shape()) : Tensor();
                  const BackwardPanels panels{
                      x.value(),  first.weight.value(),          *hidden, second.weight.value(), dy,
                      activation, grads.wants(x) ? &dx : nullptr};
                  const GradientParts parts(k, h, p);
                  const Tensor sums = kernels::sum_over_rows(
                      dy.rows(), parts.end,
                      [&](std::int64_t begin, std::int64_t end, float* out) {
                        Tensor dz = Tensor::uninitialized(std::min(kPanel, end - begin), h);
                        for (std::int64_t row = begin; row < end; row += kPanel) {
                          panels.pull(row, std::min(end, row + kPanel), out, dz);
                        }
                      },
                      kPanel);
                  grads.add(first.weight, part_of(sums, 0, first.weight.shape()));
                  grads.add(first.bias, part_of(sums, parts.bias1, first.bias.shape()));
                  grads.add(second.weight, part_of(sums, parts.weight2, second.weight.shape()));
                  grads.add(second.bias, part_of(sums, parts.bias2, second.bias.shape()));
                  if (grads.wants(x)) {
                    grads.add(x, std::move(dx));
                  }
                });
}

}  // namespace weft
