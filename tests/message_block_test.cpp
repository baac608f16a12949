// Message blocks: segments, what is built once and kept for all copies, and the block of some graphs of many.
#include "weft/graph/message_block.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/graph_checks.hpp"
#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/graph_slices.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::ids;
using test::Ids;
using test::ring_with_tail;
using test::rows_of;

TEST(MessageBlock, OfOneGraphIsOneSegment) {
  const MessageBlock block(CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}}));
  EXPECT_EQ(block.num_outputs(), 3);
  EXPECT_EQ(block.num_inputs(), 3);
  EXPECT_EQ(block.num_edges(), 1);
  EXPECT_EQ(block.num_graphs(), 1);
  EXPECT_EQ(block.segments()[1], 3);
  EXPECT_EQ(MessageBlock().num_outputs(), 0);
}

TEST(MessageBlock, BuildsItsReverseOnceForAllCopies) {
  const MessageBlock block(CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}, {0, 2}}));
  const MessageBlock copy = block;
  EXPECT_EQ(&block.reversed(), &copy.reversed());
  EXPECT_EQ(ids(block.reversed().graph.sources_of(0)), (Ids{1, 2}));
}

TEST(MessageBlock, RefusesSegmentsThatDoNotCoverItAndFewerInputsThanOutputs) {
  const CsrGraph graph = CsrGraph::from_edges(3, {});
  expect_throws<ArgumentError>([&] { MessageBlock(graph, {1, 3}); }, "start at 1");
  expect_throws<ArgumentError>([&] { MessageBlock(graph, {0, 2, 1, 3}); }, "segment 1 ends before it starts");
  expect_throws<ArgumentError>([&] { MessageBlock(graph, {0, 2}); }, "end at 2, expected the number of outputs, 3");
  expect_throws<ArgumentError>([] { MessageBlock(rows_of(1, {0, 0, 0}, {})); }, "2 outputs and 1 inputs");
}

TEST(MessageBlock, BatchLaysGraphsEndToEnd) {
  const std::vector<CsrGraph> graphs = {CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}}), CsrGraph(),
                                        CsrGraph::from_edges(3, std::vector<Edge>{{2, 0}, {1, 2}})};
  const MessageBlock batch = batch_of(graphs);
  EXPECT_EQ(std::vector<std::int64_t>(batch.segments().begin(), batch.segments().end()),
            (std::vector<std::int64_t>{0, 2, 2, 5}));
  EXPECT_EQ(edges_of(batch.graph()), (std::vector<Edge>{{0, 1}, {4, 2}, {3, 4}}));
  EXPECT_EQ(batch_of({}).num_graphs(), 0);
  expect_throws<ArgumentError>([] { (void)batch_of(std::vector{rows_of(2, {0, 0}, {})}); }, "graph 0 has 1 rows");
}

TEST(MessageBlock, KeepsWhatWasMadeForAKey) {
  const MessageBlock block(grid(2, 2)), copy = block;
  int made = 0;
  const auto make = [&] { return std::vector<int>{++made}; };
  const auto& first = block.kept<std::vector<int>>("a", make);
  EXPECT_EQ(first, std::vector<int>{1});
  EXPECT_EQ(&copy.kept<std::vector<int>>("a", make), &first) << "copies share everything";
  EXPECT_EQ(block.kept<std::vector<int>>("b", make), std::vector<int>{2});
  EXPECT_EQ(block.kept<int>("a", [] { return 5; }), 5) << "types are kept apart";
  EXPECT_EQ(MessageBlock(grid(2, 2)).kept<std::vector<int>>("a", make), std::vector<int>{3});
  EXPECT_EQ(made, 3);
}

TEST(MessageBlock, AsksAgainWhereMakingFailed) {
  const MessageBlock block(grid(2, 2));
  expect_throws<ArgumentError>([&] { (void)block.kept<int>("a", []() -> int { throw ArgumentError("no"); }); }, "no");
  EXPECT_EQ(block.kept<int>("a", [] { return 7; }), 7);
}

TEST(MessageBlock, RefusesNumbersOfAnotherSize) {
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{1, 0}, {2, 0}, {3, 0}, {3, 1}});
  const auto numbers = Buffer<float>::copy_of(std::vector<float>{1, 2});
  expect_throws<ArgumentError>([&] { (void)MessageBlock(graph, BlockOrigin{.weights = numbers.clone()}); },
                               "2 weights of edges, expected 4 or none");
  expect_throws<ArgumentError>([&] { (void)MessageBlock(graph, BlockOrigin{.degrees = numbers.clone()}); },
                               "2 degrees, expected 4 or none");
}

TEST(BlockOfGraphs, IsTheBatchOfTheGraphsItNames) {
  const std::vector<CsrGraph> graphs = {ring_with_tail(3, 2), ring_with_tail(6, 0), ring_with_tail(4, 1)};
  const MessageBlock all = batch_of(graphs);
  const MessageBlock expected = batch_of(std::vector<CsrGraph>{graphs[2], graphs[0], graphs[2]});
  const MessageBlock block = block_of_graphs(all.graph(), all.segments(), std::vector<std::int64_t>{2, 0, 2});
  EXPECT_TRUE(std::ranges::equal(block.offsets(), expected.offsets()));
  EXPECT_TRUE(std::ranges::equal(block.sources(), expected.sources()));
  EXPECT_TRUE(std::ranges::equal(block.segments(), expected.segments()));
  expect_throws<ArgumentError>(
      [&] { (void)block_of_graphs(all.graph(), all.segments(), std::vector<std::int64_t>{3}); }, "expected 0 to 2");
  // A cut through a ring leaves edges that go to another graph.
  expect_throws<ArgumentError>(
      [&] {
        (void)block_of_graphs(all.graph(), std::vector<std::int64_t>{0, 2, 16}, std::vector<std::int64_t>{0});
      },
      "which is not its own");
}

}  // namespace
}  // namespace weft
