// Two linear maps as one operation against one after the other.
#include <vector>

#include "tests/support.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/perceptron.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::random_tensor;

struct Maps {
  Maps(std::int64_t rows, std::int64_t in, std::int64_t hidden, std::int64_t out)
      : x(random_tensor(rows, in, 1)),
        w1(random_tensor(in, hidden, 2)),
        b1(random_tensor(1, hidden, 3)),
        w2(random_tensor(hidden, out, 4)),
        b2(random_tensor(1, out, 5)) {}
  [[nodiscard]] Variable fused(Activation activation) const {
    return perceptron(x.variable(), {w1.variable(), b1.variable()}, {w2.variable(), b2.variable()}, activation);
  }
  [[nodiscard]] Variable apart(Activation activation) const {
    return linear(linear(x.variable(), w1.variable(), b1.variable(), activation), w2.variable(), b2.variable());
  }
  [[nodiscard]] std::vector<const Parameter*> all() const { return {&x, &w1, &b1, &w2, &b2}; }
  Parameter x, w1, b1, w2, b2;
};

TEST(Perceptron, IsWorkedOutByHand) {
  const auto constant = [](const Tensor& value) { return Variable::constant(value); };
  // relu([1 -2] + [1 1]) = [2 0]; [2 0] times the second map is 2 * 3, plus 10.
  const Variable y = perceptron(constant(Tensor{{1, -2}}), {constant(Tensor{{1, 0}, {0, 1}}), constant(Tensor{{1, 1}})},
                                {constant(Tensor{{3}, {5}}), constant(Tensor{{10}})}, Activation::relu);
  expect_near(y.value(), Tensor{{16}});
}

TEST(Perceptron, GivesWhatTwoLinearMapsGive) {
  // Rows of no, part of, one and several panels; columns of part of and of several vectors; too wide for one pass.
  for (const auto& [rows, in, hidden, out] : std::vector<std::array<std::int64_t, 4>>{
           {0, 4, 4, 4}, {3, 5, 7, 3}, {256, 8, 16, 8}, {700, 20, 33, 9}, {40, 100, 130, 90}}) {
    const Maps maps(rows, in, hidden, out);
    for (const Activation activation :
         {Activation::none, Activation::relu, Activation::elu, Activation::sigmoid, Activation::gelu}) {
      const Variable fused = maps.fused(activation), apart = maps.apart(activation);
      expect_near(fused.value(), apart.value(), 1e-4);
      const Tensor weights = random_tensor(rows, out, 9);
      const Gradients ours = backward(fused, weights), theirs = backward(apart, weights);
      for (const Parameter* p : maps.all()) {
        ASSERT_NE(ours.of(p->variable()), nullptr);
        expect_near(*ours.of(p->variable()), *theirs.of(p->variable()), 1e-3);
      }
    }
  }
}

TEST(Perceptron, HasTheGradientOfDifferences) {
  Maps maps(6, 4, 5, 3);
  for (const Activation activation : {Activation::relu, Activation::elu}) {
    for (Parameter* p : {&maps.x, &maps.w1, &maps.b1, &maps.w2, &maps.b2}) {
      expect_gradient_matches(*p, [&] { return maps.fused(activation); });
    }
  }
}

TEST(Perceptron, IsTheSameForEveryNumberOfThreads) {
  const Maps maps(3000, 24, 40, 16);
  const auto all = maps.all();
  expect_same_bits_on_any_threads({all.begin(), all.end()}, [&] { return maps.fused(Activation::relu); });
}

TEST(Perceptron, RefusesMapsThatDoNotFit) {
  const Maps maps(2, 3, 4, 5), other(2, 3, 6, 5);
  expect_throws<ArgumentError>(
      [&] {
        (void)perceptron(maps.x.variable(), {maps.w1.variable(), maps.b1.variable()},
                         {other.w2.variable(), other.b2.variable()}, Activation::relu);
      },
      "perceptron: x is [2, 3] and the second weight [6, 5], expected 4 rows");
  expect_throws<ArgumentError>(
      [&] {
        (void)perceptron(maps.x.variable(), {maps.w1.variable(), other.b1.variable()},
                         {maps.w2.variable(), maps.b2.variable()}, Activation::relu);
      },
      "the first bias is [1, 6], expected [1, 4]");
}

}  // namespace
}  // namespace weft
