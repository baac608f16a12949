// Sequences projected by weights of positions, and the attention that reads them.
#include "weft/layers/kernels/position_projection.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::random_tensor;

using Segments = std::vector<std::int64_t>;

TEST(ProjectPositions, WeighsTheRowsOfEachSegmentByTheirPositions) {
  const Variable x = Variable::constant(Tensor{{1, 10}, {2, 20}, {3, 30}, {4, 40}});
  const Variable weights = Variable::constant(Tensor{{1, 0}, {0, 1}, {-1, 2}, {7, 7}});
  // Rows 0 .. 2, none, row 3.
  expect_near(project_positions(x, weights, Segments{0, 3, 3, 4}).value(),
              {{-2, -20}, {8, 80}, {0, 0}, {0, 0}, {4, 40}, {0, 0}});
}

TEST(ProjectPositions, EqualsTheSumWrittenOutAlsoForSegmentsOfManyParts) {
  const Segments segments{0, 5000, 5003};
  const Tensor x = random_tensor(5003, 16, 1), weights = random_tensor(6000, 8, 2);
  Tensor expected(16, 16);
  for (std::int64_t g = 0; g < 2; ++g) {
    for (std::int64_t l = 0; l < 8; ++l) {
      for (std::int64_t c = 0; c < 16; ++c) {
        double sum = 0.0;
        for (std::int64_t i = segments[static_cast<std::size_t>(g)]; i < segments[static_cast<std::size_t>(g) + 1];
             ++i) {
          sum += static_cast<double>(weights(i - segments[static_cast<std::size_t>(g)], l)) * x(i, c);
        }
        expected(g * 8 + l, c) = static_cast<float>(sum);
      }
    }
  }
  expect_near(project_positions(Variable::constant(x), Variable::constant(weights), segments).value(), expected, 1e-4);
}

TEST(ProjectPositions, GradientsMatchCentralDifferences) {
  Parameter x(random_tensor(11, 3, 1)), weights(random_tensor(8, 4, 2));
  const auto output = [&] { return project_positions(x.variable(), weights.variable(), Segments{0, 1, 1, 8, 11}); };
  expect_gradient_matches(x, output);
  expect_gradient_matches(weights, output);
}

TEST(ProjectPositions, GivesTheSameBitsOnAnyNumberOfThreads) {
  const Parameter x(random_tensor(9000, 16, 1)), weights(random_tensor(5000, 8, 2));
  expect_same_bits_on_any_threads({&x, &weights}, [&] {
    return project_positions(x.variable(), weights.variable(), Segments{0, 5000, 9000});
  });
}

TEST(ProjectPositions, RefusesSegmentsLongerThanItHasWeights) {
  const Variable x = Variable::constant(Tensor(9, 2)), weights = Variable::constant(Tensor(4, 3));
  expect_throws<ArgumentError>(
      [&] {
        (void)project_positions(x, weights, Segments{0, 4, 9});
      },
      "graph 1 has 5 nodes, expected at most 4");
}

}  // namespace
}  // namespace weft
