// Operations on dense tensors: values by hand, gradients by central differences, refusals.
#include "weft/tensor/dense_ops.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/tensor/activation.hpp"

namespace weft {
namespace {

using test::constant;
using test::expect_gradients;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::random_tensor;
using test::small_sparse;

TEST(Matmul, MultipliesByHand) {
  expect_near(matmul(constant({{1, 2}, {3, 4}}), constant({{5, 6}, {7, 8}})).value(), Tensor{{19, 22}, {43, 50}});
}

TEST(Matmul, HasTheGradientOfDifferences) {
  Parameter a(random_tensor(5, 3, 1)), b(random_tensor(3, 4, 2));
  expect_gradients({&a, &b}, [&] { return matmul(a.variable(), b.variable()); });
}

TEST(Matmul, RefusesInnerDimensionsThatDiffer) {
  expect_throws<ArgumentError>(
      [] {
        (void)matmul(constant({{1, 2}}), constant({{1, 2}}));
      },
      "matmul: inner dimensions differ, a is [1, 2] and b is [1, 2]");
}

TEST(Matmul, EqualsTheSlowProductForManyRowsAndTransposes) {
  // Rows enough for several panels and for several slots of the weight gradient.
  const std::int64_t n = 3000, k = 37, p = 19;
  Parameter x(random_tensor(n, k, 1)), w(random_tensor(k, p, 2));
  const Tensor g = random_tensor(n, p, 3);
  const Variable y = matmul(x.variable(), w.variable());
  Tensor slow(n, p), slow_dx(n, k), slow_dw(k, p);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < k; ++j) {
      for (std::int64_t l = 0; l < p; ++l) {
        slow(i, l) += x.value()(i, j) * w.value()(j, l);
        slow_dx(i, j) += g(i, l) * w.value()(j, l);
        slow_dw(j, l) += x.value()(i, j) * g(i, l);
      }
    }
  }
  expect_near(y.value(), slow, 1e-4);
  const Gradients gradients = backward(y, g);
  expect_near(*gradients.of(x.variable()), slow_dx, 1e-4);
  expect_near(*gradients.of(w.variable()), slow_dw, 1e-4);
}

TEST(Matmul, GivesTheSameBitsOnAnyNumberOfThreads) {
  const Parameter x(random_tensor(5000, 64, 1)), w(random_tensor(64, 48, 2));
  expect_same_bits_on_any_threads({&x, &w}, [&] { return matmul(x.variable(), w.variable()); });
}

TEST(Linear, AddsTheBiasAndAppliesTheActivation) {
  expect_near(linear(constant({{1, -1}}), constant({{1, 2}, {3, 1}}), constant({{1, 1}}), Activation::relu).value(),
              Tensor{{0, 2}});
}

TEST(Linear, HasTheGradientOfDifferencesForEveryActivation) {
  for (const Activation activation :
       {Activation::none, Activation::relu, Activation::elu, Activation::gelu, Activation::sigmoid}) {
    SCOPED_TRACE(static_cast<int>(activation));
    // Shifted by the bias away from relu's kink.
    Parameter x(random_tensor(6, 3, 1)), w(random_tensor(3, 4, 2)), b(Tensor{{9, -9, 8, -8}});
    if (activation != Activation::relu) {
      b = Parameter(random_tensor(1, 4, 3));
    }
    expect_gradients({&x, &w, &b}, [&] { return linear(x.variable(), w.variable(), b.variable(), activation); });
  }
}

TEST(Linear, RefusesABiasOfAnotherWidth) {
  expect_throws<ArgumentError>(
      [] {
        (void)linear(constant({{1}}), constant({{1, 2}}), constant({{1}}));
      },
      "linear: bias is [1, 1], expected [1, 2]");
}

TEST(SparseLinear, EqualsTheDenseOne) {
  const SparseMatrix x = small_sparse();
  const Variable w = Variable::constant(random_tensor(3, 5, 1)), b = Variable::constant(random_tensor(1, 5, 2));
  for (const Activation activation : {Activation::none, Activation::relu, Activation::gelu}) {
    expect_near(linear(x, w, b, activation).value(),
                linear(Variable::constant(x.to_dense()), w, b, activation).value());
  }
}

TEST(SparseLinear, HasTheGradientOfDifferencesAlsoWithDropout) {
  const SparseMatrix x = small_sparse();
  for (const float rate : {0.0F, 0.4F}) {
    Parameter w(random_tensor(3, 5, 1)), b(random_tensor(1, 5, 2));
    expect_gradients({&w, &b}, [&] {
      return linear(x, w.variable(), b.variable(), Activation::sigmoid, {rate, Random(3)});
    });
  }
}

TEST(SparseLinear, DropsEntriesAndScalesTheOthers) {
  Buffer<EdgeId> offsets(1001);
  std::iota(offsets.begin(), offsets.end(), EdgeId{0});
  const SparseMatrix x(1000, 1, std::move(offsets), Buffer<std::uint32_t>(1000, 0), Buffer<float>(1000, 1.0F));
  const Variable y = linear(x, constant({{1}}), constant({{0}}), Activation::none, {0.25F, Random(5)});
  std::int64_t kept = 0;
  for (const float v : y.value().values()) {
    ASSERT_TRUE(v == 0.0F || std::abs(v - 1.0F / 0.75F) < 1e-6F) << v;
    kept += v > 0.0F ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(kept) / 1000.0, 0.75, 0.05);
}

TEST(EmbeddingSum, AddsTheRowsOfTheCategories) {
  CategoricalMatrix x{2, {2, 3}, Buffer<std::int32_t>::copy_of(std::vector<std::int32_t>{1, 0, 0, 2})};
  Parameter table(Tensor{{1, 10}, {2, 20}, {3, 30}, {4, 40}, {5, 50}});
  expect_near(embedding_sum(x, table.variable()).value(), Tensor{{5, 50}, {6, 60}});
  expect_gradients({&table}, [&] { return embedding_sum(x, table.variable()); });
  x.values[3] = 3;
  expect_throws<ArgumentError>([&] { (void)embedding_sum(x, table.variable()); }, "row 1 has category 3 in column 1");
}

TEST(EmbeddingSum, DropsWhatAColumnSaysOfARowAndScalesTheRest) {
  CategoricalMatrix x{500, {1, 1}, Buffer<std::int32_t>(1000, 0)};
  Parameter table(Tensor{{1, 0}, {0, 1}});
  const EntryDropout dropout{0.25F, Random(5)};
  const Tensor y = embedding_sum(x, table.variable(), dropout).value();
  double kept[2] = {0.0, 0.0}, both = 0.0;
  for (std::int64_t i = 0; i < 500; ++i) {
    for (std::int64_t j = 0; j < 2; ++j) {
      ASSERT_TRUE(y(i, j) == 0.0F || std::abs(y(i, j) - 1.0F / 0.75F) < 1e-6F) << y(i, j);
      kept[j] += y(i, j) > 0.0F ? 1.0 / 500.0 : 0.0;
    }
    both += y(i, 0) > 0.0F && y(i, 1) > 0.0F ? 1.0 / 500.0 : 0.0;
  }
  EXPECT_NEAR(kept[0], 0.75, 0.07);
  EXPECT_NEAR(kept[1], 0.75, 0.07);
  EXPECT_NEAR(both, 0.75 * 0.75, 0.07) << "columns are dropped apart from each other";
  expect_gradients({&table}, [&] { return embedding_sum(x, table.variable(), dropout); });
}

TEST(Elementwise, OperationsHaveValuesAndGradients) {
  Parameter a(random_tensor(3, 4, 1)), b(random_tensor(3, 4, 2)), row(random_tensor(1, 4, 3));
  const Variable two = constant({{2, 3}}), five = constant({{5, 7}});
  expect_near(add(two, five).value(), Tensor{{7, 10}});
  expect_near(subtract(two, five).value(), Tensor{{-3, -4}});
  expect_near(multiply(two, five).value(), Tensor{{10, 21}});
  expect_near(scale(two, -2).value(), Tensor{{-4, -6}});
  expect_near(add_bias(constant({{1, 2}, {3, 4}}), five).value(), Tensor{{6, 9}, {8, 11}});
  expect_near(sum(constant({{1, 2}, {3, 4}})).value(), Tensor{{10}});
  expect_gradients({&a, &b}, [&] { return add(a.variable(), b.variable()); });
  expect_gradients({&a, &b}, [&] { return subtract(a.variable(), b.variable()); });
  expect_gradients({&a, &b}, [&] { return multiply(a.variable(), b.variable()); });
  expect_gradients({&a}, [&] { return scale(a.variable(), 3); });
  expect_gradients({&a, &row}, [&] { return add_bias(a.variable(), row.variable()); });
  expect_gradients({&a}, [&] { return sum(a.variable()); });
  expect_throws<ArgumentError>([&] { (void)add(two, constant({{1}})); }, "add: shapes are [1, 2] and [1, 1]");
  expect_throws<ArgumentError>([&] { (void)multiply(two, constant({{1}})); }, "multiply: shapes are");
  expect_throws<ArgumentError>([&] { (void)add_bias(two, constant({{1}})); }, "add_bias: bias is [1, 1]");
}

TEST(Elementwise, AVariableUsedTwiceGetsBothGradients) {
  Parameter a(random_tensor(2, 2, 1));
  expect_gradients({&a}, [&] { return multiply(a.variable(), a.variable()) + a.variable(); });
}

TEST(Activation, MatchesItsFormulasAndGradients) {
  expect_near(activate(constant({{-1, 2}}), Activation::relu).value(), Tensor{{0, 2}});
  expect_near(activate(constant({{-1, 2}}), Activation::elu).value(), Tensor{{-0.6321206F, 2}});
  expect_near(activate(constant({{0, 1}}), Activation::sigmoid).value(), Tensor{{0.5F, 0.7310586F}});
  expect_near(activate(constant({{1, -1}}), Activation::gelu).value(), Tensor{{0.8413447F, -0.1586553F}});
  for (const Activation activation : {Activation::elu, Activation::gelu, Activation::sigmoid}) {
    Parameter x(random_tensor(4, 5, 1));
    expect_gradients({&x}, [&] { return activate(x.variable(), activation); });
  }
  expect_throws<ArgumentError>([] { (void)activation_of("swish"); }, "activation 'swish' is not one of");
}

TEST(Dropout, KeepsTheShareAndTheMean) {
  const Variable y = dropout(Variable::constant(Tensor::full(500, 200, 1.0F)), 0.3F, Random(1));
  double total = 0.0;
  std::int64_t zeros = 0;
  for (const float v : y.value().values()) {
    total += static_cast<double>(v);
    zeros += v == 0.0F ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(zeros) / 1e5, 0.3, 0.01);
  EXPECT_NEAR(total / 1e5, 1.0, 0.02);
}

TEST(Dropout, IsAFunctionOfItsRandomnessAndOfNoThread) {
  const Variable x = Variable::constant(random_tensor(700, 190, 1));
  expect_same_bits_on_any_threads([&] { return std::vector<Tensor>{dropout(x, 0.5F, Random(9)).value()}; });
  EXPECT_FALSE(test::same_bits(dropout(x, 0.5F, Random(9)).value(), dropout(x, 0.5F, Random(10)).value()));
}

TEST(Dropout, DropsTheGradientWhereItDroppedTheValue) {
  Parameter x(random_tensor(9, 30, 1));
  expect_gradients({&x}, [&] { return dropout(x.variable(), 0.5F, Random(2)); });
  expect_throws<ArgumentError>([&] { (void)dropout(x.variable(), 1.0F, Random(2)); }, "dropout: rate is 1");
}

TEST(Rows, AreSelectedConcatenatedAndCut) {
  Parameter x(Tensor{{1, 2}, {3, 4}, {5, 6}}), y(Tensor{{7}, {8}, {9}}), z(Tensor{{7, 8}});
  const std::vector<std::int64_t> index = {2, 0, 2};
  expect_near(select_rows(x.variable(), index).value(), Tensor{{5, 6}, {1, 2}, {5, 6}});
  expect_near(concat_columns(x.variable(), y.variable()).value(), Tensor{{1, 2, 7}, {3, 4, 8}, {5, 6, 9}});
  expect_near(concat_rows(x.variable(), z.variable()).value(), Tensor{{1, 2}, {3, 4}, {5, 6}, {7, 8}});
  expect_near(first_rows(x.variable(), 2).value(), Tensor{{1, 2}, {3, 4}});
  expect_gradients({&x}, [&] { return select_rows(x.variable(), index); });
  expect_gradients({&x, &y}, [&] { return concat_columns(x.variable(), y.variable()); });
  expect_gradients({&x, &z}, [&] { return concat_rows(x.variable(), z.variable()); });
  expect_gradients({&x}, [&] { return first_rows(x.variable(), 2); });
  // Added to the gradient of the whole.
  expect_gradients({&x}, [&] { return concat_rows(first_rows(x.variable(), 2), x.variable()); });
  const std::vector<std::int64_t> outside = {3};
  expect_throws<ArgumentError>([&] { (void)select_rows(x.variable(), outside); }, "index 3 is outside [0, 3)");
  expect_throws<ArgumentError>([&] { (void)concat_columns(x.variable(), constant({{1}})); }, "concat_columns");
  expect_throws<ArgumentError>([&] { (void)concat_rows(x.variable(), y.variable()); },
                               "concat_rows: shapes are [3, 2]");
  expect_throws<ArgumentError>([&] { (void)first_rows(x.variable(), 4); }, "first_rows: count is 4");
}

TEST(Heads, AreScoredAveragedAndScaled) {
  const Variable x = constant({{1, 2, 3, 4}}), a = constant({{1, 1, 2, 0}});
  expect_near(head_scores(x, a, 2).value(), Tensor{{3, 6}});
  expect_near(mean_of_heads(x, 2).value(), Tensor{{2, 3}});
  expect_near(multiply_heads(x, constant({{10, 1}})).value(), Tensor{{10, 20, 3, 4}});
  Parameter p(random_tensor(5, 6, 1)), q(random_tensor(1, 6, 2)), f(random_tensor(5, 3, 3));
  expect_gradients({&p, &q}, [&] { return head_scores(p.variable(), q.variable(), 3); });
  // Some rows cut off, and added to the gradient that the states have already.
  expect_gradients({&p, &q}, [&] {
    const Variable scores = head_scores(p.variable(), q.variable(), 3);
    return concat_rows(concat_columns(scores, p.variable()),
                       concat_columns(first_rows(scores, 2), first_rows(p.variable(), 2)));
  });
  expect_gradients({&p}, [&] { return mean_of_heads(p.variable(), 3); });
  expect_gradients({&p, &f}, [&] { return multiply_heads(p.variable(), f.variable()); });
  expect_throws<ArgumentError>([&] { (void)mean_of_heads(x, 3); }, "4 columns cannot be cut into 3 heads");
  expect_throws<ArgumentError>([&] { (void)head_scores(x, constant({{1}}), 2); }, "head_scores: a is [1, 1]");
  expect_throws<ArgumentError>([&] { (void)multiply_heads(x, constant({{1}, {2}})); }, "multiply_heads");
}

}  // namespace
}  // namespace weft
