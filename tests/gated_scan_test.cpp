// The chunked gated scan against the recurrence written out and against its own recurrent form.
#include "weft/layers/kernels/gated_scan.hpp"

#include <array>
#include <cmath>

#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::random_tensor;

/// Logarithms of decays, from nearly 0 to strong.
Tensor decays(std::int64_t rows, std::int64_t heads, std::uint64_t seed) {
  Tensor x = random_tensor(rows, heads, seed);
  for (float& value : x.values()) {
    value = -std::abs(value);
  }
  return x;
}

Variable scan(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& log_decay,
              std::span<const std::int64_t> segments, std::int64_t heads) {
  return gated_scan(Variable::constant(q), Variable::constant(k), Variable::constant(v), Variable::constant(log_decay),
                    segments, heads);
}

TEST(GatedScan, HalvesWhatItKeepsFromNodeToNode) {
  const std::vector<std::int64_t> segments{0, 3, 5};
  const Tensor one = Tensor::full(5, 1, 1.0F), half = Tensor::full(5, 1, std::log(0.5F));
  expect_near(scan(one, one, Tensor{{8}, {4}, {2}, {6}, {1}}, half, segments, 1).value(), {{8}, {8}, {6}, {6}, {4}});
}

TEST(GatedScan, WithoutDecayIsTheSumOfAllBeforeAndItself) {
  const std::vector<std::int64_t> segments{0, 200};
  const Tensor one = Tensor::full(200, 1, 1.0F);
  const Tensor o = scan(one, one, one, Tensor(200, 1), segments, 1).value();
  EXPECT_FLOAT_EQ(o(0, 0), 1.0F);
  EXPECT_FLOAT_EQ(o(63, 0), 64.0F);
  EXPECT_FLOAT_EQ(o(64, 0), 65.0F);
  EXPECT_FLOAT_EQ(o(199, 0), 200.0F);
}

TEST(GatedScan, ByChunksEqualsItsRecurrentForm) {
  const std::vector<std::int64_t> segments{0, 1, 1, 64, 129, 400};
  for (const auto& [heads, d, e] : {std::array<std::int64_t, 3>{1, 3, 5}, {2, 8, 8}, {4, 16, 16}}) {
    const Tensor q = random_tensor(400, heads * d, 1), k = random_tensor(400, heads * d, 2),
                 v = random_tensor(400, heads * e, 3), log_decay = decays(400, heads, 4);
    Tensor expected(400, heads * e);
    for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
      GatedScanState state(heads, d, e);
      for (std::int64_t t = segments[g]; t < segments[g + 1]; ++t) {
        state.step(q.row(t), k.row(t), v.row(t), log_decay.row(t), expected.row(t));
      }
    }
    expect_near(scan(q, k, v, log_decay, segments, heads).value(), expected, 1e-5);
  }
}

TEST(GatedScan, StaysFiniteWhenAWholeChunkIsForgotten) {
  const std::vector<std::int64_t> segments{0, 150};
  const Tensor x = random_tensor(150, 8, 1);
  const Tensor o = scan(x, x, x, Tensor::full(150, 2, -30.0F), segments, 2).value();
  // Only the node itself is left: <x, x> x / sqrt(4).
  for (std::int64_t i = 0; i < 150; ++i) {
    double square = 0.0;
    for (std::int64_t c = 0; c < 4; ++c) {
      square += static_cast<double>(x(i, c)) * x(i, c);
    }
    ASSERT_NEAR(o(i, 0), square * x(i, 0) / 2, 1e-4);
  }
}

TEST(GatedScan, GradientsMatchCentralDifferencesWithinAndAcrossChunks) {
  const std::vector<std::int64_t> segments{0, 1, 70, 70, 75};
  Parameter q(random_tensor(75, 4, 1)), k(random_tensor(75, 4, 2)), v(random_tensor(75, 6, 3)),
      log_decay(decays(75, 2, 4));
  for (float& value : log_decay.mutable_value().values()) {
    value *= 0.1F;  // so that the second chunk still sees the first
  }
  const auto output = [&] {
    return gated_scan(q.variable(), k.variable(), v.variable(), log_decay.variable(), segments, 2);
  };
  expect_gradient_matches(q, output);
  expect_gradient_matches(k, output);
  expect_gradient_matches(v, output);
  expect_gradient_matches(log_decay, output);
}

TEST(LogSigmoid, HasItsValuesAndGradient) {
  Parameter x(Tensor{{0, 50, -50, 1}});
  expect_near(log_sigmoid(x.variable()).value(), {{-std::log(2.0F), 0, -50, -std::log1p(std::exp(-1.0F))}});
  expect_gradient_matches(x, [&] { return log_sigmoid(x.variable()); });
}

TEST(GatedScan, GivesTheSameBitsOnAnyNumberOfThreads) {
  const std::vector<std::int64_t> segments{0, 5000, 5007};
  const Parameter x(random_tensor(5007, 16, 1)), log_decay(decays(5007, 2, 4));
  expect_same_bits_on_any_threads({&x, &log_decay}, [&] {
    return gated_scan(x.variable(), x.variable(), x.variable(), log_decay.variable(), segments, 2);
  });
}

TEST(GatedScan, RefusesShapesThatDoNotFit) {
  const Tensor x(4, 6), one(4, 1), two(4, 2);
  const std::vector<std::int64_t> segments{0, 4};
  expect_throws<ArgumentError>([&] { (void)scan(x, x, x, one, segments, 2); }, "log_decay has shape [4, 1]");
  expect_throws<ArgumentError>([&] { (void)scan(x, two, x, two, segments, 2); }, "k has shape [4, 2]");
  expect_throws<ArgumentError>(
      [&] { GatedScanState(1, 2, 2).step(x.row(0), x.row(0), x.row(0), one.row(0), Tensor(1, 2).row(0)); },
      "expected 2, 2, 2, 2 and 1");
}

}  // namespace
}  // namespace weft
