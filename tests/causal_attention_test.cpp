// Linear attention that looks back: against all pairs before, against its recurrent form, and its causality.
#include "weft/layers/kernels/causal_attention.hpp"

#include <array>
#include <cmath>

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::random_tensor;

const std::vector<std::int64_t> kSegments{0, 1, 1, 64, 129, 400};

Tensor attended(const Tensor& q, const Tensor& k, const Tensor& v, std::span<const std::int64_t> segments,
                std::int64_t heads) {
  return causal_attention(Variable::constant(q), Variable::constant(k), Variable::constant(v), segments, heads).value();
}

/// <elu(q_i) + 1, elu(k_j) + 1> for the rows up to i, 0 for those behind it.
test::PairWeight weight_of_rows_before(const Tensor& q, const Tensor& k, std::int64_t heads) {
  return [&q, &k, heads](std::int64_t i, std::int64_t j, std::int64_t h) {
    const auto feature = [](double x) { return x > 0 ? x + 1 : std::exp(x); };
    const std::int64_t d = q.cols() / heads;
    double dot = 0.0;
    for (std::int64_t c = h * d; c < (h + 1) * d && j <= i; ++c) {
      dot += feature(q(i, c)) * feature(k(j, c));
    }
    return dot;
  };
}

TEST(CausalAttention, OfAlikeKeysIsTheMeanOfTheRowsSoFar) {
  const std::vector<std::int64_t> segments{0, 3, 5};
  const Tensor x = Tensor::full(5, 2, 0.5F);
  expect_near(attended(x, x, Tensor{{2}, {4}, {9}, {1}, {3}}, segments, 1), {{2}, {3}, {5}, {1}, {2}});
}

TEST(CausalAttention, EqualsTheQuadraticDefinition) {
  for (const auto& [heads, d, e] : {std::array<std::int64_t, 3>{1, 3, 5}, {2, 8, 8}, {4, 16, 16}}) {
    const Tensor q = random_tensor(400, heads * d, 1), k = random_tensor(400, heads * d, 2),
                 v = random_tensor(400, heads * e, 3);
    expect_near(attended(q, k, v, kSegments, heads),
                test::dense_attention(v, kSegments, heads, weight_of_rows_before(q, k, heads)));
  }
}

TEST(CausalAttention, ByChunksEqualsItsRecurrentForm) {
  const Tensor q = random_tensor(400, 16, 1), k = random_tensor(400, 16, 2), v = random_tensor(400, 24, 3);
  Tensor expected(400, 24);
  for (std::size_t g = 0; g + 1 < kSegments.size(); ++g) {
    CausalAttentionState state(2, 8, 12);
    for (std::int64_t t = kSegments[g]; t < kSegments[g + 1]; ++t) {
      state.step(q.row(t), k.row(t), v.row(t), expected.row(t));
    }
  }
  expect_near(attended(q, k, v, kSegments, 2), expected, 1e-5);
}

TEST(CausalAttention, ChangesNothingBeforeARowThatChanges) {
  const std::vector<std::int64_t> segments{0, 200};
  const Tensor x = random_tensor(200, 8, 1), before = attended(x, x, x, segments, 2);
  for (const std::int64_t t : {0, 63, 64, 130, 199}) {
    Tensor changed = x;
    changed(t, 0) += 1.0F;
    const Tensor after = attended(changed, changed, changed, segments, 2);
    for (std::int64_t i = 0; i < 200; ++i) {
      EXPECT_EQ(std::equal(before.row(i).begin(), before.row(i).begin() + 4, after.row(i).begin()), i < t) << i;
    }
  }
}

TEST(CausalAttention, GradientsMatchCentralDifferencesWithinAndAcrossChunks) {
  const std::vector<std::int64_t> segments{0, 1, 70, 70, 75};
  Parameter q(random_tensor(75, 4, 1)), k(random_tensor(75, 4, 2)), v(random_tensor(75, 6, 3));
  const auto output = [&] { return causal_attention(q.variable(), k.variable(), v.variable(), segments, 2); };
  expect_gradient_matches(q, output);
  expect_gradient_matches(k, output);
  expect_gradient_matches(v, output);
}

TEST(CausalAttention, StaysFiniteForLargeInputsOfBothSigns) {
  Tensor x = random_tensor(150, 8, 1);
  for (float& value : x.values()) {
    value *= 1e3F;
  }
  const std::vector<std::int64_t> segments{0, 150};
  Parameter q(x);
  const Variable o = causal_attention(q.variable(), Variable::constant(x), Variable::constant(x), segments, 2);
  const Gradients gradients = backward(o, Tensor::full(150, 8, 1.0F));
  for (const Tensor* tensor : {&o.value(), gradients.of(q.variable())}) {
    for (const float value : tensor->values()) {
      ASSERT_TRUE(std::isfinite(value));
    }
  }
}

TEST(CausalAttention, GivesTheSameBitsOnAnyNumberOfThreads) {
  const std::vector<std::int64_t> segments{0, 5000, 5007};
  const Parameter x(random_tensor(5007, 16, 1));
  expect_same_bits_on_any_threads(
      {&x}, [&] { return causal_attention(x.variable(), x.variable(), x.variable(), segments, 2); });
}

TEST(CausalAttention, RefusesShapesThatDoNotFit) {
  const Tensor x(4, 6), two(4, 2);
  const std::vector<std::int64_t> segments{0, 4};
  expect_throws<ArgumentError>([&] { (void)attended(x, two, x, segments, 2); }, "shapes [4, 6], [4, 2] and [4, 6]");
  expect_throws<ArgumentError>([&] { (void)attended(x, x, x, segments, 4); }, "multiples of heads = 4");
  expect_throws<ArgumentError>(
      [&] { CausalAttentionState(1, 2, 2).step(x.row(0), two.row(0), two.row(0), Tensor(1, 2).row(0)); },
      "expected 2, 2, 2 and 2");
}

}  // namespace
}  // namespace weft
