// GAT and GATv2 attention against their definitions, written as loops over all edges.
#include "weft/layers/kernels/edge_attention.hpp"

#include <functional>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/attention_reference.hpp"
#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/tensor/simd.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::random_graph;
using test::random_tensor;
using test::same_bits;

/// What the two attentions have in common: x [n, heads * d] is read; scores come from a and b.
struct Attention {
  std::string name;
  std::function<Variable(const MessageBlock&, const std::vector<Parameter>&, const EdgeAttentionOptions&)> apply;
  /// Random parameters for n nodes.
  std::function<std::vector<Parameter>(std::int64_t n, std::int64_t heads, std::int64_t d)> parameters;
  /// Score of the edge u -> v before the softmax, and the matrix that is read.
  std::function<double(const std::vector<Parameter>&, std::int64_t v, std::int64_t u, std::int64_t head, std::int64_t d,
                       float slope)>
      score;
  /// Which parameters hold a row a node, and which of them is averaged.
  std::size_t num_node_parameters, value;
};

double leaky(double x, float slope) {
  return x > 0 ? x : static_cast<double>(slope) * x;
}

std::vector<Parameter> list_of(Tensor a, Tensor b, Tensor c) {
  std::vector<Parameter> result;
  result.emplace_back(std::move(a));
  result.emplace_back(std::move(b));
  result.emplace_back(std::move(c));
  return result;
}

const Attention kGat{
    "GAT",
    [](const MessageBlock& block, const std::vector<Parameter>& p, const EdgeAttentionOptions& options) {
      return gat_attention(block, p[0].variable(), p[1].variable(), p[2].variable(), options);
    },
    [](std::int64_t n, std::int64_t heads, std::int64_t d) {
      return list_of(random_tensor(n, heads * d, 21), random_tensor(n, heads, 22), random_tensor(n, heads, 23));
    },
    [](const std::vector<Parameter>& p, std::int64_t v, std::int64_t u, std::int64_t head, std::int64_t, float slope) {
      return leaky(static_cast<double>(p[1].value()(v, head)) + p[2].value()(u, head), slope);
    },
    3,
    0};

const Attention kGatV2{
    "GATv2",
    [](const MessageBlock& block, const std::vector<Parameter>& p, const EdgeAttentionOptions& options) {
      return gatv2_attention(block, p[0].variable(), p[1].variable(), p[2].variable(), options);
    },
    [](std::int64_t n, std::int64_t heads, std::int64_t d) {
      return list_of(random_tensor(n, heads * d, 31), random_tensor(n, heads * d, 32), random_tensor(1, heads * d, 33));
    },
    [](const std::vector<Parameter>& p, std::int64_t v, std::int64_t u, std::int64_t head, std::int64_t d,
       float slope) {
      double sum = 0;
      for (std::int64_t j = head * d; j < (head + 1) * d; ++j) {
        sum += p[2].value()(0, j) * leaky(static_cast<double>(p[0].value()(v, j)) + p[1].value()(u, j), slope);
      }
      return sum;
    },
    2,
    1};

/// The definition, edge by edge in double.
Tensor slow_attention(const Attention& attention, const CsrGraph& graph, const std::vector<Parameter>& p,
                      std::int64_t heads, float slope) {
  const Tensor& x = p[attention.value].value();
  const std::int64_t d = x.cols() / heads;
  Tensor y(graph.num_nodes(), x.cols());
  for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
    for (std::int64_t head = 0; head < heads; ++head) {
      double largest = -1e300, total = 0;
      for (const NodeId u : graph.sources_of(static_cast<NodeId>(v))) {
        largest = std::max(largest, attention.score(p, v, u, head, d, slope));
      }
      std::vector<double> sum(static_cast<std::size_t>(d));
      for (const NodeId u : graph.sources_of(static_cast<NodeId>(v))) {
        const double weight = std::exp(attention.score(p, v, u, head, d, slope) - largest);
        total += weight;
        for (std::int64_t j = 0; j < d; ++j) {
          sum[static_cast<std::size_t>(j)] += weight * x(u, head * d + j);
        }
      }
      for (std::int64_t j = 0; j < d && total > 0; ++j) {
        y(v, head * d + j) = static_cast<float>(sum[static_cast<std::size_t>(j)] / total);
      }
    }
  }
  return y;
}

class EdgeAttention : public testing::TestWithParam<const Attention*> {
 protected:
  const Attention& attention = *GetParam();
};

INSTANTIATE_TEST_SUITE_P(Kinds, EdgeAttention, testing::Values(&kGat, &kGatV2),
                         [](const auto& test) { return test.param->name; });

TEST_P(EdgeAttention, EqualsTheDefinitionForAllShapesOfHeads) {
  const MessageBlock block(random_graph(90, 500, 3));
  for (const auto& [heads, d] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, 1},  {1, 3},  {1, 7},  {1, 8}, {1, 20}, {1, 64}, {1, 70}, {1, 128}, {2, 3},  {2, 4},  {3, 5}, {4, 16},
           {3, 16}, {4, 12}, {6, 24}, {8, 7}, {8, 8},  {8, 32}, {5, 2},  {9, 4},   {12, 8}, {16, 4}, {64, 1}}) {
    SCOPED_TRACE(concat(heads, " heads of ", d, " columns"));
    const auto p = attention.parameters(90, heads, d);
    expect_near(attention.apply(block, p, {.heads = heads}).value(),
                slow_attention(attention, block.graph(), p, heads, 0.2F), 2e-5);
  }
}

TEST_P(EdgeAttention, EqualsTheDefinitionForLargeScores) {
  const MessageBlock block(random_graph(90, 500, 3));
  for (const auto& [heads, d] : std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 64}, {4, 16}, {8, 8}, {2, 5}}) {
    for (const float factor : {10.0F, 39.0F, 500.0F}) {
      SCOPED_TRACE(concat(heads, " heads of ", d, " columns, scores times ", factor));
      auto p = attention.parameters(90, heads, d);
      for (float& score : p.back().mutable_value().values()) {
        score *= factor;
      }
      // A score of some hundreds has an error of 1e-5 itself.
      expect_near(attention.apply(block, p, {.heads = heads}).value(),
                  slow_attention(attention, block.graph(), p, heads, 0.2F), 5e-3);
    }
  }
}

TEST_P(EdgeAttention, HandlesRowsLongerThanItsScratch) {
  const MessageBlock block(random_graph(5000, 2000, 4));
  ASSERT_EQ(block.graph().in_degree(0), 5000);
  const auto p = attention.parameters(5000, 4, 4);
  expect_near(attention.apply(block, p, {.heads = 4}).value(), slow_attention(attention, block.graph(), p, 4, 0.2F),
              2e-5);
}

TEST_P(EdgeAttention, IsZeroWhereANodeReadsNothing) {
  const MessageBlock block(random_graph(10, 20, 5));
  ASSERT_EQ(block.graph().in_degree(9), 0);
  const auto p = attention.parameters(10, 2, 5);
  const Tensor y = attention.apply(block, p, {.heads = 2}).value();
  for (const float value : y.row(9)) {
    EXPECT_EQ(value, 0.0F);
  }
}

TEST_P(EdgeAttention, ReadsTheOnlySourceWhateverItsScore) {
  const MessageBlock block(CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}}));
  auto p = attention.parameters(2, 1, 3);
  p[1].mutable_value()(0, 0) *= 50;
  const Tensor y = attention.apply(block, p, {.heads = 1}).value();
  const Tensor& x = p[attention.value].value();
  for (std::int64_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(y(1, j), x(0, j), 1e-5);
  }
}

TEST_P(EdgeAttention, GradientsMatchCentralDifferences) {
  // A slope of 1 has no kink, so differences are exact to rounding; the slope 0.2 is checked by the next test.
  const MessageBlock block(random_graph(9, 25, 6));
  for (const auto& [heads, d] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 3}, {2, 5}, {4, 16}, {8, 8}, {1, 64}, {9, 2}, {3, 9}}) {
    for (const float dropout : {0.0F, 0.4F}) {
      SCOPED_TRACE(concat(heads, " heads of ", d, " columns, dropout ", dropout));
      auto p = attention.parameters(9, heads, d);
      for (float& value : p[2].mutable_value().values()) {
        value *= 0.5F;
      }
      const EdgeAttentionOptions options{
          .heads = heads, .negative_slope = 1.0F, .dropout = dropout, .random = Random(8)};
      for (auto& parameter : p) {
        expect_gradient_matches(
            parameter, [&] { return attention.apply(block, p, options); }, 4e-3);
      }
    }
  }
}

TEST_P(EdgeAttention, GradientsMatchCentralDifferencesOnBothSidesOfTheKink) {
  // All sums left_v + right_u keep a distance of at least 0.5 to 0, far more than the step.
  const MessageBlock block(random_graph(8, 20, 7));
  for (const auto& [heads, d] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{2, 3}, {2, 8}, {4, 16}, {8, 8}, {2, 32}, {1, 64}}) {
    SCOPED_TRACE(concat(heads, " heads of ", d, " columns"));
    auto p = attention.parameters(8, heads, d);
    const std::size_t a = attention.num_node_parameters == 3 ? 1 : 0;
    for (std::int64_t i = 0; i < p[a].value().size(); ++i) {
      p[a].mutable_value().data()[i] = (i % 3 == 0 ? 1.5F : -1.5F) + 0.3F * std::sin(static_cast<float>(i));
    }
    for (std::int64_t i = 0; i < p[a + 1].value().size(); ++i) {
      p[a + 1].mutable_value().data()[i] = 0.7F * std::sin(static_cast<float>(3 * i));
    }
    for (auto& parameter : p) {
      expect_gradient_matches(
          parameter, [&] { return attention.apply(block, p, {.heads = heads}); }, 4e-3);
    }
  }
}

TEST_P(EdgeAttention, GradientOfALongRowIsThatOfItsShortPieces) {
  // Row 0 reads 3000 nodes with equal scores: every weight is 1/3000, and so is every gradient of a value.
  const MessageBlock block(random_graph(3000, 0, 4));
  auto p = attention.parameters(3000, 1, 8);
  for (auto& parameter : p) {
    for (float& value : parameter.mutable_value().values()) {
      value = 0.25F;
    }
  }
  const Variable y = attention.apply(block, p, {.heads = 1});
  const Gradients gradients = backward(y, Tensor::full(3000, 8, 3000.0F));
  const Tensor& dx = *gradients.of(p[attention.value].variable());
  for (std::int64_t u = 0; u < 3000; u += 97) {
    EXPECT_NEAR(dx(u, 3), 1.0F, 1e-3);
  }
}

TEST_P(EdgeAttention, GraphsInOneBlockEqualEachGraphAlone) {
  const std::vector<CsrGraph> graphs{random_graph(11, 40, 1), random_graph(140, 600, 2), random_graph(5, 9, 3)};
  const MessageBlock all = batch_of(graphs);
  const auto p = attention.parameters(all.num_outputs(), 4, 8);
  const Tensor together = attention.apply(all, p, {.heads = 4}).value();
  std::int64_t first = 0;
  for (const CsrGraph& graph : graphs) {
    std::vector<std::int64_t> nodes(static_cast<std::size_t>(graph.num_nodes()));
    std::iota(nodes.begin(), nodes.end(), first);
    std::vector<Parameter> own;
    for (std::size_t i = 0; i < p.size(); ++i) {
      own.emplace_back(i < attention.num_node_parameters ? select_rows(p[i].value(), nodes) : p[i].value());
    }
    EXPECT_TRUE(
        same_bits(select_rows(together, nodes), attention.apply(MessageBlock(graph), own, {.heads = 4}).value()));
    first += graph.num_nodes();
  }
}

TEST_P(EdgeAttention, RenumberedNodesGiveRenumberedOutputs) {
  const CsrGraph graph = random_graph(50, 300, 9);
  const auto [other, order] = test::renumbered(graph, 4);
  const auto p = attention.parameters(50, 2, 12);
  std::vector<Parameter> moved;
  for (std::size_t i = 0; i < p.size(); ++i) {
    moved.emplace_back(i < attention.num_node_parameters ? select_rows(p[i].value(), order) : p[i].value());
  }
  const Tensor y = attention.apply(MessageBlock(graph), p, {.heads = 2}).value();
  expect_near(attention.apply(MessageBlock(other), moved, {.heads = 2}).value(), select_rows(y, order), 1e-5);
}

TEST_P(EdgeAttention, GivesTheSameBitsForEveryNumberOfThreads) {
  const MessageBlock block(random_graph(4000, 60000, 10));
  const auto p = attention.parameters(4000, 8, 8);
  std::vector<const Parameter*> inputs;
  for (const Parameter& parameter : p) {
    inputs.push_back(&parameter);
  }
  expect_same_bits_on_any_threads(
      inputs, [&] { return attention.apply(block, p, {.heads = 8, .dropout = 0.5F, .random = Random(3)}); });
}

TEST_P(EdgeAttention, DropoutKeepsTheShareAndTheMeanItPromises) {
  // Equal scores and states of 1: y is the sum of factor / 4000 over a row, with mean 1.
  const MessageBlock block(random_graph(4000, 0, 1));
  auto p = attention.parameters(4000, 8, 1);
  for (auto& parameter : p) {
    for (float& value : parameter.mutable_value().values()) {
      value = 1.0F;
    }
  }
  const auto output = [&](std::uint64_t seed) {
    return attention.apply(block, p, {.heads = 8, .dropout = 0.25F, .random = Random(seed)}).value();
  };
  const Tensor y = output(1), again = output(1), other = output(2);
  EXPECT_TRUE(same_bits(y, again));
  EXPECT_FALSE(same_bits(y, other));
  double mean = 0;
  for (std::int64_t head = 0; head < 8; ++head) {
    // The standard deviation of a head is sqrt(0.25 / 0.75 / 4000) = 0.009.
    EXPECT_NEAR(y(0, head), 1.0, 0.037) << "head " << head;
    mean += y(0, head) / 8;
    for (std::int64_t before = 0; before < head; ++before) {
      EXPECT_NE(y(0, head), y(0, before)) << "heads share their mask";
    }
  }
  EXPECT_NEAR(mean, 1.0, 0.013);
}

TEST_P(EdgeAttention, RefusesOptionsAndShapesThatDoNotFit) {
  const MessageBlock block(random_graph(6, 8, 1));
  const auto p = attention.parameters(6, 2, 3);
  expect_throws<ArgumentError>([&] { (void)attention.apply(block, p, {.heads = 0}); }, "heads is 0");
  expect_throws<ArgumentError>([&] { (void)attention.apply(block, p, {.heads = 65}); }, "heads is 65");
  expect_throws<ArgumentError>([&] { (void)attention.apply(block, p, {.heads = 2, .dropout = 1.0F}); }, "dropout is 1");
  expect_throws<ArgumentError>([&] { (void)attention.apply(block, p, {.heads = 4}); }, "has shape [6, 6]");
  for (std::size_t i = 0; i < 3; ++i) {
    auto wrong = attention.parameters(6, 2, 3);
    wrong[i] = Parameter(Tensor(5, wrong[i].value().cols()));
    expect_throws<ArgumentError>([&] { (void)attention.apply(block, wrong, {.heads = 2}); }, "has shape [5, ");
  }
}

TEST(WeightDropout, DrawsTheBitsOfPhiloxForEveryEdgeAndHead) {
  // One edge 3 -> 7: y is 1 / P(kept) or 0, as 16 bits of the block of counter (7, 3) say.
  std::vector<Edge> edges{{3, 7}};
  const MessageBlock block(CsrGraph::from_edges(8, edges));
  const Variable ones = Variable::constant(Tensor::full(8, 12, 1.0F));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Random random(seed);
    const Tensor y = gat_attention(block, ones, ones, ones, {.heads = 12, .dropout = 0.5F, .random = random}).value();
    for (std::int64_t h = 0; h < 12; ++h) {
      const auto words = random.block(std::uint64_t{7} << 32 | 3, static_cast<std::uint32_t>(h / 8));
      const bool kept = (words[static_cast<std::size_t>(h % 8 / 2)] >> (h % 2 * 16) & 0xFFFF) >= 0x8000;
      EXPECT_NEAR(y(7, h), kept ? 2.0F : 0.0F, 1e-6) << "seed " << seed << ", head " << h;
    }
  }
}

}  // namespace
}  // namespace weft
