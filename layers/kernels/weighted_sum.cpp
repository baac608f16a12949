#include "weft/layers/kernels/weighted_sum.hpp"

#include "weft/tensor/elementwise.hpp"

namespace weft {
namespace {

constexpr std::int64_t kGrain = 1 << 14;

}  // namespace

// y = sum_k w_k x_k; dx_k = w_k dy, dw_k = <dy, x_k>.
Variable weighted_sum(std::span<const Variable> terms, const Variable& weights) {
  const auto count = static_cast<std::int64_t>(terms.size());
  require(count > 0 && weights.shape() == Shape({1, count}), "weighted_sum: there are ", count,
          " terms and weights of shape ", weights.shape(), ", expected a row with one for each of at least one");
  const Shape shape = terms.front().shape();
  for (const Variable& term : terms) {
    require(term.shape() == shape, "weighted_sum: terms have shapes ", shape, " and ", term.shape(),
            ", expected one shape");
  }
  const std::vector<Variable> x(terms.begin(), terms.end());
  // Tensors and not their numbers: of plain pointers the compiler makes vectors of products, which it then rounds
  // twice.
  std::vector<const Tensor*> values;
  for (const Variable& term : x) {
    values.push_back(&term.value());
  }
  const Tensor& w = weights.value();
  Tensor y = kernels::generate(shape, [&](std::int64_t i) {
    float sum = 0.0F;
    for (std::int64_t k = 0; k < count; ++k) {
      sum += w.data()[k] * values[static_cast<std::size_t>(k)]->data()[i];
    }
    return sum;
  });
  std::vector<Variable> inputs = x;
  inputs.push_back(weights);
  return record("weighted_sum", std::move(y), std::move(inputs), [x, weights](const Tensor& dy, Gradients& gradients) {
    const float* gradient = dy.data();
    Tensor slopes(1, weights.cols());
    for (std::size_t k = 0; k < x.size(); ++k) {
      const float own = weights.value().data()[k];
      if (gradients.wants(x[k])) {
        gradients.add(x[k], kernels::generate(dy.shape(), [=](std::int64_t i) { return own * gradient[i]; }));
      }
      if (gradients.wants(weights)) {
        const float* term = x[k].value().data();
        slopes.data()[k] =
            static_cast<float>(parallel_sum(dy.size(), kGrain, [=](std::int64_t begin, std::int64_t end) {
              double sum = 0.0;
              for (std::int64_t i = begin; i < end; ++i) {
                sum += static_cast<double>(gradient[i]) * static_cast<double>(term[i]);
              }
              return sum;
            }));
      }
    }
    if (gradients.wants(weights)) {
      gradients.add(weights, std::move(slopes));
    }
  });
}

}  // namespace weft
