// The sums of GIN and GINE.
#include "weft/layers/kernels/gin_aggregation.hpp"

#include <functional>
#include <memory>
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

TEST(AggregateGin, AddsTheNodeWeighedAndItsSources) {
  const Tensor y =
      aggregate_gin(MessageBlock(three_edges()), constant({{1}, {10}, {100}, {7}}), constant({{0.5F}})).value();
  expect_near(y, Tensor{{1.5F}, {15 + 101}, {150 + 10}, {10.5F}});
}

TEST(AggregateGine, AddsPositiveSumsOfSourceAndEdge) {
  const MessageBlock block(three_edges());
  const Tensor x{{1}, {10}, {100}, {7}};
  expect_near(aggregate_gine(block, constant(x), constant({{2}, {-500}, {-4}}), constant({{0}})).value(),
              Tensor{{1}, {10 + 3}, {100 + 6}, {7}});
  // One row for all edges.
  expect_near(aggregate_gine(block, constant(x), constant({{-5}}), constant({{0}})).value(),
              Tensor{{1}, {10 + 95}, {100 + 5}, {7}});
}

TEST(AggregateGine, LetsEdgesShareRows) {
  const MessageBlock block(three_edges());
  const Tensor x{{1}, {10}, {100}, {7}};
  const RowIndex row_of_edge = std::make_shared<const std::vector<std::int64_t>>(std::vector<std::int64_t>{1, 0, 1});
  // The edges' own rows would be 2, -500, 2.
  expect_near(aggregate_gine(block, constant(x), constant({{-500}, {2}}), constant({{0}}), row_of_edge).value(),
              Tensor{{1}, {10 + 3}, {100 + 12}, {7}});
}

TEST(GinAggregation, HasTheGradientOfDifferences) {
  for (const MessageBlock& block : {MessageBlock(three_edges()), sampled_block()}) {
    const std::int64_t n = block.num_inputs(), m = block.num_edges();
    // 11 columns: a whole vector and a part.
    Parameter x(random_tensor(n, 11, 1)), e(random_tensor(m, 11, 4)), shared(random_tensor(1, 11, 5)),
        epsilon(random_tensor(1, 1, 6)), two(random_tensor(2, 11, 7));
    const RowIndex row_of_edge = std::make_shared<const std::vector<std::int64_t>>(std::vector<std::int64_t>{1, 0, 1});
    const std::pair<std::function<Variable()>, std::vector<Parameter*>> operations[] = {
        {[&] { return aggregate_gin(block, x.variable(), epsilon.variable()); }, {&x, &epsilon}},
        {[&] { return aggregate_gine(block, x.variable(), e.variable(), epsilon.variable()); }, {&x, &e, &epsilon}},
        {[&] { return aggregate_gine(block, x.variable(), shared.variable(), epsilon.variable()); },
         {&x, &shared, &epsilon}},
        {[&] { return aggregate_gine(block, x.variable(), two.variable(), epsilon.variable(), row_of_edge); },
         {&x, &two, &epsilon}},
    };
    for (const auto& [forward, parameters] : operations) {
      for (Parameter* parameter : parameters) {
        expect_gradient_matches(*parameter, forward, 5e-3);
      }
    }
  }
}

TEST(GinAggregation, RefusesOtherShapes) {
  const MessageBlock block(three_edges());
  const Variable x = constant(Tensor(4, 2)), one = constant(Tensor(1, 1));
  expect_throws<ArgumentError>([&] { (void)aggregate_gin(block, constant(Tensor(3, 2)), one); }, "expected 4 rows");
  expect_throws<ArgumentError>([&] { (void)aggregate_gin(block, x, x); }, "epsilon has shape [4, 2]");
  expect_throws<ArgumentError>([&] { (void)aggregate_gine(block, x, constant(Tensor(2, 2)), one); },
                               "e has shape [2, 2]");
  const auto with_rows = [&](const std::vector<std::int64_t>& row_of_edge) {
    (void)aggregate_gine(block, x, x, one, std::make_shared<const std::vector<std::int64_t>>(row_of_edge));
  };
  expect_throws<ArgumentError>([&] { with_rows({0, 1}); }, "row_of_edge has 2 entries, expected 3");
  expect_throws<ArgumentError>([&] { with_rows({0, 1, 4}); }, "row_of_edge leaves the 4 rows of e");
}

}  // namespace
}  // namespace weft
