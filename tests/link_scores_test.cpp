// Scores of links: products of the states of both ends.
#include "weft/layers/kernels/link_scores.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "weft/core/parallel.hpp"
#include "weft/tasks/link_task.hpp"

namespace weft {
namespace {

using test::drawn_graph;
using test::expect_throws;

TEST(LinkScores, AreProductsOfTheStatesOfBothEnds) {
  const Tensor z{{1, 2}, {3, 4}, {-1, 0.5}};
  EXPECT_EQ(link_scores(z, std::vector<Edge>{{0, 1}, {2, 0}, {1, 1}}), (std::vector<float>{11, 0, 25}));
}

TEST(LinkScores, HaveTheGradientOfCentralDifferences) {
  Parameter z(test::random_tensor(5, 3));
  // A node of several pairs, a pair twice, one the other way round, and a node with itself.
  const std::vector<Edge> pairs = {{0, 1}, {0, 2}, {3, 0}, {0, 1}, {1, 0}, {4, 4}};
  test::expect_gradient_matches(z, [&] { return link_scores(z.variable(), pairs); });
  test::expect_gradient_matches(z, [&] { return link_loss(z.variable(), pairs, 2); });
}

TEST(LinkScores, HaveTheSameGradientOnAnyNumberOfThreads) {
  const std::vector<Edge> pairs = edges_of(drawn_graph(3000).graph);
  std::vector<Tensor> gradients;
  for (const int threads : {1, 2, 4}) {
    with_threads(threads, [&] {
      const Parameter z(test::random_tensor(3000, 8));
      gradients.push_back(*backward(link_loss(z.variable(), pairs, 1000)).of(z.variable()));
    });
  }
  EXPECT_TRUE(test::same_bits(gradients[0], gradients[1]));
  EXPECT_TRUE(test::same_bits(gradients[0], gradients[2]));
}

TEST(LinkScores, RefuseNodesThatAreNotThere) {
  expect_throws<ArgumentError>(
      [] {
        (void)link_scores(Tensor(2, 1), std::vector<Edge>{{0, 1}, {0, 2}});
      },
      "link 1 is 0 - 2, expected nodes below 2");
}

}  // namespace
}  // namespace weft
