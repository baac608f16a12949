// What tests share: random inputs, comparisons, and the gradient check by central differences.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "weft/core/parallel.hpp"
#include "weft/core/random.hpp"
#include "weft/tensor/sparse_matrix.hpp"
#include "weft/tensor/variable.hpp"

namespace weft::test {

/// Standard normal numbers, a function of the seed.
inline Tensor random_tensor(std::int64_t rows, std::int64_t cols, std::uint64_t seed = 1) {
  Tensor result = Tensor::uninitialized(rows, cols);
  const Random random(seed);
  for (std::int64_t i = 0; i < result.size(); ++i) {
    result.data()[i] = static_cast<float>(random.normal(static_cast<std::uint64_t>(i)));
  }
  return result;
}

inline Variable constant(Tensor x) {
  return Variable::constant(std::move(x));
}

/// [[1 0 2] [0 0 0] [0 3 4] [5 0 0]]
inline SparseMatrix small_sparse() {
  const std::vector<EdgeId> offsets = {0, 2, 2, 4, 5};
  const std::vector<std::uint32_t> columns = {0, 2, 1, 2, 0};
  const std::vector<float> values = {1, 2, 3, 4, 5};
  return SparseMatrix(4, 3, Buffer<EdgeId>::copy_of(offsets), Buffer<std::uint32_t>::copy_of(columns),
                      Buffer<float>::copy_of(values));
}

/// Each element within `tolerance` of the expected one, relative to its size where that is above 1.
inline void expect_near(const Tensor& actual, const Tensor& expected, double tolerance = 1e-5) {
  ASSERT_EQ(actual.shape(), expected.shape());
  for (std::int64_t i = 0; i < actual.rows(); ++i) {
    for (std::int64_t j = 0; j < actual.cols(); ++j) {
      const double scale = std::max(1.0, std::abs(static_cast<double>(expected(i, j))));
      ASSERT_NEAR(actual(i, j), expected(i, j), tolerance * scale) << "at [" << i << ", " << j << "]";
    }
  }
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::equal(a.values().begin(), a.values().end(), b.values().begin());
}

/// Compares the gradient of a random projection of `output()` with respect to `parameter` with central
/// differences in every element. float32 allows a step of about 1e-2 (the cube root of its epsilon). Where
/// the difference disagrees it is taken again over an eighth of the step: a kink (of LeakyReLU, say) within
/// the step goes away, a wrong gradient does not.
inline void expect_gradient_matches(Parameter& parameter, const std::function<Variable()>& output,
                                    double tolerance = 2e-3, float step = 1e-2F) {
  const Variable y = output();
  const Tensor weights = random_tensor(y.rows(), y.cols(), 77);
  const auto loss = [&] {
    const Variable value = output();
    double sum = 0.0;
    for (std::int64_t i = 0; i < value.value().size(); ++i) {
      sum += static_cast<double>(value.value().data()[i]) * static_cast<double>(weights.data()[i]);
    }
    return sum;
  };
  const auto difference = [&](float& x, float distance) {
    const float original = x;
    x = original + distance;
    const float high = x;
    const double above = loss();
    x = original - distance;
    const double width = static_cast<double>(high) - static_cast<double>(x);
    const double below = loss();
    x = original;
    return (above - below) / width;
  };
  const Gradients gradients = backward(y, weights);
  const Tensor* analytic = gradients.of(parameter.variable());
  ASSERT_NE(analytic, nullptr) << "the output does not depend on the parameter";
  double largest = 1.0;
  for (std::int64_t i = 0; i < analytic->size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(analytic->data()[i])));
  }
  for (std::int64_t i = 0; i < analytic->size(); ++i) {
    const double expected = static_cast<double>(analytic->data()[i]);
    double numeric = difference(parameter.mutable_value().data()[i], step);
    if (std::abs(numeric - expected) > tolerance * largest) {
      numeric = difference(parameter.mutable_value().data()[i], step / 8.0F);
    }
    ASSERT_NEAR(expected, numeric, tolerance * largest) << "element " << i;
  }
}

/// Checks the gradient with respect to each of the inputs.
inline void expect_gradients(const std::vector<Parameter*>& inputs, const std::function<Variable()>& output) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    SCOPED_TRACE(i);
    expect_gradient_matches(*inputs[i], output);
  }
}

/// The tensors that `make` returns must have the same bits on one, two and four threads.
inline void expect_same_bits_on_any_threads(const std::function<std::vector<Tensor>()>& make) {
  std::vector<Tensor> one, many;
  with_threads(1, [&] { one = make(); });
  ASSERT_FALSE(one.empty());
  for (const int threads : {2, 4}) {
    with_threads(threads, [&] { many = make(); });
    ASSERT_EQ(many.size(), one.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_TRUE(same_bits(one[i], many[i])) << "result " << i << " with " << threads << " threads";
    }
  }
}

/// So must `output()` and its gradient with respect to each of the inputs.
inline void expect_same_bits_on_any_threads(const std::vector<const Parameter*>& inputs,
                                            const std::function<Variable()>& output) {
  expect_same_bits_on_any_threads([&] {
    const Variable y = output();
    const Gradients gradients = backward(y, random_tensor(y.rows(), y.cols(), 77));
    std::vector<Tensor> results = {y.value()};
    for (const Parameter* input : inputs) {
      results.push_back(*gradients.of(input->variable()));
    }
    return results;
  });
}

/// Runs `call` and expects an exception of type E whose message contains `part`.
template <class E>
void expect_throws(const std::function<void()>& call, const std::string& part) {
  try {
    call();
    FAIL() << "nothing was thrown; expected a message with '" << part << "'";
  } catch (const E& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << "message: " << error.what();
  }
}

}  // namespace weft::test
