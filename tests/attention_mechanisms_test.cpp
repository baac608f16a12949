// Mechanisms at the limits where they are softmax attention over all nodes, and what they read short of them.
#include "weft/layers/attention_mechanisms.hpp"

#include <array>
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

#include "tests/mechanism.hpp"
#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/message_block.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::Mechanism;
using test::path_graph;
using test::random_tensor;
using test::same_bits;

TEST(PatternMechanisms, OverAWindowOfTheWholeGraphAreSoftmaxAttention) {
  const CsrGraph graphs[] = {grid(4, 5), grid(3, 1), CsrGraph::from_edges(1, {})};
  const MessageBlock batch = batch_of(graphs);
  const Tensor h = random_tensor(24, 8, 4);
  for (const std::string_view kind : {"longformer", "bigbird"}) {
    const Mechanism mechanism(kind, {{"window", "20"}, {"global_nodes", "0"}});
    expect_near(mechanism.run(batch, h), mechanism.dense(batch, h), 1e-5);
    const Mechanism narrow(kind, {{"window", "19"}, {"global_nodes", "0"}});
    EXPECT_EQ(test::largest_difference(narrow.run(batch, h), narrow.dense(batch, h)) < 1e-5, kind == "bigbird")
        << "one of 20 nodes is not read, unless as a random node";
  }
}

TEST(PatternMechanisms, WithAllNodesAsNeighborsAreSoftmaxAttention) {
  std::vector<Edge> edges;
  for (NodeId v = 0; v < 12; ++v) {
    for (NodeId u = 0; u < 12; ++u) {
      edges.push_back({u, v});
    }
  }
  const MessageBlock complete(CsrGraph::from_edges(12, edges));
  const Tensor h = random_tensor(12, 8, 4);
  const Mechanism transformer("transformer", {});
  expect_near(transformer.run(complete, h), transformer.dense(complete, h), 1e-5);
  // Types multiply by 1 at the start, and scores of such states stay below the clamp.
  const Mechanism exphormer("exphormer", {{"virtual_nodes", "0"}, {"expander_cycles", "0"}});
  expect_near(exphormer.run(complete, h), exphormer.dense(complete, h), 1e-5);
}

TEST(PatternMechanisms, OfTheTransformerReadNeighborsAndThemselves) {
  // 0 - 1, 2 alone: node 2 reads itself.
  const MessageBlock graph(CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}}, {.symmetrize = true}));
  const Tensor h = random_tensor(3, 8, 4);
  const Mechanism mechanism("transformer", {});
  const Tensor y = mechanism.run(graph, h), expected = mechanism.project(6, mechanism.project(4, h));
  for (std::int64_t c = 0; c < 8; ++c) {
    EXPECT_NEAR(y(2, c), expected(2, c), 1e-5);
    EXPECT_GT(std::abs(y(0, c) - expected(0, c)), 1e-5);
  }
}

TEST(PatternMechanisms, ReachAcrossAGraphByVirtualNodes) {
  // Two nodes without any edge: node 0 hears of node 1 only if virtual nodes carry it.
  const MessageBlock graph(CsrGraph::from_edges(2, {}));
  const Tensor h = random_tensor(2, 8, 4);
  Tensor changed = h;
  changed(1, 0) += 1.0F;
  for (const std::string_view virtual_nodes : {"0", "1"}) {
    const Mechanism mechanism("exphormer", {{"virtual_nodes", virtual_nodes}, {"expander_cycles", "0"}});
    EXPECT_EQ(std::ranges::equal(mechanism.run(graph, h).row(0), mechanism.run(graph, changed).row(0)),
              virtual_nodes == "0");
  }
}

TEST(PatternMechanisms, ShareOneOnManyThreads) {
  const MessageBlock graph(grid(30, 30));
  const Tensor h = random_tensor(900, 8, 4);
  for (const std::string_view kind : {"bigbird", "exphormer"}) {
    const Mechanism mechanism(kind, {});
    std::vector<Tensor> results(4);
    {
      std::vector<std::jthread> threads;
      for (Tensor& result : results) {
        threads.emplace_back([&] { result = mechanism.run(graph, h); });
      }
    }
    for (const Tensor& result : results) {
      EXPECT_TRUE(test::same_bits(result, results[0]));
      EXPECT_EQ(result.rows(), 900);
    }
  }
}

TEST(NystromAndClusters, AreExactWithAsManyLandmarksAsNodes) {
  const Tensor h = random_tensor(40, 8, 3);
  for (const char* kind : {"nystrom", "clusters"}) {
    SCOPED_TRACE(kind);
    const Mechanism full(kind, {{"landmarks", "40"}});
    expect_near(full.run(MessageBlock(path_graph(40)), h), full.dense(MessageBlock(path_graph(40)), h), 1e-4);
  }
}

TEST(NystromAttention, ComesNearerToSoftmaxWithMoreLandmarks) {
  // States that change slowly along the path, as neighbors' do.
  Tensor h(64, 8);
  for (std::int64_t i = 0; i < 64; ++i) {
    for (std::int64_t c = 0; c < 8; ++c) {
      h(i, c) = std::sin(0.05F * static_cast<float>(i * (c + 1)));
    }
  }
  double last = 1e30;
  for (const std::int64_t landmarks : {2, 8, 32}) {
    const Mechanism mechanism("nystrom", {{"landmarks", std::to_string(landmarks)}});
    const double error = test::largest_difference(mechanism.run(MessageBlock(path_graph(64)), h),
                                                  mechanism.dense(MessageBlock(path_graph(64)), h));
    EXPECT_LT(error, last);
    last = error;
  }
  EXPECT_LT(last, 0.02);
}

TEST(Linformer, WithAssignmentsOfOneNodeEachIsExact) {
  // Landmark l's seed points at node l so strongly that the softmax over nodes picks it.
  Tensor h(6, 8);
  for (std::int64_t i = 0; i < 6; ++i) {
    h(i, i) = 1.0F;
    h(i, 7) = 0.2F * static_cast<float>(i);
  }
  const Mechanism mechanism("linformer", {{"landmarks", "6"}});
  for (const std::size_t projection : {8, 9}) {
    Tensor& seeds = mechanism.list.parameters[projection].parameter->mutable_value();
    std::ranges::fill(seeds.values(), 0.0F);
    for (std::int64_t l = 0; l < 6; ++l) {
      seeds(l, l) = 200.0F;
    }
  }
  expect_near(mechanism.run(MessageBlock(path_graph(6)), h), mechanism.dense(MessageBlock(path_graph(6)), h), 1e-4);
}

TEST(LinformerPositions, IsExactSoftmaxAttentionWithAsManyLandmarksAsNodesAndTheIdentity) {
  const Mechanism mechanism("linformer_positions", {{"order", "natural"}, {"landmarks", "6"}, {"max_positions", "6"}});
  for (const std::size_t projection : {8, 9}) {
    Tensor& weights = mechanism.list.parameters[projection].parameter->mutable_value();
    ASSERT_EQ(weights.shape(), (Shape{6, 6}));
    for (std::int64_t i = 0; i < weights.size(); ++i) {
      weights.data()[i] = i % 7 == 0 ? 1.0F : 0.0F;
    }
  }
  const Tensor h = random_tensor(6, 8, 3);
  const MessageBlock graph(grid(6, 1));
  expect_near(mechanism.run(graph, h), mechanism.dense(graph, h));
}

TEST(LinformerPositions, RefusesGraphsLongerThanItsPositions) {
  const Mechanism mechanism("linformer_positions", {{"order", "natural"}, {"landmarks", "2"}, {"max_positions", "5"}});
  expect_throws<ArgumentError>([&] { (void)mechanism.run(MessageBlock(grid(6, 1)), Tensor(6, 8)); },
                               "graph 0 has 6 nodes, expected at most 5");
}

TEST(Windows, ShiftInEveryOtherLayer) {
  const MessageBlock graph(CsrGraph::from_edges(8, {}));
  const Tensor h = random_tensor(8, 8, 3);
  Tensor changed = h;
  for (float& value : changed.row(4)) {
    value += 1.0F;
  }
  // Which nodes read node 4: those of its window, 4 .. 7 or, shifted by two, 2 .. 5.
  for (const auto& [layer, first, last] : {std::array<std::int64_t, 3>{0, 4, 7}, {1, 2, 5}, {2, 4, 7}}) {
    const Mechanism windows("windows", {{"window", "4"}}, layer);
    const Tensor before = windows.run(graph, h), after = windows.run(graph, changed);
    for (std::int64_t i = 0; i < 8; ++i) {
      EXPECT_EQ(std::ranges::equal(before.row(i), after.row(i)), i < first || i > last) << layer << " " << i;
    }
  }
}

/// On a grid of 8 columns.
Mechanism grid_windows(std::int64_t layer) {
  return Mechanism("windows", {{"grid_width", "8"}, {"grid_side", "4"}, {"position_bias", "true"}}, layer);
}

TEST(Windows, OfAGridAreTilesThatShiftInEveryOtherLayer) {
  const MessageBlock graph(grid(8, 8));
  const Tensor h = random_tensor(64, 8, 3);
  Tensor changed = h;
  for (float& value : changed.row(3 * 8 + 4)) {
    value += 1.0F;
  }
  // Pixel (3, 4) is in the tile of rows 0 .. 3 and columns 4 .. 7 or, shifted by two, rows and columns 2 .. 5.
  for (const auto& [layer, top, left] : {std::array<std::int64_t, 3>{0, 0, 4}, {1, 2, 2}, {2, 0, 4}}) {
    const Mechanism windows = grid_windows(layer);
    const Tensor before = windows.run(graph, h), after = windows.run(graph, changed);
    for (std::int64_t i = 0; i < 64; ++i) {
      const bool inside = i / 8 >= top && i / 8 < top + 4 && i % 8 >= left && i % 8 < left + 4;
      EXPECT_EQ(std::ranges::equal(before.row(i), after.row(i)), !inside) << layer << " " << i;
    }
  }
}

TEST(Windows, OfAGridHaveATableOfOffsetsWithAGradient) {
  const Mechanism windows = grid_windows(1);
  const NamedParameter& table = windows.list.parameters.back();
  ASSERT_EQ(table.name, "position_bias");
  EXPECT_EQ(table.parameter->value().shape(), (Shape{49, 2}));
  const MessageBlock graph(grid(2, 8));
  Parameter h(random_tensor(16, 8, 5));
  const auto forward = [&] {
    Pass pass = Pass::train(Random(1));
    return windows.attention->forward(graph, h.variable(), pass);
  };
  expect_gradient_matches(h, forward, 5e-3);
  expect_gradient_matches(*table.parameter, forward, 5e-3);
}

TEST(Windows, OverAnOrderHaveATableOfDistances) {
  const Mechanism windows("windows", {{"window", "6"}, {"position_bias", "true"}});
  EXPECT_EQ(windows.list.parameters.back().parameter->value().shape(), (Shape{11, 2}));
}

TEST(Windows, OfAGridRefuseGraphsOfAnotherWidth) {
  expect_throws<ArgumentError>([] { (void)grid_windows(0).run(MessageBlock(grid(3, 3)), Tensor(9, 8)); },
                               "graph 0 has 9 nodes, expected rows of 8 pixels");
}

}  // namespace
}  // namespace weft
