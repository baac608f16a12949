// The likelihood of edges under kernel attention: against its definition.
#include "weft/layers/kernels/edge_likelihood.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::random_tensor;

/// Features are positive numbers, none near 0.
Tensor positive(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  Tensor x = random_tensor(rows, cols, seed);
  for (float& value : x.values()) {
    value = 0.2F + std::abs(value);
  }
  return x;
}

double likelihood(const Tensor& q, const Tensor& k, const MessageBlock& block, std::int64_t heads) {
  return edge_log_likelihood(Variable::constant(q), Variable::constant(k), block, heads).value()(0, 0);
}

/// Two graphs: a directed triangle with a tail that nobody reads back, and a pair; loops are only at node 0.
MessageBlock two_graphs() {
  const CsrGraph graphs[] = {
      CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}, {2, 0}, {3, 0}, {0, 0}}),
      CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}, {1, 0}}),
  };
  return batch_of(graphs);
}

TEST(EdgeLogLikelihood, OfAlikeNodesIsThatOfOneNodeInAll) {
  // Every weight is 1/4. Nodes 0 and 1 read two nodes each, 2 and 3 one: the mean over 6 edges of log(1/4) / degree.
  const MessageBlock block(CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 0}}));
  const Tensor one = Tensor::full(4, 6, 1.0F);
  EXPECT_NEAR(likelihood(one, one, block, 2), 4 * std::log(0.25) / 6, 1e-6);
}

TEST(EdgeLogLikelihood, IsZeroWhereEveryNodeReadsItselfOnlyAndWithoutNodes) {
  const MessageBlock block(CsrGraph::from_edges(2, {}), {0, 1, 2});
  EXPECT_NEAR(likelihood(positive(2, 4, 1), positive(2, 4, 2), block, 2), 0.0, 1e-6);
  EXPECT_EQ(likelihood(Tensor(0, 4), Tensor(0, 4), MessageBlock(), 2), 0.0);
}

TEST(EdgeLogLikelihood, EqualsItsDefinition) {
  const MessageBlock block = two_graphs();
  const Tensor q = positive(6, 10, 1), k = positive(6, 10, 2);
  double sum = 0.0;
  std::int64_t edges = 0;
  for (std::int64_t v = 0; v < 6; ++v) {
    const std::int64_t begin = v < 4 ? 0 : 4, end = v < 4 ? 4 : 6;
    std::vector<std::int64_t> read;
    for (std::int64_t u = begin; u < end; ++u) {
      if (u == v || block.graph().has_edge({static_cast<NodeId>(u), static_cast<NodeId>(v)})) {
        read.push_back(u);
      }
    }
    edges += std::ssize(read);
    for (std::int64_t h = 0; h < 2; ++h) {
      double total = 0.0;
      for (std::int64_t w = begin; w < end; ++w) {
        total += test::head_dot(q, v, k, w, h, 2);
      }
      for (const std::int64_t u : read) {
        sum += std::log(test::head_dot(q, v, k, u, h, 2) / total) / static_cast<double>(read.size());
      }
    }
  }
  EXPECT_EQ(edges, 12);
  EXPECT_NEAR(likelihood(q, k, block, 2), sum / static_cast<double>(2 * edges), 1e-6);
}

TEST(EdgeLogLikelihood, GradientsMatchCentralDifferences) {
  const MessageBlock block = two_graphs();
  Parameter q(positive(6, 10, 1)), k(positive(6, 10, 2));
  // Larger than its gradients' rounding.
  const auto output = [&] { return scale(edge_log_likelihood(q.variable(), k.variable(), block, 2), 50.0F); };
  expect_gradient_matches(q, output, 5e-3);
  expect_gradient_matches(k, output, 5e-3);
}

TEST(EdgeLogLikelihood, GivesTheSameBitsOnAnyNumberOfThreads) {
  const MessageBlock block(grid(70, 60));
  const Parameter q(positive(4200, 16, 1)), k(positive(4200, 16, 2));
  expect_same_bits_on_any_threads({&q, &k}, [&] { return edge_log_likelihood(q.variable(), k.variable(), block, 2); });
}

TEST(EdgeLogLikelihood, RefusesShapesThatDoNotFit) {
  const MessageBlock block = two_graphs();
  expect_throws<ArgumentError>([&] { (void)likelihood(Tensor(6, 5), Tensor(6, 5), block, 2); }, "heads = 2");
  expect_throws<ArgumentError>([&] { (void)likelihood(Tensor(5, 4), Tensor(5, 4), block, 2); }, "expected 5 of both");
}

}  // namespace
}  // namespace weft
