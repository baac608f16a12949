// Message passing without attention: gathered sums against the slow loop, sums, means and the sum of GCN.
#include "weft/layers/kernels/aggregation.hpp"

#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "tests/graph_checks.hpp"
#include "tests/sampler_checks.hpp"
#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/feature_rows.hpp"
#include "weft/tensor/sparse_kernels.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::random_tensor;
using test::same_bits;

/// Random edges; node 0 reads from every node and the last node from none.
CsrGraph random_graph(std::int64_t n, std::int64_t m, std::uint64_t seed = 3, bool symmetrize = false) {
  const Random random(seed);
  std::vector<Edge> edges;
  for (std::int64_t u = 0; u < n - 1; ++u) {
    edges.push_back({static_cast<NodeId>(u), 0});
  }
  for (std::int64_t i = 0; i < m; ++i) {
    const auto counter = static_cast<std::uint64_t>(i);
    edges.push_back({static_cast<NodeId>(random.below(static_cast<std::uint64_t>(n), counter, 0)),
                     static_cast<NodeId>(random.below(static_cast<std::uint64_t>(n - 1), counter, 1))});
  }
  return CsrGraph::from_edges(n, edges, {.symmetrize = symmetrize});
}

/// The definition in gather_sum's header, one multiplication after the other.
Tensor slow_gather_sum(const kernels::GatherSum& rows, const Tensor& x, const Tensor* added = nullptr) {
  const auto n = static_cast<std::int64_t>(rows.offsets.size()) - 1;
  Tensor y(n, x.cols());
  for (std::int64_t v = 0; v < n; ++v) {
    for (std::int64_t j = 0; j < x.cols(); ++j) {
      double sum = rows.self_weight != nullptr ? static_cast<double>(rows.self_weight[v]) * x(v, j) : 0.0;
      for (EdgeId e = rows.offsets[static_cast<std::size_t>(v)]; e < rows.offsets[static_cast<std::size_t>(v) + 1];
           ++e) {
        const std::uint32_t u = rows.columns[static_cast<std::size_t>(e)];
        const double weight = (rows.edge_weight != nullptr ? rows.edge_weight[e] : 1.0) *
                              (rows.column_scale != nullptr ? rows.column_scale[u] : 1.0);
        sum += weight * x(u, j);
      }
      sum *= rows.row_scale != nullptr ? rows.row_scale[v] : 1.0;
      y(v, j) = static_cast<float>(sum + (added != nullptr ? (*added)(v, j) : 0.0));
    }
  }
  return y;
}

TEST(GatherSum, EqualsTheSlowLoopForEveryWidthAndEverySetOfScales) {
  const CsrGraph graph = random_graph(60, 400);
  const Tensor edge_weight = random_tensor(1, graph.num_edges(), 11);
  const Tensor row_scale = random_tensor(1, 60, 12), column_scale = random_tensor(1, 60, 13);
  const Tensor self_weight = random_tensor(1, 60, 14);
  for (const std::int64_t width : {1,  2,  3,  4,  5,  6,  7,  8,   9,   15,  16,  23,  31,  39,  40,
                                   47, 56, 63, 64, 65, 71, 72, 100, 127, 128, 129, 192, 200, 257, 496}) {
    const Tensor x = random_tensor(60, width, 5), before = random_tensor(60, width, 6);
    for (int set = 0; set < 16; ++set) {
      const kernels::GatherSum rows{.offsets = graph.offsets(),
                                    .columns = graph.sources(),
                                    .edge_weight = (set & 1) != 0 ? edge_weight.data() : nullptr,
                                    .row_scale = (set & 2) != 0 ? row_scale.data() : nullptr,
                                    .column_scale = (set & 4) != 0 ? column_scale.data() : nullptr,
                                    .self_weight = (set & 8) != 0 ? self_weight.data() : nullptr};
      SCOPED_TRACE(concat("width ", width, ", set of scales ", set));
      Tensor y = Tensor::uninitialized(60, width);
      kernels::gather_sum(rows, x.data(), width, y.data());
      expect_near(y, slow_gather_sum(rows, x), 2e-5);
      y = before;
      kernels::gather_sum(rows, x.data(), width, y.data(), true);
      expect_near(y, slow_gather_sum(rows, x, &before), 2e-5);
    }
  }
}

TEST(GatherSum, GivesTheSameBitsForEveryNumberOfThreads) {
  const CsrGraph graph = random_graph(3000, 40000);
  const Tensor x = random_tensor(3000, 50);
  expect_same_bits_on_any_threads([&] {
    Tensor y = Tensor::uninitialized(3000, 50);
    kernels::gather_sum({.offsets = graph.offsets(), .columns = graph.sources()}, x.data(), 50, y.data());
    return std::vector<Tensor>{y};
  });
}

TEST(GatherSum, AcceptsNoRowsNoColumnsAndNoEdges) {
  const std::vector<EdgeId> none{0}, two_empty_rows{0, 0, 0};
  Tensor y = Tensor::full(2, 9, 5.0F);
  const Tensor x(1, 9);
  kernels::gather_sum({.offsets = none, .columns = {}}, x.data(), 9, y.data());
  EXPECT_EQ(y(0, 0), 5.0F);
  kernels::gather_sum({.offsets = two_empty_rows, .columns = {}}, x.data(), 0, y.data());
  EXPECT_EQ(y(0, 0), 5.0F);
  kernels::gather_sum({.offsets = two_empty_rows, .columns = {}}, x.data(), 9, y.data());
  expect_near(y, Tensor(2, 9));
}

/// 0 -> 1, 0 -> 2, 1 -> 2 and the loop 2 -> 2: rows {}, {0}, {0, 1, 2}.
MessageBlock small_block() {
  const std::vector<Edge> edges{{0, 1}, {0, 2}, {1, 2}, {2, 2}};
  return MessageBlock(CsrGraph::from_edges(3, edges));
}

TEST(Aggregation, SumAddsTheStatesOfSources) {
  const Variable x = Variable::constant({{1, 10}, {2, 20}, {4, 40}});
  expect_near(aggregate_sum(small_block(), x).value(), {{0, 0}, {1, 10}, {7, 70}});
}

TEST(Aggregation, MeanDividesByTheNumberOfSourcesAndIsZeroWithoutAny) {
  const Variable x = Variable::constant({{1, 10}, {2, 20}, {6, 60}});
  expect_near(aggregate_mean(small_block(), x).value(), {{0, 0}, {1, 10}, {3, 30}});
}

TEST(Aggregation, GcnCountsALoopThatTheGraphHasOnce) {
  // Degrees into 0, 1, 2, loops included: 1, 2, 3. Row 1 reads itself and 0; row 2 reads 0, 1 and itself.
  const Variable x = Variable::constant({{1}, {2}, {3}});
  const float s1 = 1 / std::sqrt(2.0F), s2 = 1 / std::sqrt(3.0F);
  expect_near(aggregate_gcn(GcnNorm(small_block()), x).value(),
              {{1}, {s1 * 1 + s1 * s1 * 2}, {s2 * 1 + s2 * s1 * 2 + s2 * s2 * 3}});
}

TEST(Aggregation, GcnCountsSeveralLoopsOfANodeAsOne) {
  const MessageBlock one(test::rows_of(2, {0, 1, 3}, {1, 0, 1}));
  const MessageBlock three(test::rows_of(2, {0, 1, 5}, {1, 0, 1, 1, 1}));
  const Variable x = Variable::constant({{1, 4}, {2, -3}});
  expect_near(aggregate_gcn(GcnNorm(three), x).value(), aggregate_gcn(GcnNorm(one), x).value());
}

TEST(Aggregation, GcnKeepsTheConstantVectorOfARegularGraph) {
  const std::vector<Edge> ring{{0, 1}, {1, 2}, {2, 3}, {3, 0}};
  const MessageBlock block(CsrGraph::from_edges(4, ring, {.symmetrize = true}));
  expect_near(aggregate_gcn(GcnNorm(block), Variable::constant(Tensor::full(4, 3, 2.0F))).value(),
              Tensor::full(4, 3, 2.0F));
}

TEST(Aggregation, ReadsAllInputsOfABlockWithMoreInputsThanOutputs) {
  const std::vector<EdgeId> offsets{0, 2};
  const std::vector<NodeId> sources{1, 2};
  const MessageBlock block(CsrGraph::from_rows(3, Buffer<EdgeId>::copy_of(offsets), Buffer<NodeId>::copy_of(sources)));
  Parameter x(Tensor{{1}, {2}, {4}});
  expect_near(aggregate_mean(block, x.variable()).value(), {{3}});
  const Gradients gradients = backward(aggregate_mean(block, x.variable()), {{2}});
  expect_near(*gradients.of(x.variable()), {{0}, {1}, {1}});
}

TEST(Aggregation, GradientsMatchCentralDifferencesOnADirectedGraph) {
  const MessageBlock block(random_graph(12, 40));
  const GcnNorm norm(block);
  for (const std::int64_t width : {3, 10}) {
    Parameter x(random_tensor(12, width));
    expect_gradient_matches(x, [&] { return aggregate_sum(block, x.variable()); });
    expect_gradient_matches(x, [&] { return aggregate_mean(block, x.variable()); });
    expect_gradient_matches(x, [&] { return aggregate_gcn(norm, x.variable()); });
  }
}

TEST(Aggregation, GraphsInOneBlockEqualEachGraphAlone) {
  const std::vector<CsrGraph> graphs{random_graph(7, 20, 1), random_graph(15, 40, 2)};
  const MessageBlock both = batch_of(graphs);
  const Tensor x = random_tensor(22, 9);
  const Tensor mean = aggregate_mean(both, Variable::constant(x)).value();
  const Tensor gcn = aggregate_gcn(GcnNorm(both), Variable::constant(x)).value();
  std::int64_t first = 0;
  for (const CsrGraph& graph : graphs) {
    std::vector<std::int64_t> nodes(static_cast<std::size_t>(graph.num_nodes()));
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      nodes[i] = first + static_cast<std::int64_t>(i);
    }
    const MessageBlock alone(graph);
    const Variable own = Variable::constant(select_rows(x, nodes));
    EXPECT_TRUE(same_bits(select_rows(mean, nodes), aggregate_mean(alone, own).value()));
    EXPECT_TRUE(same_bits(select_rows(gcn, nodes), aggregate_gcn(GcnNorm(alone), own).value()));
    first += graph.num_nodes();
  }
}

TEST(Aggregation, GradientsHaveTheSameBitsForEveryNumberOfThreads) {
  const MessageBlock block(random_graph(2000, 30000));
  const GcnNorm norm(block);
  const Parameter x(random_tensor(2000, 40));
  expect_same_bits_on_any_threads({&x}, [&] { return aggregate_gcn(norm, aggregate_mean(block, x.variable())); });
}

TEST(Aggregation, RefusesStatesThatDoNotFitTheBlock) {
  const Variable x = Variable::constant(Tensor(2, 4));
  expect_throws<ArgumentError>([&] { (void)aggregate_sum(small_block(), x); }, "x has shape [2, 4], expected 3 rows");
  expect_throws<ArgumentError>([&] { (void)aggregate_mean(small_block(), x); }, "aggregate_mean");
  expect_throws<ArgumentError>([&] { (void)aggregate_gcn(GcnNorm(small_block()), x); }, "aggregate_gcn");
  const std::vector<EdgeId> offsets{0, 1};
  const std::vector<NodeId> sources{1};
  const MessageBlock wide(CsrGraph::from_rows(2, Buffer<EdgeId>::copy_of(offsets), Buffer<NodeId>::copy_of(sources)));
  expect_throws<ArgumentError>([&] { (void)GcnNorm(wide); }, "2 inputs and 1 outputs");
}

TEST(AggregateGcn, CountsANodesOwnStateOnceOnASampleWhetherItsLoopIsDrawnOrNot) {
  // In the graph node 0 reads itself, 1, 2 and 3: its degree is 4, as is said of all others.
  const Tensor x{{10.0F}, {20.0F}, {30.0F}};
  const auto drawn = [](std::vector<Edge> edges, float row_weight) {
    BlockOrigin origin;
    origin.row_weights = Buffer<float>(1, row_weight);
    origin.degrees = Buffer<float>(3, 4.0F);
    Buffer<EdgeId> offsets(2);
    offsets[0] = 0;
    offsets[1] = static_cast<EdgeId>(edges.size());
    Buffer<NodeId> sources(edges.size());
    std::ranges::transform(edges, sources.begin(), &Edge::source);
    return MessageBlock(CsrGraph::from_rows(3, std::move(offsets), std::move(sources)), std::move(origin));
  };
  // The loop and one other of 4: (10 + 2 * 20) / 4. Two others: (10 + 2 * 20 + 2 * 30) / 4.
  const MessageBlock with_loop = drawn({{0, 0}, {1, 0}}, 2.0F), without = drawn({{1, 0}, {2, 0}}, 2.0F);
  expect_near(aggregate_gcn(GcnNorm(with_loop), Variable::constant(x)).value(), Tensor{{12.5F}});
  expect_near(aggregate_gcn(GcnNorm(without), Variable::constant(x)).value(), Tensor{{27.5F}});
  Parameter input(x);
  for (const MessageBlock* block : {&with_loop, &without}) {
    expect_gradient_matches(input, [&] { return aggregate_gcn(GcnNorm(*block), input.variable()); });
  }
}

TEST(AggregateGcn, IsUnbiasedOnSamplesOfARowWithALoop) {
  // Node 0 reads itself and 1, 2, 3; two of the four edges are drawn. The mean over all six draws is the whole row.
  const Tensor x{{1.0F}, {2.0F}, {4.0F}, {8.0F}};
  double mean = 0.0;
  for (NodeId a = 0; a < 4; ++a) {
    for (NodeId b = a + 1; b < 4; ++b) {
      Buffer<EdgeId> offsets(2);
      offsets[0] = 0;
      offsets[1] = 2;
      Buffer<NodeId> sources(2);
      sources[0] = a;
      sources[1] = b;
      BlockOrigin origin;
      origin.row_weights = Buffer<float>(1, 2.0F);
      origin.degrees = Buffer<float>(4, 4.0F);
      const MessageBlock block(CsrGraph::from_rows(4, std::move(offsets), std::move(sources)), std::move(origin));
      mean += aggregate_gcn(GcnNorm(block), Variable::constant(x)).value()(0, 0) / 6.0;
    }
  }
  EXPECT_NEAR(mean, (1.0 + 2.0 + 4.0 + 8.0) / 4.0, 1e-6);
}

TEST(GcnNorm, UsesTheDegreesOfTheGraphThatABlockWasDrawnFrom) {
  // Degrees 4, 9, 16, 25; row 0 reads 1 with weight 2: y = 1/2 (1/2 x_0 + 2 * 1/3 x_1).
  const CsrGraph rows = CsrGraph::from_rows(4, Buffer<EdgeId>::copy_of(std::vector<EdgeId>{0, 1}),
                                            Buffer<NodeId>::copy_of(std::vector<NodeId>{1}));
  const auto numbers = [](const std::vector<float>& values) { return Buffer<float>::copy_of(values); };
  const MessageBlock block(rows, BlockOrigin{.row_weights = numbers({2}), .degrees = numbers({4, 9, 16, 25})});
  Parameter x(Tensor{{6}, {12}, {1}, {1}});
  const auto y = [&] { return aggregate_gcn(GcnNorm(block), x.variable()); };
  expect_near(y().value(), Tensor{{0.5F * (3.0F + 8.0F)}});
  expect_gradient_matches(x, y);
}

}  // namespace
}  // namespace weft
