// Sums, means and maxima over segments, and rows repeated for them.

#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_gradients;
using test::expect_near;
using test::expect_throws;

TEST(Segments, AreSummedAndAveragedAndEmptyOnesAreZero) {
  const std::vector<std::int64_t> segments = {0, 2, 2, 3};
  Parameter x(Tensor{{1, 2}, {3, 4}, {5, 6}});
  expect_near(segment_sum(x.variable(), segments).value(), Tensor{{4, 6}, {0, 0}, {5, 6}});
  expect_near(segment_mean(x.variable(), segments).value(), Tensor{{2, 3}, {0, 0}, {5, 6}});
  expect_gradients({&x}, [&] { return segment_sum(x.variable(), segments); });
  expect_gradients({&x}, [&] { return segment_mean(x.variable(), segments); });
  const std::vector<std::int64_t> wrong = {0, 2};
  expect_throws<ArgumentError>(
      [&] { (void)segment_sum(x.variable(), wrong); },
      "segment_sum: segments run from 0 to 2, expected to rise from 0 to the number of rows, 3");
  const std::vector<std::int64_t> falls = {0, 100'000'000, 3};
  expect_throws<ArgumentError>([&] { (void)segment_mean(x.variable(), falls); }, "segment_mean: segments run from 0");
}

const std::vector<std::int64_t> kSegments = {0, 2, 2, 5};

TEST(SegmentMax, TakesTheLargestOfEachColumnAndZeroWhereThereIsNone) {
  const Variable x = Variable::constant({{1, 5}, {3, -1}, {-4, 0}, {-2, -2}, {-3, 7}});
  expect_near(segment_max(x, kSegments).value(), {{3, 5}, {0, 0}, {-2, 7}});
}

TEST(SegmentMax, SendsItsGradientToTheFirstLargestRow) {
  Parameter x({{1, 5}, {1, -1}, {-4, 0}, {-2, -2}, {-3, 7}});
  const Gradients gradients = backward(segment_max(x.variable(), kSegments), {{10, 20}, {30, 40}, {50, 60}});
  expect_near(*gradients.of(x.variable()), {{10, 20}, {0, 0}, {0, 0}, {50, 0}, {0, 60}});
}

TEST(ExpandSegments, RepeatsARowForEveryRowOfItsSegment) {
  Parameter x({{1, 2}, {3, 4}, {5, 6}});
  expect_near(expand_segments(x.variable(), kSegments).value(), {{1, 2}, {1, 2}, {5, 6}, {5, 6}, {5, 6}});
  expect_gradient_matches(x, [&] { return expand_segments(x.variable(), kSegments); });
  expect_throws<ArgumentError>(
      [&] {
        (void)expand_segments(x.variable(), std::vector<std::int64_t>{0, 2});
      },
      "expected a row for each");
}

}  // namespace
}  // namespace weft
