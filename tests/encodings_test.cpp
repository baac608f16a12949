// Encodings of a node's place: values known by hand, batches, permutations, threads, degenerate graphs.
#include "weft/graph/encodings.hpp"

#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/laplacian_encoding.hpp"

namespace weft {
namespace {

using test::complete_graph;
using test::cycle_graph;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::graph_of;
using test::path_graph;
using test::renumbered;
using test::same_bits;

Tensor walks(const MessageBlock& block, std::int64_t steps, const RandomWalkOptions& options = {}) {
  return Tensor::from_buffer(block.num_outputs(), steps, random_walk_encoding(block, steps, options));
}

Tensor waves(const MessageBlock& block, std::int64_t k, const LaplacianOptions& options = {}) {
  return Tensor::from_buffer(block.num_outputs(), k, laplacian_encoding(block, k, options));
}

/// x^T (I - D^-1/2 A D^-1/2) x / x^T x of column j, for a graph without isolated nodes.
double eigenvalue_of(const CsrGraph& graph, const Tensor& x, std::int64_t j) {
  double above = 0.0, below = 0.0;
  for (NodeId v = 0; v < graph.num_nodes(); ++v) {
    double y = x(v, j);
    for (const NodeId u : graph.sources_of(v)) {
      y -= x(u, j) / std::sqrt(static_cast<double>(graph.in_degree(u) * graph.in_degree(v)));
    }
    above += y * x(v, j);
    below += static_cast<double>(x(v, j)) * x(v, j);
  }
  return above / below;
}

TEST(RandomWalkEncoding, OnATriangleIsTheChanceOfReturn) {
  // p(k + 1) = (1 - p(k)) / 2 on the complete graph of three.
  expect_near(walks(MessageBlock(complete_graph(3)), 4),
              Tensor{{0, 0.5F, 0.25F, 0.375F}, {0, 0.5F, 0.25F, 0.375F}, {0, 0.5F, 0.25F, 0.375F}});
}

TEST(RandomWalkEncoding, OnAPathTellsTheMiddleFromTheEnds) {
  expect_near(walks(MessageBlock(path_graph(3)), 4), Tensor{{0, 0.5F, 0, 0.5F}, {0, 1, 0, 1}, {0, 0.5F, 0, 0.5F}});
}

TEST(RandomWalkEncoding, OnARingOfFourReturnsHalfTheTimeAtEvenSteps) {
  const Tensor x = walks(MessageBlock(cycle_graph(4)), 4);
  for (std::int64_t v = 0; v < 4; ++v) {
    EXPECT_FLOAT_EQ(x(v, 0), 0.0F);
    EXPECT_FLOAT_EQ(x(v, 1), 0.5F);
    EXPECT_FLOAT_EQ(x(v, 3), 0.5F);
  }
}

TEST(RandomWalkEncoding, FollowsDirectionsAndLoopsAndIsZeroWithoutEdges) {
  // 0 -> 1 -> 2 -> 0 returns after three steps; 3 has a loop only; 4 nothing.
  const CsrGraph graph = CsrGraph::from_edges(5, std::vector<Edge>{{0, 1}, {1, 2}, {2, 0}, {3, 3}});
  const Tensor expected{{0, 0, 1, 0}, {0, 0, 1, 0}, {0, 0, 1, 0}, {1, 1, 1, 1}, {0, 0, 0, 0}};
  expect_near(walks(MessageBlock(graph), 4), expected);
  // Each estimate is a mean of signs squared here, so it is exact.
  expect_near(walks(MessageBlock(graph), 2, {.exact_nodes = 0}), Tensor{{0, 0}, {0, 0}, {0, 0}, {1, 1}, {0, 0}});
}

TEST(RandomWalkEncoding, EstimatesComeCloserWithMoreProbes) {
  const MessageBlock block(grid(12, 12));
  const std::int64_t steps = 8;
  const Tensor exact = walks(block, steps);
  const auto error = [&](std::int64_t probes) {
    const Tensor x = walks(block, steps, {.exact_nodes = 0, .num_probes = probes});
    double total = 0.0;
    for (std::int64_t i = 0; i < x.size(); ++i) {
      total += std::pow(static_cast<double>(x.data()[i] - exact.data()[i]), 2);
    }
    return std::sqrt(total / static_cast<double>(x.size()));
  };
  const double few = error(16), many = error(1600);
  EXPECT_LT(many, few / 5.0);  // a tenth is expected
  EXPECT_GT(many, few / 20.0);
  EXPECT_LT(few, 0.1);
}

TEST(RandomWalkEncoding, EstimatesOfDirectedGraphsAreUnbiased) {
  std::vector<Edge> edges;
  for (NodeId v = 0; v < 9; ++v) {
    edges.push_back({v, (v + 1) % 9});
    edges.push_back({v, (v * v + 2) % 9});
  }
  const MessageBlock block(CsrGraph::from_edges(9, edges));
  expect_near(walks(block, 7, {.exact_nodes = 0, .num_probes = 40000}), walks(block, 7), 0.02);
}

TEST(LaplacianEncoding, OfARingIsAPairOfWavesAtTheFirstFrequency) {
  const CsrGraph graph = cycle_graph(6);
  const Tensor x = waves(MessageBlock(graph), 2);
  EXPECT_NEAR(eigenvalue_of(graph, x, 0), 1.0 - std::cos(std::numbers::pi / 3), 1e-5);
  EXPECT_NEAR(eigenvalue_of(graph, x, 1), 1.0 - std::cos(std::numbers::pi / 3), 1e-5);
  // sin^2 + cos^2, scaled to sum of squares n: 2 at every node, whichever basis the solver took.
  for (std::int64_t v = 0; v < 6; ++v) {
    EXPECT_NEAR(x(v, 0) * x(v, 0) + x(v, 1) * x(v, 1), 2.0, 1e-5);
  }
}

TEST(LaplacianEncoding, OfAPathOfThreeIsKnownByHand) {
  // Eigenvalue 1: (1, 0, -1) / sqrt(2); eigenvalue 2: (1, -sqrt(2), 1) / 2; times sqrt(3), signs as promised; then
  // there are no more.
  const float a = std::sqrt(1.5F), b = std::sqrt(0.75F), c = std::sqrt(1.5F);
  expect_near(waves(MessageBlock(path_graph(3)), 4), Tensor{{a, -b, 0, 0}, {0, c, 0, 0}, {-a, -b, 0, 0}});
}

TEST(LaplacianEncoding, OfACompleteGraphHasOneEigenvalue) {
  const CsrGraph graph = complete_graph(5);
  const Tensor x = waves(MessageBlock(graph), 4);
  for (std::int64_t j = 0; j < 4; ++j) {
    EXPECT_NEAR(eigenvalue_of(graph, x, j), 1.25, 1e-5);
  }
}

TEST(LaplacianEncoding, OfAUnionIsThatOfItsPartsAndZeroForLoners) {
  const Tensor alone = waves(MessageBlock(path_graph(3)), 2);
  const CsrGraph both =
      CsrGraph::from_edges(6, std::vector<Edge>{{0, 2}, {2, 4}, {1, 1}, {3, 5}}, {.symmetrize = true});
  const Tensor x = waves(MessageBlock(both), 2);
  for (std::int64_t j = 0; j < 2; ++j) {
    for (const auto& [node, place] : {std::pair{0, 0}, {2, 1}, {4, 2}}) {
      EXPECT_NEAR(x(node, j), alone(place, j), 1e-5);
    }
    EXPECT_EQ(x(1, j), 0.0F);
  }
  EXPECT_NEAR(x(3, 0), 1.0, 1e-5);  // two nodes: (1, -1), the lower number positive
  EXPECT_NEAR(x(5, 0), -1.0, 1e-5);
  EXPECT_EQ(x(3, 1), 0.0F);
}

TEST(LaplacianEncoding, OfALargeGraphByLanczosIsThatOfTheDenseSolver) {
  // Columns of a 20 x 9 grid: simple eigenvalues.
  const CsrGraph graph = grid(20, 9);
  const Tensor dense = waves(MessageBlock(graph), 4, {.dense_nodes = 1000});
  const Tensor sparse = waves(MessageBlock(graph), 4, {.dense_nodes = 10});
  expect_near(sparse, dense, 1e-3);
  EXPECT_LT(eigenvalue_of(graph, sparse, 0), eigenvalue_of(graph, sparse, 1));
}

TEST(LaplacianEncoding, OfALongPathIsDefinedThoughItsEigenvaluesNearlyMeet) {
  const Tensor x = waves(MessageBlock(path_graph(3000)), 3);
  for (std::int64_t j = 0; j < 3; ++j) {
    double squares = 0.0;
    for (std::int64_t v = 0; v < x.rows(); ++v) {
      ASSERT_TRUE(std::isfinite(x(v, j)));
      squares += static_cast<double>(x(v, j)) * x(v, j);
    }
    EXPECT_NEAR(squares, 3000.0, 1.0);
  }
}

using Encode = std::function<Tensor(const MessageBlock&)>;

std::vector<Encode> encodings() {
  return {[](const MessageBlock& b) { return walks(b, 5); },
          [](const MessageBlock& b) { return walks(b, 5, {.exact_nodes = 3}); },
          [](const MessageBlock& b) { return waves(b, 3); },
          [](const MessageBlock& b) { return waves(b, 3, {.dense_nodes = 30}); },
          [](const MessageBlock& b) { return Tensor::from_buffer(b.num_outputs(), 1, degree_encoding(b.graph())); }};
}

TEST(Encodings, OfAGraphInABatchAreThoseOfTheGraphAlone) {
  const CsrGraph graphs[] = {grid(7, 8), CsrGraph::from_edges(1, {}), CsrGraph::from_edges(0, {}), path_graph(4)};
  const MessageBlock batch = batch_of(graphs);
  for (const Encode& encode : encodings()) {
    const Tensor together = encode(batch);
    for (std::size_t g = 0; g < 4; ++g) {
      std::vector<std::int64_t> rows(static_cast<std::size_t>(graphs[g].num_nodes()));
      std::iota(rows.begin(), rows.end(), batch.segments()[g]);
      EXPECT_TRUE(same_bits(select_rows(together, rows), encode(MessageBlock(graphs[g]))));
    }
  }
}

TEST(Encodings, HaveTheSameBitsOnAnyNumberOfThreads) {
  const MessageBlock block(grid(80, 31));
  for (const Encode& encode : encodings()) {
    expect_same_bits_on_any_threads([&] { return std::vector<Tensor>{encode(block)}; });
  }
}

TEST(Encodings, FollowAPermutationOfTheNodes) {
  // A tree without symmetries.
  const CsrGraph tree = graph_of(10, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {2, 6}, {3, 7}, {7, 8}, {3, 9}});
  const auto [other, order] = renumbered(tree, 1);
  const MessageBlock block(tree), permuted(other);
  expect_near(walks(permuted, 6), select_rows(walks(block, 6), order));
  // The sign too: the sum of cubes does not know the order.
  expect_near(waves(permuted, 3), select_rows(waves(block, 3), order), 1e-4);
}

TEST(Encodings, AreDefinedForNoNodesOneNodeAndNoEdges) {
  for (const Encode& encode : encodings()) {
    for (const std::int64_t n : {0, 1, 5}) {
      const Tensor x = encode(MessageBlock(CsrGraph::from_edges(n, {})));
      ASSERT_EQ(x.rows(), n);
      for (const float value : x.values()) {
        EXPECT_EQ(value, 0.0F);
      }
    }
  }
}

TEST(Encodings, RefuseNoColumnsAndBlocksOfSampledNeighbors) {
  expect_throws<ArgumentError>([] { (void)random_walk_encoding(MessageBlock(path_graph(3)), 0); }, "steps is 0");
  expect_throws<ArgumentError>([] { (void)laplacian_encoding(MessageBlock(path_graph(3)), 0); }, "num_vectors is 0");
  const MessageBlock sampled(CsrGraph::from_rows(2, Buffer<EdgeId>::copy_of(std::vector<EdgeId>{0, 1}),
                                                 Buffer<NodeId>::copy_of(std::vector<NodeId>{1})));
  expect_throws<ArgumentError>([&] { (void)random_walk_encoding(sampled, 2); }, "2 inputs and 1 outputs");
  expect_throws<ArgumentError>([&] { (void)laplacian_encoding(sampled, 2); }, "2 inputs and 1 outputs");
}

}  // namespace
}  // namespace weft
