// Labels carried along edges, and what a model says corrected and smoothed by them, against dense matrices.
#include "weft/layers/label_spread.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support.hpp"
#include "weft/graph/generators.hpp"

namespace weft {
namespace {

using test::expect_near;

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t kSteps = 20;

MessageBlock drawn() {
  return MessageBlock(rmat({.num_nodes = 40, .num_edges = 70, .undirected = true, .seed = 3}));
}

/// D^-1/2 A D^-1/2, element by element.
std::vector<std::vector<double>> dense(const MessageBlock& block) {
  const auto n = static_cast<std::size_t>(block.num_outputs());
  std::vector<std::vector<double>> a(n, std::vector<double>(n, 0.0));
  for (std::size_t v = 0; v < n; ++v) {
    for (const NodeId u : block.graph().sources_of(static_cast<NodeId>(v))) {
      a[v][u] += 1.0 / std::sqrt(static_cast<double>(block.graph().in_degree(static_cast<NodeId>(v))) *
                                 static_cast<double>(block.graph().in_degree(u)));
    }
  }
  return a;
}

Tensor reference(const MessageBlock& block, const Tensor& x, double share, std::int64_t steps) {
  const auto a = dense(block);
  std::vector<std::vector<double>> y(a.size());
  for (std::size_t v = 0; v < y.size(); ++v) {
    y[v].assign(x.row(static_cast<std::int64_t>(v)).begin(), x.row(static_cast<std::int64_t>(v)).end());
  }
  const auto start = y;
  for (std::int64_t step = 0; step < steps; ++step) {
    auto next = y;
    for (std::size_t v = 0; v < y.size(); ++v) {
      for (std::size_t j = 0; j < y[v].size(); ++j) {
        double sum = 0.0;
        for (std::size_t u = 0; u < y.size(); ++u) {
          sum += a[v][u] * y[u][j];
        }
        next[v][j] = (1.0 - share) * start[v][j] + share * sum;
      }
    }
    y = next;
  }
  Tensor result(x.rows(), x.cols());
  for (std::int64_t v = 0; v < x.rows(); ++v) {
    for (std::int64_t j = 0; j < x.cols(); ++j) {
      result(v, j) = static_cast<float>(y[static_cast<std::size_t>(v)][static_cast<std::size_t>(j)]);
    }
  }
  return result;
}

/// Rows that sum to 1.
Tensor some_probabilities(std::int64_t rows, std::int64_t cols) {
  Tensor p = test::random_tensor(rows, cols, 4);
  for (std::int64_t v = 0; v < rows; ++v) {
    float sum = 0.0F;
    for (float& x : p.row(v)) {
      x = std::exp(x);
      sum += x;
    }
    for (float& x : p.row(v)) {
      x /= sum;
    }
  }
  return p;
}

const std::vector<std::int64_t> kNodes = {1, 5, 8, 30};

Tensor classes_known() {
  return {{1.0F, 0.0F, 0.0F}, {0.0F, 1.0F, 0.0F}, {0.0F, 0.0F, 1.0F}, {1.0F, 0.0F, 0.0F}};
}

TEST(Propagated, IsTheDampedSumOfPowersOfTheNormalizedAdjacency) {
  const MessageBlock block = drawn();
  const Tensor x = test::random_tensor(40, 3);
  for (const std::int64_t steps : {0, 1, 7}) {
    expect_near(propagated(block, x, 0.8F, steps), reference(block, x, 0.8, steps));
  }
  expect_near(propagated(block, x, 0.0F, 5), x);
}

TEST(Propagated, RefusesAShareThatNeverSettles) {
  EXPECT_THROW((void)propagated(drawn(), Tensor(40, 1), 1.0F, 3), ArgumentError);
}

TEST(PropagatedLabels, AreMeansOfWhatIsKnownAround) {
  const MessageBlock block = drawn();
  const Tensor targets = classes_known();
  Tensor start(40, 3), known(40, 1);
  for (std::size_t i = 0; i < kNodes.size(); ++i) {
    for (std::int64_t j = 0; j < 3; ++j) {
      start(kNodes[i], j) = targets(static_cast<std::int64_t>(i), j);
    }
    known(kNodes[i], 0) = 1.0F;
  }
  const Tensor sums = reference(block, start, 0.8, 9), weights = reference(block, known, 0.8, 9);
  Tensor expected(40, 3);
  std::int64_t num_reached = 0;
  for (std::int64_t v = 0; v < 40; ++v) {
    num_reached += weights(v, 0) > 0.0F ? 1 : 0;
    for (std::int64_t j = 0; j < 3; ++j) {
      const float mean = j == 0 ? 0.5F : 0.25F;
      expected(v, j) = weights(v, 0) > 0.0F ? sums(v, j) / weights(v, 0) : mean;
    }
  }
  // Both kinds of nodes are there.
  ASSERT_GT(num_reached, 4);
  ASSERT_LT(num_reached, 40);
  expect_near(propagated_labels(block, {kNodes, targets}, 0.8F, 9), expected, 1e-4);
}

TEST(PropagatedLabels, LeaveOutWhatOneLabelMisses) {
  // A path of three: the ends know one label each.
  const std::vector<Edge> edges = {{0, 1}, {1, 2}};
  const MessageBlock block(CsrGraph::from_edges(3, edges, {.symmetrize = true}));
  const std::vector<std::int64_t> nodes = {0, 2};
  const Tensor targets = {{1.0F, kMissing}, {kMissing, 0.0F}};
  const Tensor y = propagated_labels(block, {nodes, targets}, 0.5F, 4);
  for (std::int64_t v = 0; v < 3; ++v) {
    EXPECT_FLOAT_EQ(y(v, 0), 1.0F);
    EXPECT_FLOAT_EQ(y(v, 1), 0.0F);
  }
}

TEST(Smoothed, IsTheMeanAroundWithKnownLabelsInThePlaceOfWhatIsSaid) {
  const MessageBlock block = drawn();
  const Tensor p = some_probabilities(40, 3), targets = classes_known();
  Tensor start = p;
  for (std::size_t i = 0; i < kNodes.size(); ++i) {
    std::ranges::copy(targets.row(static_cast<std::int64_t>(i)), start.row(kNodes[i]).begin());
  }
  Tensor expected = reference(block, start, 0.8, kSteps);
  const Tensor weights = reference(block, Tensor::full(40, 1, 1.0F), 0.8, kSteps);
  for (std::int64_t v = 0; v < 40; ++v) {
    for (float& x : expected.row(v)) {
      x /= weights(v, 0);
    }
  }
  const Tensor y = smoothed(block, p, {kNodes, targets}, 0.8F);
  expect_near(y, expected);
  for (std::int64_t v = 0; v < 40; ++v) {
    EXPECT_NEAR(y(v, 0) + y(v, 1) + y(v, 2), 1.0F, 1e-5F) << v;
  }
}

TEST(Corrected, TakesOffTheErrorsAroundAtTheirMeanSize) {
  const MessageBlock block = drawn();
  const Tensor p = some_probabilities(40, 3), targets = classes_known();
  Tensor errors(40, 3);
  double mean = 0.0;
  for (std::size_t i = 0; i < kNodes.size(); ++i) {
    for (std::int64_t j = 0; j < 3; ++j) {
      errors(kNodes[i], j) = targets(static_cast<std::int64_t>(i), j) - p(kNodes[i], j);
      mean += std::abs(static_cast<double>(errors(kNodes[i], j))) / 4.0;
    }
  }
  const Tensor spread = reference(block, errors, 0.5, kSteps);
  Tensor expected = p;
  for (std::int64_t v = 0; v < 40; ++v) {
    double size = 0.0;
    for (const float x : spread.row(v)) {
      size += std::abs(static_cast<double>(x));
    }
    const double scale = mean > 1000.0 * size ? 1.0 : mean / size;
    for (std::int64_t j = 0; j < 3; ++j) {
      expected(v, j) = std::clamp(p(v, j) + static_cast<float>(scale) * spread(v, j), 0.0F, 1.0F);
    }
  }
  expect_near(corrected(block, p, {kNodes, targets}, 0.5F), expected, 1e-4);
}

TEST(SpreadScores, DoesNothingCorrectsAndSmoothsAsItIsTold) {
  const MessageBlock block = drawn();
  const Tensor p = some_probabilities(40, 3), targets = classes_known();
  const LabeledNodes known{kNodes, targets};
  EXPECT_TRUE(test::same_bits(spread_scores(block, p, known, {}), p));
  EXPECT_TRUE(test::same_bits(spread_scores(block, p, known, {SpreadKind::smooth, 0.5F, 0.0F}),
                              smoothed(block, p, known, 0.5F)));
  EXPECT_TRUE(test::same_bits(spread_scores(block, p, known, {SpreadKind::correct, 0.5F, 0.95F}),
                              smoothed(block, corrected(block, p, known, 0.95F), known, 0.5F)));
}

TEST(SpreadScores, HaveTheSameBitsOnAnyThreads) {
  const MessageBlock block(rmat({.num_nodes = 3000, .num_edges = 9000, .undirected = true, .seed = 3}));
  const Tensor p = some_probabilities(3000, 3), targets = classes_known();
  test::expect_same_bits_on_any_threads([&] {
    return std::vector<Tensor>{spread_scores(block, p, {kNodes, targets}, {SpreadKind::correct, 0.8F, 0.5F}),
                               propagated_labels(block, {kNodes, targets}, 0.9F, 30)};
  });
}

TEST(SpreadScores, RefusesNodesAndColumnsThatAreNotThere) {
  const MessageBlock block = drawn();
  const std::vector<std::int64_t> wrong = {1, 5, 8, 40};
  const Tensor p = some_probabilities(40, 3), targets = classes_known();
  EXPECT_THROW((void)smoothed(block, p, {wrong, targets}, 0.5F), ArgumentError);
  EXPECT_THROW((void)corrected(block, some_probabilities(40, 2), {kNodes, targets}, 0.5F), ArgumentError);
}

TEST(LogitsOfProbabilities, AreWhatSoftmaxAndTheLogisticFunctionUndo) {
  const Tensor p = {{0.25F, 0.75F}, {0.0F, 1.0F}};
  expect_near(logits_of_probabilities(p, true), {{std::log(0.25F), std::log(0.75F)}, {std::log(1e-12F), 0.0F}});
  expect_near(logits_of_probabilities(p, false),
              {{-std::log(3.0F), std::log(3.0F)}, {std::log(1e-12F), -std::log(1e-12F)}}, 1e-4);
}

}  // namespace
}  // namespace weft
