#include "weft/tensor/dense_ops.hpp"

#include <utility>

#include "weft/tensor/dense_kernels.hpp"
#include "weft/tensor/elementwise.hpp"

namespace weft {
namespace {

using kernels::generate;
using kernels::kElementGrain;

Tensor product(const Tensor& a, const Tensor& b, bool transpose_b, const kernels::GemmEpilogue& epilogue = {}) {
  Tensor c = Tensor::uninitialized(a.rows(), transpose_b ? b.rows() : b.cols());
  kernels::gemm(c.rows(), c.cols(), a.cols(), {a.data(), a.cols()}, {b.data(), b.cols()}, transpose_b,
                {c.data(), c.cols()}, epilogue);
  return c;
}

Tensor product_transposed_a(const Tensor& a, const Tensor& b) {
  Tensor c = Tensor::uninitialized(a.cols(), b.cols());
  kernels::gemm_transposed_a(c.rows(), c.cols(), a.rows(), {a.data(), a.cols()}, {b.data(), b.cols()},
                             {c.data(), c.cols()});
  return c;
}

void derive(Activation activation, const Tensor& given, Tensor& gradient) {
  if (activation == Activation::none) {
    return;
  }
  parallel_for(gradient.size(), kElementGrain, [&](std::int64_t begin, std::int64_t end) {
    const auto first = static_cast<std::size_t>(begin), count = static_cast<std::size_t>(end - begin);
    apply_derivative(activation, given.values().subspan(first, count), gradient.values().subspan(first, count));
  });
}

/// The same; returns the sums of the gradient's columns.
Tensor derive_and_sum(Activation activation, const Tensor& given, Tensor& gradient) {
  return kernels::sum_over_rows(
      gradient.rows(), gradient.cols(), [&](std::int64_t begin, std::int64_t end, float* out) {
        kernels::for_each_block(begin, end, gradient.cols(), [&](std::int64_t first, std::int64_t last) {
          apply_derivative(activation, kernels::rows_of(given, first, last), kernels::rows_of(gradient, first, last));
          kernels::add_rows(gradient, first, last, out);
        });
      });
}

void require_same_shape(std::string_view operation, const Variable& a, const Variable& b) {
  require(a.shape() == b.shape(), operation, ": shapes are ", a.shape(), " and ", b.shape(), ", expected the same");
}

}  // namespace

// y = a b;  da = dy bᵀ,  db = aᵀ dy
Variable matmul(const Variable& a, const Variable& b) {
  require(a.cols() == b.rows(), "matmul: inner dimensions differ, a is ", a.shape(), " and b is ", b.shape());
  return record("matmul", product(a.value(), b.value(), false), {a, b}, [a, b](Tensor& dy, Gradients& grads) {
    if (grads.wants(a)) {
      grads.add(a, product(dy, b.value(), true));
    }
    if (grads.wants(b)) {
      grads.add(b, product_transposed_a(a.value(), dy));
    }
  });
}

// y = act(x w + b);  dz = dy act'(y),  dx = dz wᵀ,  dw = xᵀ dz,  db = 1ᵀ dz
Variable linear(const Variable& x, const Variable& w, const Variable& bias, Activation activation) {
  require(x.cols() == w.rows(), "linear: inner dimensions differ, x is ", x.shape(), " and w is ", w.shape());
  require(bias.shape() == Shape{1, w.cols()}, "linear: bias is ", bias.shape(), ", expected [1, ", w.cols(), "]");
  (void)name_of(activation);
  if (!derives_from_result(activation)) {
    return activate(linear(x, w, bias), activation);
  }
  auto y = std::make_shared<const Tensor>(
      product(x.value(), w.value(), false, {.bias = bias.value().data(), .activation = activation}));
  const auto saved = activation == Activation::none ? nullptr : y;
  return record("linear", y, {x, w, bias},
                [x, w, bias = bias.without_value(), saved, activation](Tensor& dy, Gradients& grads) {
                  if (saved && grads.wants(bias)) {
                    grads.add(bias, derive_and_sum(activation, *saved, dy));
                  } else if (saved) {
                    derive(activation, *saved, dy);
                  } else if (grads.wants(bias)) {
                    grads.add(bias, kernels::column_sums(dy));
                  }
                  if (grads.wants(w)) {
                    grads.add(w, product_transposed_a(x.value(), dy));
                  }
                  if (grads.wants(x)) {
                    grads.add(x, product(dy, w.value(), true));
                  }
                });
}

// y = a + b;  da = dy,  db = dy
Variable add(const Variable& a, const Variable& b) {
  require_same_shape("add", a, b);
  const float *pa = a.value().data(), *pb = b.value().data();
  return record("add", generate(a.shape(), [=](std::int64_t i) { return pa[i] + pb[i]; }), {a, b},
                [a = a.without_value(), b = b.without_value()](Tensor& dy, Gradients& grads) {
                  if (grads.wants(a) && grads.wants(b)) {
                    grads.add(a, dy);
                    grads.add(b, std::move(dy));
                  } else {
                    grads.add(grads.wants(a) ? a : b, std::move(dy));
                  }
                });
}

// y = a - b;  da = dy,  db = -dy
Variable subtract(const Variable& a, const Variable& b) {
  return add(a, scale(b, -1.0F));
}

// y = a b;  da = dy b,  db = dy a
Variable multiply(const Variable& a, const Variable& b) {
  require_same_shape("multiply", a, b);
  const float *pa = a.value().data(), *pb = b.value().data();
  return record("multiply", generate(a.shape(), [=](std::int64_t i) { return pa[i] * pb[i]; }), {a, b},
                [a, b](Tensor& dy, Gradients& grads) {
                  const float* g = dy.data();
                  if (grads.wants(a)) {
                    const float* other = b.value().data();
                    grads.add(a, generate(dy.shape(), [=](std::int64_t i) { return g[i] * other[i]; }));
                  }
                  if (grads.wants(b)) {
                    const float* other = a.value().data();
                    grads.add(b, generate(dy.shape(), [=](std::int64_t i) { return g[i] * other[i]; }));
                  }
                });
}

// y = c a;  da = c dy
Variable scale(const Variable& a, float factor) {
  const float* pa = a.value().data();
  return record("scale", generate(a.shape(), [=](std::int64_t i) { return factor * pa[i]; }), {a},
                [a = a.without_value(), factor](Tensor& dy, Gradients& grads) {
                  float* g = dy.data();
                  parallel_for(dy.size(), kElementGrain, [&](std::int64_t begin, std::int64_t end) {
                    for (std::int64_t i = begin; i < end; ++i) {
                      g[i] *= factor;
                    }
                  });
                  grads.add(a, std::move(dy));
                });
}

// y = x + 1 b;  dx = dy,  db = 1ᵀ dy
Variable add_bias(const Variable& x, const Variable& bias) {
  require(bias.shape() == Shape{1, x.cols()}, "add_bias: bias is ", bias.shape(), ", expected [1, ", x.cols(), "]");
  const Tensor& given = x.value();
  Tensor y = Tensor::uninitialized(x.shape());
  parallel_for(x.rows(), kernels::row_grain(x.cols()), [&](std::int64_t begin, std::int64_t end) {
    const float* b = bias.value().data();
    for (std::int64_t i = begin; i < end; ++i) {
      const float* from = given.row(i).data();
      float* to = y.row(i).data();
      for (std::int64_t j = 0; j < x.cols(); ++j) {
        to[j] = from[j] + b[j];
      }
    }
  });
  return record("add_bias", std::move(y), {x, bias},
                [x = x.without_value(), bias = bias.without_value()](Tensor& dy, Gradients& grads) {
                  if (grads.wants(bias)) {
                    grads.add(bias, kernels::column_sums(dy));
                  }
                  grads.add(x, std::move(dy));
                });
}

// y = act(x);  dx = dy act'(x)
Variable activate(const Variable& x, Activation activation) {
  (void)name_of(activation);
  if (activation == Activation::none) {
    return x;
  }
  const Tensor& given = x.value();
  Tensor y = Tensor::uninitialized(x.shape());
  parallel_for(y.size(), kElementGrain, [&](std::int64_t begin, std::int64_t end) {
    std::copy(given.data() + begin, given.data() + end, y.data() + begin);
    apply_activation(activation,
                     y.values().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
  });
  auto result = std::make_shared<const Tensor>(std::move(y));
  const auto saved = derives_from_result(activation) ? result : x.shared_value();
  return record("activate", result, {x}, [x = x.without_value(), saved, activation](Tensor& dy, Gradients& grads) {
    derive(activation, *saved, dy);
    grads.add(x, std::move(dy));
  });
}

// y = [a b];  da, db = the columns of dy
Variable concat_columns(const Variable& a, const Variable& b) {
  require(a.rows() == b.rows(), "concat_columns: shapes are ", a.shape(), " and ", b.shape(),
          ", expected as many rows");
  const std::int64_t p = a.cols(), q = b.cols();
  const Tensor &left = a.value(), &right = b.value();
  Tensor y = Tensor::uninitialized(a.rows(), p + q);
  parallel_for(a.rows(), kernels::row_grain(p + q), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      std::ranges::copy(right.row(i), std::ranges::copy(left.row(i), y.row(i).begin()).out);
    }
  });
  return record("concat_columns", std::move(y), {a, b},
                [a = a.without_value(), b = b.without_value(), p, q](Tensor& dy, Gradients& grads) {
                  const auto columns = [&](std::int64_t first, std::int64_t count) {
                    Tensor part = Tensor::uninitialized(dy.rows(), count);
                    parallel_for(dy.rows(), kernels::row_grain(p + q), [&](std::int64_t begin, std::int64_t end) {
                      for (std::int64_t i = begin; i < end; ++i) {
                        std::copy_n(dy.row(i).data() + first, count, part.row(i).data());
                      }
                    });
                    return part;
                  };
                  if (grads.wants(a)) {
                    grads.add(a, columns(0, p));
                  }
                  if (grads.wants(b)) {
                    grads.add(b, columns(p, q));
                  }
                });
}

// y = [a; b];  da, db = the rows of dy
Variable concat_rows(const Variable& a, const Variable& b) {
  require(a.cols() == b.cols(), "concat_rows: shapes are ", a.shape(), " and ", b.shape(),
          ", expected as many columns");
  const std::int64_t split = a.value().size();
  Tensor y = Tensor::uninitialized(a.rows() + b.rows(), a.cols());
  const auto copy = [](std::span<const float> from, float* to) {
    parallel_for(static_cast<std::int64_t>(from.size()), kElementGrain, [&](std::int64_t begin, std::int64_t end) {
      std::copy(from.data() + begin, from.data() + end, to + begin);
    });
  };
  copy(a.value().values(), y.data());
  copy(b.value().values(), y.data() + split);
  return record("concat_rows", std::move(y), {a, b},
                [a = a.without_value(), b = b.without_value(), split, copy](const Tensor& dy, Gradients& grads) {
                  Tensor da = Tensor::uninitialized(a.shape()), db = Tensor::uninitialized(b.shape());
                  copy(dy.values().first(static_cast<std::size_t>(split)), da.data());
                  copy(dy.values().subspan(static_cast<std::size_t>(split)), db.data());
                  grads.add(a, std::move(da));
                  grads.add(b, std::move(db));
                });
}

// y = the first rows of x;  dx = dy over zeros
Variable first_rows(const Variable& x, std::int64_t count) {
  require(count >= 0 && count <= x.rows(), "first_rows: count is ", count, ", x has ", x.rows(), " rows");
  if (count == x.rows()) {
    return x;
  }
  Tensor y = Tensor::uninitialized(count, x.cols());
  std::copy_n(x.value().data(), y.size(), y.data());
  return record("first_rows", std::move(y), {x},
                [x = x.without_value()](Tensor& dy, Gradients& grads) { grads.add_first_rows(x, std::move(dy)); });
}

// y = sum of x;  dx = dy everywhere
Variable sum(const Variable& x) {
  const std::span<const float> values = x.value().values();
  const double total = parallel_sum(x.value().size(), kElementGrain, [&](std::int64_t begin, std::int64_t end) {
    double part = 0.0;
    for (std::int64_t i = begin; i < end; ++i) {
      part += static_cast<double>(values[static_cast<std::size_t>(i)]);
    }
    return part;
  });
  return record("sum", Tensor::full(1, 1, static_cast<float>(total)), {x},
                [x = x.without_value()](Tensor& dy, Gradients& grads) {
                  grads.add(x, Tensor::full(x.rows(), x.cols(), dy(0, 0)));
                });
}

}  // namespace weft
