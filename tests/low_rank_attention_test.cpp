// Attention through landmarks: both directions against their definitions, and the limits where it is exact.
#include "weft/layers/kernels/low_rank_attention.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::constant;
using test::dense_attention;
using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::random_tensor;

// A single node, no node, graphs with more and with fewer nodes than landmarks.
const std::vector<std::int64_t> kNodes{0, 1, 1, 8, 11}, kLandmarks{0, 1, 3, 6, 11};

/// softmax(<q_i, k_j> / sqrt(d)) v_j for every row i of each graph over the other side's rows j.
Tensor dense_cross_attention(const Tensor& q, const Tensor& k, const Tensor& v, std::span<const std::int64_t> readers,
                             std::span<const std::int64_t> read, std::int64_t heads) {
  const auto weight = test::softmax_weight(q, k, heads);
  const std::int64_t e = v.cols() / heads;
  Tensor o(q.rows(), v.cols());
  for (std::size_t g = 0; g + 1 < readers.size(); ++g) {
    for (std::int64_t i = readers[g]; i < readers[g + 1]; ++i) {
      for (std::int64_t c = 0; c < v.cols(); ++c) {
        double total = 0.0, sum = 0.0;
        for (std::int64_t j = read[g]; j < read[g + 1]; ++j) {
          total += weight(i, j, c / e);
          sum += weight(i, j, c / e) * v(j, c);
        }
        o(i, c) = total > 0.0 ? static_cast<float>(sum / total) : 0.0F;
      }
    }
  }
  return o;
}

TEST(LandmarkAttention, ReadsTheOnlyLandmarkAndTheMeanOfAlikeOnes) {
  const std::vector<std::int64_t> nodes{0, 2, 3}, landmarks{0, 1, 3};
  const Tensor q{{1}, {-1}, {4}}, k{{5}, {2}, {2}}, v{{7}, {1}, {3}};
  expect_near(landmark_attention(constant(q), constant(k), constant(v), {nodes, landmarks}, 1).value(),
              {{7}, {7}, {2}});
}

TEST(LandmarkAttention, EqualsItsDefinition) {
  for (const std::int64_t heads : {1, 2, 3}) {
    const Tensor q = random_tensor(11, 8 * heads, 1), k = random_tensor(11, 8 * heads, 2),
                 v = random_tensor(11, 5 * heads, 3);
    expect_near(landmark_attention(constant(q), constant(k), constant(v), {kNodes, kLandmarks}, heads).value(),
                dense_cross_attention(q, k, v, kNodes, kLandmarks, heads));
  }
}

TEST(LandmarkAttention, WithEveryNodeALandmarkIsExactSoftmaxAttention) {
  const std::vector<std::int64_t> segments{0, 70, 100};
  const Tensor q = random_tensor(100, 16, 1), k = random_tensor(100, 16, 2), v = random_tensor(100, 16, 3);
  expect_near(landmark_attention(constant(q), constant(k), constant(v), {segments, segments}, 2).value(),
              dense_attention(v, segments, 2, test::softmax_weight(q, k, 2)));
}

TEST(LandmarkAttention, GradientsMatchCentralDifferences) {
  Parameter q(random_tensor(11, 8, 1)), k(random_tensor(11, 8, 2)), v(random_tensor(11, 6, 3));
  const auto output = [&] {
    return landmark_attention(q.variable(), k.variable(), v.variable(), {kNodes, kLandmarks}, 2);
  };
  expect_gradient_matches(q, output);
  expect_gradient_matches(k, output);
  expect_gradient_matches(v, output);
}

TEST(PoolingAttention, EqualsItsDefinitionAlsoInGraphsOfManyParts) {
  const Tensor q = random_tensor(11, 16, 1), k = random_tensor(11, 16, 2), v = random_tensor(11, 10, 3);
  expect_near(pooling_attention(constant(q), constant(k), constant(v), {kNodes, kLandmarks}, 2).value(),
              dense_cross_attention(q, k, v, kLandmarks, kNodes, 2));
  const std::vector<std::int64_t> nodes{0, 5000, 5003}, landmarks{0, 3, 5};
  const Tensor seeds = random_tensor(5, 16, 1), keys = random_tensor(5003, 16, 2), values = random_tensor(5003, 4, 3);
  expect_near(pooling_attention(constant(seeds), constant(keys), constant(values), {nodes, landmarks}, 2).value(),
              dense_cross_attention(seeds, keys, values, landmarks, nodes, 2));
}

TEST(PoolingAttention, GradientsMatchCentralDifferences) {
  Parameter q(random_tensor(11, 8, 1)), k(random_tensor(11, 8, 2)), v(random_tensor(11, 6, 3));
  const auto output = [&] {
    return pooling_attention(q.variable(), k.variable(), v.variable(), {kNodes, kLandmarks}, 2);
  };
  expect_gradient_matches(q, output);
  expect_gradient_matches(k, output);
  expect_gradient_matches(v, output);
}

TEST(PoolingAttention, StaysFiniteForLargeLogits) {
  Tensor q = random_tensor(11, 8, 1), k = random_tensor(11, 8, 2);
  for (float& value : q.values()) {
    value *= 300.0F;
  }
  const Tensor v = random_tensor(11, 8, 3);
  expect_near(pooling_attention(constant(q), constant(k), constant(v), {kNodes, kLandmarks}, 2).value(),
              dense_cross_attention(q, k, v, kLandmarks, kNodes, 2), 1e-3);
}

TEST(NystromProduct, IsTheInverseTimesAVectorOnceConverged) {
  // One graph of three nodes and two landmarks: A = [[p, 1 - p], [1 - r, r]], with logits 0 and log 3 a row.
  const std::vector<std::int64_t> nodes{0, 3}, landmarks{0, 2};
  const float x = std::log(3.0F);
  const Tensor q{{x}, {0}}, k{{1}, {0}}, y{{1}, {0}};
  // A = [[3/4, 1/4], [1/2, 1/2]]; its inverse has the first column (2, -2).
  expect_near(
      nystrom_product(constant(q), constant(k), constant(y), constant(Tensor(3, 1)), {nodes, landmarks}, 1, 10).value(),
      {{2}, {-2}}, 1e-4);
}

TEST(NystromProduct, GradientsMatchCentralDifferencesConvergedOrNot) {
  // The third graph's nodes are its landmarks.
  const std::vector<std::int64_t> nodes{0, 7, 7, 10}, landmarks{0, 4, 4, 7};
  for (const std::int64_t steps : {1, 2, 8}) {
    SCOPED_TRACE(steps);
    Parameter q(random_tensor(7, 8, 1)), k(random_tensor(7, 8, 2)), y(random_tensor(7, 6, 3)),
        exact(random_tensor(10, 6, 4));
    const auto output = [&] {
      return nystrom_product(q.variable(), k.variable(), y.variable(), exact.variable(), {nodes, landmarks}, 2, steps);
    };
    expect_gradient_matches(q, output, 5e-3);
    expect_gradient_matches(k, output, 5e-3);
    expect_gradient_matches(y, output, 5e-3);
    expect_gradient_matches(exact, output, 5e-3);
  }
}

TEST(LowRankAttention, GivesTheSameBitsOnAnyNumberOfThreads) {
  const std::vector<std::int64_t> nodes{0, 6000, 6100}, landmarks{0, 9, 15};
  const Parameter k(random_tensor(6100, 16, 1)), q(random_tensor(15, 16, 2));
  expect_same_bits_on_any_threads({&k, &q}, [&] {
    const Variable pooled = pooling_attention(q.variable(), k.variable(), k.variable(), {nodes, landmarks}, 2);
    return landmark_attention(k.variable(), pooled, pooled, {nodes, landmarks}, 2);
  });
}

TEST(LowRankAttention, RefusesShapesThatDoNotFit) {
  const Variable x = constant(Tensor(11, 6)), narrow = constant(Tensor(11, 4));
  const std::vector<std::int64_t> one{0, 11};
  expect_throws<ArgumentError>(
      [&] {
        (void)landmark_attention(x, narrow, x, {kNodes, kLandmarks}, 2);
      },
      "landmarks have shape [11, 4]");
  expect_throws<ArgumentError>(
      [&] {
        (void)pooling_attention(x, x, x, {kNodes, one}, 2);
      },
      "nodes of 4 graphs and landmarks of 1");
  expect_throws<ArgumentError>([&] { (void)nystrom_product(x, x, x, x, {kNodes, kLandmarks}, 2, 0); }, "steps is 0");
}

using Codes = std::vector<std::int64_t>;

TEST(LandmarkAttention, CountsLandmarksByTheirBias) {
  // Logits 0 and biases log 1, log 3: a mean of one 4 and three 8s.
  const Codes nodes{0, 2}, landmarks{0, 2};
  const std::vector<float> bias{0.0F, std::log(3.0F)};
  const auto attended = [&](const Variable& q) {
    return landmark_attention(q, Variable::constant(Tensor{{1}, {-1}}), Variable::constant(Tensor{{4}, {8}}),
                              {nodes, landmarks}, 1, bias);
  };
  expect_near(attended(Variable::constant(Tensor(2, 1))).value(), {{7}, {7}});
  Parameter q(random_tensor(2, 1));
  expect_gradient_matches(q, [&] { return attended(q.variable()); });
  expect_throws<ArgumentError>(
      [&] {
        const Variable x = Variable::constant(Tensor(2, 1));
        (void)landmark_attention(x, x, x, {nodes, landmarks}, 1, std::vector<float>(3));
      },
      "3 biases for 2 landmarks");
}

}  // namespace
}  // namespace weft
