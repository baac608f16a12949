// Random walks.
#include "weft/samplers/random_walks.hpp"

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_throws;
using test::list;
using test::small_undirected_graph;

TEST(UniformWalks, FollowEdgesFromReaderToReadAndEndWhereNobodyIsRead) {
  // 0 reads 1, 1 reads 2, 2 reads nobody.
  const CsrGraph graph = CsrGraph::from_edges(3, std::vector<Edge>{{1, 0}, {2, 1}});
  const std::vector<NodeId> starts = {0, 2};
  EXPECT_EQ(list(uniform_walks(graph, starts, 3, Random(1))),
            (std::vector<NodeId>{0, 1, 2, kNoNode, 2, kNoNode, kNoNode, kNoNode}));
}

TEST(UniformWalks, TakeEveryNeighborEquallyOften) {
  const CsrGraph graph = test::star(10);
  const std::vector<NodeId> starts(20'000, 0);
  const Buffer<NodeId> walks = uniform_walks(graph, starts, 1, Random(5));
  std::vector<double> counts(10);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    ++counts.at(walks[2 * i + 1] - 1U);
  }
  EXPECT_LT(test::chi_square(counts, std::vector<double>(10, 2000.0)), test::chi_square_limit(9));
}

TEST(Walks, AreTheSameOnAnyNumberOfThreads) {
  const CsrGraph& graph = small_undirected_graph();
  const std::vector<NodeId> starts = all_nodes(graph);
  const Node2vecOptions options{.length = 10, .return_parameter = 0.5, .in_out_parameter = 2.0};
  const Buffer<NodeId> uniform = uniform_walks(graph, starts, 10, Random(2));
  const Buffer<NodeId> second_order = node2vec_walks(graph, starts, options, Random(2));
  for (std::size_t i = 0; i < starts.size(); ++i) {
    for (std::size_t step = 1; step <= 10 && uniform[11 * i + step] != kNoNode; ++step) {
      ASSERT_TRUE(graph.has_edge({uniform[11 * i + step], uniform[11 * i + step - 1]}));
      ASSERT_TRUE(graph.has_edge({second_order[11 * i + step], second_order[11 * i + step - 1]}));
    }
  }
  for (const int threads : {1, 2, 4}) {
    with_threads(threads, [&] {
      EXPECT_EQ(list(uniform_walks(graph, starts, 10, Random(2))), list(uniform));
      EXPECT_EQ(list(node2vec_walks(graph, starts, options, Random(2))), list(second_order));
    });
  }
}

TEST(Node2vecWalks, WeighReturnsTrianglesAndDepartures) {
  // 0 - 1, 0 - 2, 1 - 2, 1 - 3: a walk from 0 that went to 1 goes back to 0 (1/p), to 2 (a neighbor of 0: 1) or to 3
  // (1/q). With p = 1/2 and q = 4 that is 2 : 1 : 1/4.
  const CsrGraph graph =
      CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {0, 2}, {1, 2}, {1, 3}}, {.symmetrize = true});
  const std::vector<NodeId> starts(26'000, 0);
  const Buffer<NodeId> walks =
      node2vec_walks(graph, starts, {.length = 2, .return_parameter = 0.5, .in_out_parameter = 4.0}, Random(11));
  std::vector<double> counts(3);
  double through_1 = 0.0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    if (walks[3 * i + 1] == 1) {
      ++through_1;
      const NodeId last = walks[3 * i + 2];
      ++counts.at(last == 0 ? 0U : last - 1U);
    }
  }
  EXPECT_NEAR(through_1, 13'000, 400);
  const std::vector<double> expected = {through_1 * 8 / 13, through_1 * 4 / 13, through_1 * 1 / 13};
  EXPECT_LT(test::chi_square(counts, expected), test::chi_square_limit(2));
}

TEST(Walks, RefuseWrongArguments) {
  const CsrGraph graph = test::star(2);
  const std::vector<NodeId> starts = {0, 3};
  expect_throws<ArgumentError>([&] { (void)uniform_walks(graph, starts, 1, Random(0)); }, "start number 1 is node 3");
  expect_throws<ArgumentError>([&] { (void)uniform_walks(graph, {}, -1, Random(0)); }, "length is -1");
  expect_throws<ArgumentError>([&] { (void)node2vec_walks(graph, {}, {.return_parameter = 0.0}, Random(0)); },
                               "the parameters are 0 and 1");
}

}  // namespace
}  // namespace weft
