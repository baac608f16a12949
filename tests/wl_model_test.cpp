// Histograms of colors, and the model that reads them.
#include "weft/layers/wl_model.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::renamed;
using test::ring_with_tail;

TEST(WlHistograms, AreEqualForRenamedGraphsAndCountEveryNodeInEveryRound) {
  const CsrGraph graph = ring_with_tail(5, 4);
  const std::vector<NodeId> order = {4, 7, 1, 0, 8, 2, 6, 3, 5};
  const auto histogram = [](const CsrGraph& g, std::int64_t rounds) {
    return wl_histograms(MessageBlock(g), {}, nullptr, rounds, 4096, HistogramScale::count).to_dense();
  };
  expect_near(histogram(renamed(graph, order), 3), histogram(graph, 3), 0.0);
  const Tensor counts = histogram(graph, 3);
  EXPECT_EQ(std::accumulate(counts.values().begin(), counts.values().end(), 0.0F), 4.0F * 9.0F);
  // Round 0 sees one color, round 1 the degrees: 1 (one node), 2 (seven), 3 (one).
  std::vector<float> seen;
  const Tensor once = histogram(graph, 1);
  for (const float count : once.values()) {
    if (count > 0.0F) {
      seen.push_back(count);
    }
  }
  std::ranges::sort(seen);
  EXPECT_EQ(seen, (std::vector<float>{1, 1, 7, 9}));
}

TEST(WlHistograms, TellRingsOfSixFromTwoOfThreeNoMoreThanTheTestItself) {
  // The classic pair that refinement cannot tell apart, and one that it can.
  const MessageBlock two = batch_of(std::vector<CsrGraph>{ring_with_tail(3, 0), ring_with_tail(3, 0)});
  const auto counts = [](const MessageBlock& block) {
    return wl_histograms(block, {}, nullptr, 4, 4096, HistogramScale::count).to_dense();
  };
  expect_near(counts(MessageBlock(two.graph())), counts(MessageBlock(ring_with_tail(6, 0))), 0.0);
  EXPECT_FALSE(test::same_bits(counts(MessageBlock(ring_with_tail(5, 1))), counts(MessageBlock(ring_with_tail(6, 0)))));
}

TEST(WlHistograms, KeepTheColorOfANodeApartWhereItsNeighborsAreTheSame) {
  // Nodes 0 and 1 read node 2 alone, and differ themselves.
  const MessageBlock block(CsrGraph::from_edges(3, std::vector<Edge>{{2, 0}, {2, 1}}));
  const Tensor counts = wl_histograms(block, Tensor{{1}, {2}, {3}}, nullptr, 1, 4096, HistogramScale::count).to_dense();
  EXPECT_EQ(std::ranges::count(counts.values(), 1.0F), 6) << "three colors in either round";
}

TEST(WlHistograms, SeeFeaturesOfNodesAndEdgesAndScaleAsAsked) {
  const MessageBlock block(CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}}, {.symmetrize = true}));
  const auto distinct = [&](const Features& nodes, const Features* edges) {
    const Tensor counts = wl_histograms(block, nodes, edges, 1, 4096, HistogramScale::count).to_dense();
    return std::ranges::count_if(counts.values(), [](float x) { return x > 0.0F; });
  };
  EXPECT_EQ(distinct({}, nullptr), 2) << "both nodes look alike in both rounds";
  EXPECT_EQ(distinct(Tensor{{1}, {2}}, nullptr), 4);
  const Features edges = Tensor{{1}, {2}};
  EXPECT_EQ(distinct({}, &edges), 3) << "alike at first, told apart by their edges in round 1";
  const Tensor unit = wl_histograms(block, {}, nullptr, 1, 4096, HistogramScale::unit).to_dense();
  EXPECT_NEAR(*std::ranges::max_element(unit.values()), 1.0 / std::sqrt(2.0), 1e-6);
  const Tensor root = wl_histograms(block, {}, nullptr, 1, 4096, HistogramScale::root).to_dense();
  EXPECT_NEAR(*std::ranges::max_element(root.values()), std::sqrt(2.0), 1e-6);
}

}  // namespace
}  // namespace weft
