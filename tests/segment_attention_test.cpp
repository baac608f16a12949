// Kernel attention with any feature map: against the quadratic definition.
#include "weft/layers/kernels/segment_attention.hpp"

#include <array>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"
#include "weft/layers/kernels/feature_maps.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::constant;
using test::dense_attention;
using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::head_dot;
using test::kSegments;
using test::random_tensor;

/// Positive numbers in (0, 1), as feature maps give them.
Tensor positive_tensor(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  Tensor x = random_tensor(rows, cols, seed);
  for (float& value : x.values()) {
    value = 1.0F / (1.0F + std::exp(-value));
  }
  return x;
}

TEST(KernelAttention, WithUniformWeightsIsTheMeanAndWithSelfWeightsTheValue) {
  const std::vector<std::int64_t> segments{0, 3};
  const Variable zero = constant(Tensor(3, 2)), v = constant(Tensor{{1}, {2}, {6}});
  expect_near(kernel_attention(zero, zero, v, segments, 1, {.uniform = 1.0F}).value(), {{3}, {3}, {3}});
  expect_near(kernel_attention(zero, zero, v, segments, 1, {.self = 1.0F}).value(), {{1}, {2}, {6}});
  // Itself weighs 3 + 1, the two others 1.
  expect_near(kernel_attention(zero, zero, v, segments, 1, {.self = 1.0F, .uniform = 1.0F}).value(),
              {{2.0F}, {2.5F}, {4.5F}});
}

TEST(KernelAttention, EqualsTheQuadraticDefinitionForAllTermsAndShapes) {
  // The last graph is cut into three parts.
  const std::vector<std::int64_t> segments{0, 1, 1, 30, 33, 5033};
  for (const auto& [heads, r, e] : std::vector<std::array<std::int64_t, 3>>{{1, 1, 1}, {2, 8, 16}, {3, 5, 7}}) {
    for (const KernelAttentionOptions& options :
         {KernelAttentionOptions{}, KernelAttentionOptions{.self = 0.5F, .uniform = 2.0F}}) {
      SCOPED_TRACE(concat(heads, " heads of ", r, " and ", e));
      const Tensor q = positive_tensor(5033, heads * r, 1), k = positive_tensor(5033, heads * r, 2),
                   v = random_tensor(5033, heads * e, 3);
      const Tensor o = kernel_attention(constant(q), constant(k), constant(v), segments, heads, options).value();
      // The definition costs n^2: compare the small graphs whole and the large one's sums over a sample of rows.
      const std::vector<std::int64_t> small{0, 1, 1, 30, 33};
      const auto weight = [&](std::int64_t i, std::int64_t j, std::int64_t h) {
        const std::int64_t n = i < 1 ? 1 : i < 30 ? 29 : i < 33 ? 3 : 5000;
        return head_dot(q, i, k, j, h, heads) + options.uniform +
               (i == j ? options.self * static_cast<double>(n) : 0.0);
      };
      std::vector<std::int64_t> rows(33);
      std::iota(rows.begin(), rows.end(), 0);
      expect_near(select_rows(o, rows), dense_attention(select_rows(v, rows), small, heads, weight, 1e-6), 2e-5);
      for (const std::int64_t i : {33, 2500, 5032}) {
        for (std::int64_t h = 0; h < heads; ++h) {
          double total = 1e-6, sum = 0.0;
          for (std::int64_t j = 33; j < 5033; ++j) {
            total += weight(i, j, h);
            sum += weight(i, j, h) * v(j, h * e);
          }
          EXPECT_NEAR(o(i, h * e), sum / total, 2e-5);
        }
      }
    }
  }
}

TEST(KernelAttention, GradientsMatchCentralDifferences) {
  for (const auto& [heads, r, e] : std::vector<std::array<std::int64_t, 3>>{{1, 3, 2}, {2, 8, 8}, {2, 5, 3}}) {
    for (const KernelAttentionOptions& options :
         {KernelAttentionOptions{}, KernelAttentionOptions{.self = 0.5F, .uniform = 2.0F}}) {
      Parameter q(positive_tensor(11, heads * r, 1)), k(positive_tensor(11, heads * r, 2)),
          v(random_tensor(11, heads * e, 3));
      const auto output = [&] {
        return kernel_attention(q.variable(), k.variable(), v.variable(), kSegments, heads, options);
      };
      expect_gradient_matches(q, output);
      expect_gradient_matches(k, output);
      expect_gradient_matches(v, output);
    }
  }
}

TEST(KernelAttention, GivesTheSameBitsOnAnyNumberOfThreads) {
  const std::vector<std::int64_t> segments{0, 40, 9000, 9000, 9020};
  const Parameter q(positive_tensor(9020, 16, 1)), k(positive_tensor(9020, 16, 2)), v(random_tensor(9020, 16, 3));
  expect_same_bits_on_any_threads({&q, &k, &v}, [&] {
    return kernel_attention(q.variable(), k.variable(), v.variable(), segments, 2, {.uniform = 1.0F});
  });
}

TEST(KernelAttention, RefusesShapesThatDoNotFit) {
  const Variable x = constant(Tensor(4, 6)), y = constant(Tensor(4, 4));
  const std::vector<std::int64_t> segments{0, 4}, short_segments{0, 3};
  expect_throws<ArgumentError>([&] { (void)kernel_attention(x, x, x, segments, 4); }, "multiple of heads = 4");
  expect_throws<ArgumentError>([&] { (void)kernel_attention(x, y, x, segments, 2); }, "k has shape [4, 4]");
  expect_throws<ArgumentError>([&] { (void)kernel_attention(x, x, x, short_segments, 2); }, "run from 0 to 3");
}

TEST(EfficientAttention, HasWeightsThatSumToOne) {
  // Softmax over features times softmax over nodes, without a denominator, equals kernel attention with one.
  const Tensor q = random_tensor(11, 6, 1), k = random_tensor(11, 6, 2), v = random_tensor(11, 4, 3);
  const Variable rho_q = softmax_heads(constant(q), 2), rho_k = segment_softmax(constant(k), kSegments);
  const Tensor o = kernel_attention(rho_q, rho_k, constant(v), kSegments, 2, {.epsilon = 0.0F}).value();
  for (std::size_t g = 0; g + 1 < kSegments.size(); ++g) {
    for (std::int64_t i = kSegments[g]; i < kSegments[g + 1]; ++i) {
      for (std::int64_t h = 0; h < 2; ++h) {
        double expected = 0.0;
        for (std::int64_t j = kSegments[g]; j < kSegments[g + 1]; ++j) {
          expected += head_dot(rho_q.value(), i, rho_k.value(), j, h, 2) * v(j, 2 * h);
        }
        EXPECT_NEAR(o(i, 2 * h), expected, 1e-5);
      }
    }
  }
}

}  // namespace
}  // namespace weft
