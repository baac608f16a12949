// Linear attention against its quadratic definition.
#include "weft/layers/kernels/kernel_attention.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::random_tensor;
using test::same_bits;

double feature(double x) {
  return x > 0 ? x + 1 : std::exp(x);
}

/// O_i = sum_j w_ij v_j / (sum_j w_ij + 1e-6) with w_ij = <phi(q_i), phi(k_j)>, for every pair of rows of a segment.
Tensor quadratic_attention(const Tensor& q, const Tensor& k, const Tensor& v, std::span<const std::int64_t> segments,
                           std::int64_t heads) {
  const std::int64_t d = q.cols() / heads, e = v.cols() / heads;
  Tensor o(v.rows(), v.cols());
  for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
    for (std::int64_t i = segments[g]; i < segments[g + 1]; ++i) {
      for (std::int64_t h = 0; h < heads; ++h) {
        double total = 1e-6;
        std::vector<double> sum(static_cast<std::size_t>(e));
        for (std::int64_t j = segments[g]; j < segments[g + 1]; ++j) {
          double weight = 0;
          for (std::int64_t c = h * d; c < (h + 1) * d; ++c) {
            weight += feature(q(i, c)) * feature(k(j, c));
          }
          total += weight;
          for (std::int64_t c = 0; c < e; ++c) {
            sum[static_cast<std::size_t>(c)] += weight * v(j, h * e + c);
          }
        }
        for (std::int64_t c = 0; c < e; ++c) {
          o(i, h * e + c) = static_cast<float>(sum[static_cast<std::size_t>(c)] / total);
        }
      }
    }
  }
  return o;
}

Variable apply(const Tensor& q, const Tensor& k, const Tensor& v, std::span<const std::int64_t> segments,
               std::int64_t heads) {
  return linear_attention(Variable::constant(q), Variable::constant(k), Variable::constant(v), segments, heads);
}

TEST(LinearAttention, OfOneRowIsItsValueAndOfEqualKeysIsTheMean) {
  const std::vector<std::int64_t> segments{0, 1, 3};
  const Tensor q{{0.5F}, {-1}, {2}}, k{{0.3F}, {1}, {1}}, v{{5, -2}, {2, 4}, {4, 8}};
  expect_near(apply(q, k, v, segments, 1).value(), {{5, -2}, {3, 6}, {3, 6}});
}

TEST(LinearAttention, EqualsTheQuadraticDefinitionForAllShapesOfHeads) {
  const std::vector<std::int64_t> segments{0, 1, 1, 30, 33, 150};
  for (const auto& [heads, d, e] : std::vector<std::array<std::int64_t, 3>>{{1, 1, 1},
                                                                            {1, 3, 5},
                                                                            {2, 8, 8},
                                                                            {4, 16, 16},
                                                                            {3, 24, 8},
                                                                            {2, 8, 24},
                                                                            {4, 12, 12},
                                                                            {2, 32, 32},
                                                                            {1, 64, 64},
                                                                            {1, 64, 7},
                                                                            {8, 8, 16},
                                                                            {70, 2, 3}}) {
    SCOPED_TRACE(concat(heads, " heads of ", d, " and ", e, " columns"));
    const Tensor q = random_tensor(150, heads * d, 1), k = random_tensor(150, heads * d, 2),
                 v = random_tensor(150, heads * e, 3);
    expect_near(apply(q, k, v, segments, heads).value(), quadratic_attention(q, k, v, segments, heads), 2e-5);
  }
}

TEST(LinearAttention, CutsLargeSegmentsWithoutChangingWhatTheyAre) {
  // Segments of 2500 and 5000 rows are cut; those around them are not.
  const std::vector<std::int64_t> segments{0, 40, 2540, 2540, 2600, 7600, 7610};
  const Tensor q = random_tensor(7610, 8, 1), k = random_tensor(7610, 8, 2), v = random_tensor(7610, 8, 3);
  expect_near(apply(q, k, v, segments, 1).value(), quadratic_attention(q, k, v, segments, 1), 2e-5);
}

TEST(LinearAttention, GradientsMatchCentralDifferences) {
  // phi' is continuous at 0, so differences are right on both sides of it.
  const std::vector<std::int64_t> segments{0, 1, 6, 6, 11};
  for (const auto& [heads, d, e] :
       std::vector<std::array<std::int64_t, 3>>{{1, 3, 3}, {2, 8, 8}, {1, 5, 2}, {2, 16, 24}, {1, 32, 32}}) {
    SCOPED_TRACE(concat(heads, " heads of ", d, " and ", e, " columns"));
    Parameter q(random_tensor(11, heads * d, 1)), k(random_tensor(11, heads * d, 2)),
        v(random_tensor(11, heads * e, 3));
    const auto output = [&] { return linear_attention(q.variable(), k.variable(), v.variable(), segments, heads); };
    expect_gradient_matches(q, output);
    expect_gradient_matches(k, output);
    expect_gradient_matches(v, output);
  }
}

TEST(LinearAttention, GradientsOfACutSegmentMatchTheQuadraticFormulas) {
  // One head, one column: w_ij = phi(q_i) phi(k_j), so phi(q_i) cancels: O_i = sum_j phi(k_j) v_j / sum_j phi(k_j).
  // With dO = 1: dv_j = n phi(k_j) / Z, dk_j = n (v_j - O) phi'(k_j) / Z, dq = 0.
  const std::int64_t n = 5000;
  const std::vector<std::int64_t> segments{0, n};
  Parameter q(random_tensor(n, 1, 1)), k(random_tensor(n, 1, 2)), v(random_tensor(n, 1, 3));
  const Variable o = linear_attention(q.variable(), k.variable(), v.variable(), segments, 1);
  const Gradients gradients = backward(o, Tensor::full(n, 1, 1.0F));
  double z = 0, weighted = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    z += feature(k.value()(j, 0));
    weighted += feature(k.value()(j, 0)) * v.value()(j, 0);
  }
  for (std::int64_t j = 0; j < n; ++j) {
    const double x = k.value()(j, 0), slope = x > 0 ? 1 : std::exp(x);
    const double scale = static_cast<double>(n) / z;
    ASSERT_NEAR((*gradients.of(v.variable()))(j, 0), scale * feature(x), 1e-4);
    ASSERT_NEAR((*gradients.of(k.variable()))(j, 0), scale * (v.value()(j, 0) - weighted / z) * slope, 2e-4);
    ASSERT_NEAR((*gradients.of(q.variable()))(j, 0), 0.0, 1e-5);
  }
}

TEST(LinearAttention, GraphsInOneBatchEqualEachGraphAlone) {
  const std::vector<std::int64_t> segments{0, 700, 703, 4000, 4100};
  const Tensor q = random_tensor(4100, 32, 1), k = random_tensor(4100, 32, 2), v = random_tensor(4100, 32, 3);
  const Tensor together = apply(q, k, v, segments, 2).value();
  for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
    std::vector<std::int64_t> rows(static_cast<std::size_t>(segments[g + 1] - segments[g]));
    std::iota(rows.begin(), rows.end(), segments[g]);
    const std::vector<std::int64_t> alone{0, static_cast<std::int64_t>(rows.size())};
    EXPECT_TRUE(same_bits(select_rows(together, rows),
                          apply(select_rows(q, rows), select_rows(k, rows), select_rows(v, rows), alone, 2).value()))
        << "graph " << g;
  }
}

TEST(LinearAttention, RenumberedNodesGiveRenumberedOutputs) {
  const std::vector<std::int64_t> segments{0, 300};
  const Tensor q = random_tensor(300, 16, 1), k = random_tensor(300, 16, 2), v = random_tensor(300, 16, 3);
  std::vector<std::int64_t> order(300);
  std::iota(order.begin(), order.end(), 0);
  shuffle(std::span<std::int64_t>(order), Random(5));
  expect_near(apply(select_rows(q, order), select_rows(k, order), select_rows(v, order), segments, 2).value(),
              select_rows(apply(q, k, v, segments, 2).value(), order), 1e-5);
}

TEST(LinearAttention, GivesTheSameBitsForEveryNumberOfThreads) {
  const std::vector<std::int64_t> segments{0, 10, 6000, 6020, 9000};
  for (const std::int64_t d : {16, 32}) {
    const Parameter q(random_tensor(9000, 2 * d, 1)), k(random_tensor(9000, 2 * d, 2)),
        v(random_tensor(9000, 2 * d, 3));
    expect_same_bits_on_any_threads(
        {&q, &k, &v}, [&] { return linear_attention(q.variable(), k.variable(), v.variable(), segments, 2); });
  }
}

TEST(LinearAttention, StaysFiniteForLargeInputsOfBothSigns) {
  const std::vector<std::int64_t> segments{0, 4};
  const Tensor q{{-200}, {200}, {-30}, {0}}, k{{-200}, {200}, {0}, {-1}}, v{{1}, {2}, {3}, {4}};
  const Tensor o = apply(q, k, v, segments, 1).value();
  expect_near(o, quadratic_attention(q, k, v, segments, 1), 1e-4);
}

TEST(LinearAttention, AcceptsABatchWithoutNodes) {
  const std::vector<std::int64_t> segments{0, 0};
  EXPECT_EQ(apply(Tensor(0, 4), Tensor(0, 4), Tensor(0, 6), segments, 2).shape(), (Shape{0, 6}));
}

TEST(LinearAttention, RefusesShapesAndSegmentsThatDoNotFit) {
  const std::vector<std::int64_t> segments{0, 5}, short_of{0, 4}, falling{0, 4, 3, 5}, late{1, 5};
  const Tensor x(5, 6);
  expect_throws<ArgumentError>([&] { (void)apply(x, x, x, segments, 4); }, "q has shape [5, 6]");
  expect_throws<ArgumentError>([&] { (void)apply(x, x, x, segments, 0); }, "heads = 0");
  expect_throws<ArgumentError>([&] { (void)apply(x, Tensor(5, 4), x, segments, 2); }, "k has shape [5, 4]");
  expect_throws<ArgumentError>([&] { (void)apply(x, x, Tensor(4, 6), segments, 2); }, "v has shape [4, 6]");
  expect_throws<ArgumentError>([&] { (void)apply(x, x, Tensor(5, 5), segments, 2); }, "v has shape [5, 5]");
  expect_throws<ArgumentError>([&] { (void)apply(x, x, x, short_of, 2); },
                               "from 0 to 4, expected to rise from 0 to the number of rows, 5");
  expect_throws<ArgumentError>([&] { (void)apply(x, x, x, falling, 2); }, "expected to rise");
  expect_throws<ArgumentError>([&] { (void)apply(x, x, x, late, 2); }, "from 1 to 5");
  expect_throws<ArgumentError>([&] { (void)apply(x, x, x, {}, 2); }, "segments");
}

}  // namespace
}  // namespace weft
