// Weights of edges in blocks drawn from a larger graph: what kernels compute on a sample stands for the whole graph.
#include "weft/layers/kernels/block_weights.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/layers/kernels/aggregation.hpp"
#include "weft/layers/kernels/dot_attention.hpp"
#include "weft/layers/kernels/edge_attention.hpp"
#include "weft/layers/kernels/gated_aggregation.hpp"
#include "weft/layers/kernels/gin_aggregation.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::random_tensor;
using test::same_bits;

constexpr std::int64_t kWidth = 4;

/// Everything that reads edges, as a function of a block and the states x [inputs, 4] of its inputs.
struct Operation {
  std::string name;
  std::function<Variable(const MessageBlock&, const Variable& x)> run;
};

Variable outputs_of(const MessageBlock& block, const Variable& x) {
  Tensor rows = Tensor::uninitialized(block.num_outputs(), x.cols());
  std::copy_n(x.value().data(), rows.size(), rows.data());
  return Variable::constant(std::move(rows));
}

Variable scores(const Tensor& x, std::int64_t rows, std::int64_t heads) {
  Tensor result(rows, heads);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t h = 0; h < heads; ++h) {
      result(i, h) = 0.3F * x(i, h) - 0.2F * x(i, (h + 1) % x.cols());
    }
  }
  return Variable::constant(std::move(result));
}

std::vector<Operation> operations() {
  const Variable epsilon = Variable::constant(Tensor::full(1, 1, 0.25F));
  const Variable shared = Variable::constant(Tensor::full(1, kWidth, 0.1F));
  std::vector<Operation> list = {
      {"sum", [](const auto& block, const auto& x) { return aggregate_sum(block, x); }},
      {"mean", [](const auto& block, const auto& x) { return aggregate_mean(block, x); }},
      {"gin", [=](const auto& block, const auto& x) { return aggregate_gin(block, x, epsilon); }},
      {"gine", [=](const auto& block, const auto& x) { return aggregate_gine(block, x, shared, epsilon); }},
      {"gated", [](const auto& block, const auto& x) { return gated_mean(block, outputs_of(block, x), x, x); }},
      {"gatv2",
       [](const auto& block, const auto& x) {
         return gatv2_attention(block, outputs_of(block, x), x, Variable::constant(Tensor::full(1, kWidth, 0.7F)),
                                {.heads = 2});
       }},
      {"dot",
       [](const auto& block, const auto& x) { return dot_attention(block, outputs_of(block, x), x, x, {.heads = 2}); }},
  };
  // Heads that take the way of known numbers of heads, and the general one.
  for (const std::int64_t heads : {1, 2, 4}) {
    list.push_back({"gat of " + std::to_string(heads) + " heads", [heads](const auto& block, const auto& x) {
                      return gat_attention(block, x, scores(x.value(), block.num_outputs(), heads),
                                           scores(x.value(), block.num_inputs(), heads), {.heads = heads});
                    }});
  }
  return list;
}

/// Node 0 reads 1, 2 and 3, node 1 reads 3; four inputs of two outputs.
CsrGraph small_rows() {
  Buffer<EdgeId> offsets = Buffer<EdgeId>::copy_of(std::vector<EdgeId>{0, 3, 4});
  return CsrGraph::from_rows(4, std::move(offsets), Buffer<NodeId>::copy_of(std::vector<NodeId>{1, 2, 3, 3}));
}

Buffer<float> numbers(std::initializer_list<float> values) {
  return Buffer<float>::copy_of(std::vector<float>(values));
}

TEST(BlockWeights, OfOneGiveTheSameBitsAsNone) {
  const Variable x = Variable::constant(random_tensor(4, kWidth));
  const MessageBlock plain(small_rows());
  const MessageBlock ones(small_rows(), BlockOrigin{.weights = numbers({1, 1, 1, 1}), .row_weights = numbers({1, 1})});
  for (const Operation& operation : operations()) {
    EXPECT_TRUE(same_bits(operation.run(plain, x).value(), operation.run(ones, x).value())) << operation.name;
  }
}

TEST(BlockWeights, OfTwoCountAnEdgeTwice) {
  // Inputs 1 and 2 have the same state, so reading both is reading one of them twice.
  Tensor states = random_tensor(4, kWidth);
  std::ranges::copy(states.row(1), states.row(2).begin());
  const Variable x = Variable::constant(states);
  const MessageBlock both(small_rows());
  const CsrGraph one = CsrGraph::from_rows(4, Buffer<EdgeId>::copy_of(std::vector<EdgeId>{0, 2, 3}),
                                           Buffer<NodeId>::copy_of(std::vector<NodeId>{1, 3, 3}));
  const MessageBlock weighted(one, BlockOrigin{.weights = numbers({2, 1, 1})});
  for (const Operation& operation : operations()) {
    SCOPED_TRACE(operation.name);
    expect_near(operation.run(weighted, x).value(), operation.run(both, x).value());
  }
}

TEST(BlockWeights, OfRowsScaleSumsAndLeaveMeansAlone) {
  const Variable x = Variable::constant(random_tensor(4, kWidth));
  const MessageBlock plain(small_rows());
  const MessageBlock tripled(small_rows(), BlockOrigin{.row_weights = numbers({3, 1})});
  const Tensor once = aggregate_sum(plain, x).value(), thrice = aggregate_sum(tripled, x).value();
  for (std::int64_t j = 0; j < kWidth; ++j) {
    EXPECT_FLOAT_EQ(thrice(0, j), 3.0F * once(0, j));
    EXPECT_FLOAT_EQ(thrice(1, j), once(1, j));
  }
  EXPECT_TRUE(same_bits(aggregate_mean(plain, x).value(), aggregate_mean(tripled, x).value()));
}

TEST(BlockWeights, HaveTheGradientsOfCentralDifferences) {
  const MessageBlock block(small_rows(),
                           BlockOrigin{.weights = numbers({0.5, 2, 1, 3}), .row_weights = numbers({2, 1.5})});
  for (const Operation& operation : operations()) {
    SCOPED_TRACE(operation.name);
    if (operation.name.starts_with("gat") || operation.name == "dot") {
      continue;  // the scores above are constants of x: tested below by inputs of their own
    }
    Parameter x(random_tensor(4, kWidth, 3));
    expect_gradient_matches(x, [&] { return operation.run(block, x.variable()); });
  }
}

TEST(BlockWeights, MoveTheScoresOfAttentionAndTheirGradients) {
  const MessageBlock block(small_rows(), BlockOrigin{.weights = numbers({0.5, 2, 1, 3})});
  for (const std::int64_t heads : {1, 2, 4}) {
    SCOPED_TRACE(heads);
    Parameter h(random_tensor(4, kWidth, 3)), left(random_tensor(2, heads, 4)), right(random_tensor(4, heads, 5));
    const auto gat = [&] {
      return gat_attention(block, h.variable(), left.variable(), right.variable(), {.heads = heads});
    };
    expect_gradient_matches(h, gat);
    expect_gradient_matches(left, gat);
    expect_gradient_matches(right, gat);
    Parameter own(random_tensor(2, kWidth, 6)), a(random_tensor(1, kWidth, 7));
    const auto gatv2 = [&] {
      return gatv2_attention(block, own.variable(), h.variable(), a.variable(), {.heads = heads});
    };
    expect_gradient_matches(own, gatv2);
    expect_gradient_matches(h, gatv2);
    expect_gradient_matches(a, gatv2);
    Parameter key(random_tensor(4, kWidth, 8));
    const auto dot = [&] {
      return dot_attention(block, own.variable(), key.variable(), h.variable(), {.heads = heads});
    };
    expect_gradient_matches(own, dot);
    expect_gradient_matches(key, dot);
    expect_gradient_matches(h, dot);
  }
}

TEST(BlockWeights, OfALoopThatIsAddedAreOne) {
  const MessageBlock block(small_rows(), BlockOrigin{.weights = numbers({5, 6, 7, 8}), .row_weights = numbers({2, 1})});
  const MessageBlock& looped = block.with_self_loops();
  EXPECT_EQ(test::list(looped.sources()), (std::vector<NodeId>{0, 1, 2, 3, 1, 3}));
  EXPECT_EQ(test::list(looped.weights()), (std::vector<float>{1, 10, 12, 14, 1, 8}));
}

}  // namespace
}  // namespace weft
