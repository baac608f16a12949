// Feature maps of kernel attention: values by hand, gradients, and how near they come to softmax.
#include "weft/layers/kernels/feature_maps.hpp"

#include <numbers>

#include <gtest/gtest.h>

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"
#include "weft/layers/kernels/segment_attention.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::constant;
using test::dense_attention;
using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::head_dot;
using test::kSegments;
using test::random_tensor;

TEST(FeatureMaps, NormalizeToLengthOneAndSumOne) {
  const std::vector<std::int64_t> segments{0, 1, 3};
  const Variable x = constant(Tensor{{3, 4, 0, 0}, {0, 2, 0, 5}, {0, 0, 1, 0}});
  expect_near(normalize_heads(x, 2).value(), {{0.6F, 0.8F, 0, 0}, {0, 1, 0, 1}, {0, 0, 1, 0}});
  const float r = 1.0F / std::sqrt(30.0F);
  expect_near(normalize_segments(x, segments).value(), {{0.6F, 0.8F, 0, 0}, {0, 2 * r, 0, 5 * r}, {0, 0, r, 0}});
  const float third = std::log(2.0F);
  expect_near(softmax_heads(constant(Tensor{{0, third}}), 1).value(), {{1.0F / 3, 2.0F / 3}});
  expect_near(segment_softmax(constant(Tensor{{5}, {0}, {third}}), segments).value(), {{1}, {1.0F / 3}, {2.0F / 3}});
}

TEST(FeatureMaps, GradientsMatchCentralDifferences) {
  Parameter x(random_tensor(11, 6, 1));
  const std::vector<float> angles{0, 0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F, 0.7F, 0.8F, 0.9F, 1.0F};
  expect_gradient_matches(x, [&] { return normalize_heads(x.variable(), 2); });
  expect_gradient_matches(x, [&] { return normalize_segments(x.variable(), kSegments); });
  expect_gradient_matches(x, [&] { return softmax_heads(x.variable(), 3); });
  expect_gradient_matches(x, [&] { return segment_softmax(x.variable(), kSegments); });
  expect_gradient_matches(x, [&] { return rotate_heads(x.variable(), angles, 2); });
}

TEST(FeatureMaps, SoftmaxOverAGraphOfManyPartsSumsToOneAndIsDeterministic) {
  const std::vector<std::int64_t> segments{0, 7000, 7005};
  const Tensor x = random_tensor(7005, 3, 5);
  const auto softmax = [&] { return segment_softmax(constant(x), segments); };
  expect_same_bits_on_any_threads([&] { return std::vector<Tensor>{softmax().value()}; });
  expect_near(segment_sum(softmax(), segments).value(), {{1, 1, 1}, {1, 1, 1}}, 1e-5);
}

TEST(RotatedFeatures, WeighPairsByTheCosineOfTheirDistance) {
  const std::vector<float> angles{0.0F, std::numbers::pi_v<float> / 3};
  const Tensor y = rotate_heads(constant(Tensor{{2, 1}, {3, 1}}), angles, 2).value();
  ASSERT_EQ(y.shape(), (Shape{2, 4}));
  EXPECT_NEAR(head_dot(y, 0, y, 1, 0, 2), 2 * 3 * 0.5, 1e-6);
  EXPECT_NEAR(head_dot(y, 1, y, 1, 0, 2), 9, 1e-5);
}

TEST(PositiveFeatures, DirectionsOfABlockAreOrthogonal) {
  const Tensor w = orthogonal_directions(4, 6, Random(3));
  for (std::int64_t a = 0; a < 6; ++a) {
    for (std::int64_t b = 0; b < a; ++b) {
      double dot = 0.0;
      for (std::int64_t c = 0; c < 4; ++c) {
        dot += static_cast<double>(w(c, a)) * w(c, b);
      }
      if (a / 4 == b / 4) {
        EXPECT_NEAR(dot, 0.0, 1e-5);
      } else {
        EXPECT_GT(std::abs(dot), 1e-4);  // of another block: drawn independently
      }
    }
  }
}

/// FAVOR+ of three small graphs with M features.
Tensor favor(const Tensor& q, const Tensor& k, const Tensor& v, std::int64_t num_features, std::uint64_t seed) {
  const Tensor w = orthogonal_directions(q.cols() / 2, num_features, Random(seed));
  return kernel_attention(positive_features(constant(q), w, 2), positive_features(constant(k), w, 2, kSegments),
                          constant(v), kSegments, 2)
      .value();
}

TEST(PositiveFeatures, EqualTheirDefinitionUpToTheFactorThatAttentionDividesAway) {
  const Tensor q = random_tensor(11, 8, 1), k = random_tensor(11, 8, 2), v = random_tensor(11, 4, 3);
  const Tensor w = orthogonal_directions(4, 5, Random(9));
  const auto feature = [&](const Tensor& x, std::int64_t i, std::int64_t h, std::int64_t r) {
    double dot = 0.0, square = 0.0;
    for (std::int64_t c = 0; c < 4; ++c) {
      const double y = x(i, h * 4 + c) / std::sqrt(2.0);  // 4^(1/4)
      dot += y * w(c, r);
      square += y * y;
    }
    return std::exp(dot - square / 2);
  };
  const Tensor expected = dense_attention(v, kSegments, 2, [&](std::int64_t i, std::int64_t j, std::int64_t h) {
    double weight = 0.0;
    for (std::int64_t r = 0; r < 5; ++r) {
      weight += feature(q, i, h, r) * feature(k, j, h, r);
    }
    return weight;
  });
  expect_near(favor(q, k, v, 5, 9), expected, 1e-3);
}

TEST(PositiveFeatures, ApproachSoftmaxAttentionAsOneOverTheRootOfTheirNumber) {
  // Short queries and keys: the variance of one feature grows as e^(|q + k|^2).
  Tensor q = random_tensor(11, 8, 1), k = random_tensor(11, 8, 2);
  for (Tensor* x : {&q, &k}) {
    for (float& value : x->values()) {
      value *= 0.5F;
    }
  }
  const Tensor v = random_tensor(11, 4, 3);
  const Tensor exact = dense_attention(v, kSegments, 2, test::softmax_weight(q, k, 2));
  const auto mean_error = [&](std::int64_t num_features) {
    double total = 0.0;
    for (std::uint64_t draw = 0; draw < 20; ++draw) {
      const Tensor o = favor(q, k, v, num_features, draw);
      for (std::int64_t i = 0; i < o.size(); ++i) {
        total += std::pow(static_cast<double>(o.data()[i]) - static_cast<double>(exact.data()[i]), 2);
      }
    }
    return std::sqrt(total / 20.0 / static_cast<double>(v.size()));
  };
  const double few = mean_error(32), many = mean_error(2048);
  // 64 times the features: an eighth of the error, within a factor of two.
  EXPECT_LT(many, few / 4);
  EXPECT_GT(many, few / 16);
  EXPECT_LT(many, 0.05);
}

TEST(PositiveFeatures, GradientsThroughAttentionMatchCentralDifferences) {
  Parameter q(random_tensor(11, 6, 1)), k(random_tensor(11, 6, 2));
  const Tensor v = random_tensor(11, 4, 3), w = orthogonal_directions(3, 10, Random(4));
  const auto output = [&] {
    return kernel_attention(positive_features(q.variable(), w, 2), positive_features(k.variable(), w, 2, kSegments),
                            constant(v), kSegments, 2);
  };
  expect_gradient_matches(q, output);
  expect_gradient_matches(k, output);
}

TEST(PositiveFeatures, StayFiniteForLargeInputs) {
  Tensor x = random_tensor(11, 8, 1);
  for (float& value : x.values()) {
    value *= 50.0F;
  }
  const Tensor o = favor(x, x, random_tensor(11, 4, 3), 16, 1);
  for (const float value : o.values()) {
    EXPECT_TRUE(std::isfinite(value));
  }
}

}  // namespace
}  // namespace weft
