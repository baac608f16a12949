// The gated mean of GatedGCN, and the scores that gate it.
#include "weft/layers/kernels/gated_aggregation.hpp"

#include <functional>
#include <utility>
#include <vector>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"

namespace weft {
namespace {

using test::constant;
using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::random_tensor;
using test::sampled_block;
using test::three_edges;

TEST(GatedMean, WeighsEachColumnByItsGate) {
  const float big = 40.0F;
  // Column 0: the gate of 0 -> 1 is open, that of 2 -> 1 shut; column 1 the other way round.
  const Tensor right{{big, -big}, {0, 0}, {-big, big}, {0, 0}}, left(4, 2);
  const Tensor value{{1, 2}, {5, 6}, {3, 4}, {7, 8}};
  const Tensor y = gated_mean(MessageBlock(three_edges()), constant(left), constant(right), constant(value)).value();
  expect_near(y, Tensor{{0, 0}, {1, 4}, {5, 6}, {0, 0}});
}

TEST(GatedMean, IsTheMeanWhereGatesAreEqual) {
  const Tensor y =
      gated_mean(MessageBlock(three_edges()), constant(Tensor(3, 1)), constant({{1}, {5}, {3}, {7}})).value();
  expect_near(y, Tensor{{0}, {2}, {5}, {0}});
}

TEST(EdgeScores, AddBothEndsAndTheEdge) {
  const Tensor s = edge_scores(MessageBlock(three_edges()), constant({{1000}, {2000}, {3000}, {0}}),
                               constant({{10}, {20}, {30}, {0}}), constant({{1}, {2}, {3}}))
                       .value();
  expect_near(s, Tensor{{2011}, {2032}, {3023}});
}

TEST(GatedAggregation, HasTheGradientOfDifferences) {
  for (const MessageBlock& block : {MessageBlock(three_edges()), sampled_block()}) {
    const std::int64_t n = block.num_inputs(), outputs = block.num_outputs(), m = block.num_edges();
    // 11 columns: a whole vector and a part.
    Parameter x(random_tensor(n, 11, 1)), right(random_tensor(n, 11, 2)), left(random_tensor(outputs, 11, 3)),
        e(random_tensor(m, 11, 4));
    const std::pair<std::function<Variable()>, std::vector<Parameter*>> operations[] = {
        {[&] { return gated_mean(block, left.variable(), right.variable(), x.variable()); }, {&left, &right, &x}},
        {[&] { return gated_mean(block, e.variable(), x.variable()); }, {&e, &x}},
        {[&] { return edge_scores(block, left.variable(), right.variable(), e.variable()); }, {&left, &right, &e}},
    };
    for (const auto& [forward, parameters] : operations) {
      for (Parameter* parameter : parameters) {
        expect_gradient_matches(*parameter, forward, 5e-3);
      }
    }
  }
}

TEST(GatedAggregation, RefusesOtherShapes) {
  const MessageBlock block(three_edges());
  const Variable x = constant(Tensor(4, 2));
  expect_throws<ArgumentError>([&] { (void)gated_mean(block, constant(Tensor(3, 3)), x); }, "score has shape [3, 3]");
  expect_throws<ArgumentError>([&] { (void)edge_scores(block, x, constant(Tensor(4, 1)), constant(Tensor(3, 2))); },
                               "right has shape [4, 1]");
}

}  // namespace
}  // namespace weft
