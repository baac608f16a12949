// Colors of nodes against a slow refinement with ordered multisets.
#include "weft/graph/color_refinement.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::path_graph;

using Numbers = std::vector<std::int64_t>;

Numbers numbers(std::int64_t count, std::int64_t below, std::uint64_t seed) {
  Numbers result;
  for (std::int64_t i = 0; i < count; ++i) {
    result.push_back(static_cast<std::int64_t>(Random(seed).bits(static_cast<std::uint64_t>(i)) %
                                               static_cast<std::uint64_t>(below)));
  }
  return result;
}

/// Several random trees of a few nodes each, so that many nodes look alike.
CsrGraph small_trees(std::int64_t num_trees, std::uint64_t seed) {
  std::vector<Edge> edges;
  for (std::int64_t t = 0; t < num_trees; ++t) {
    for (std::int64_t v = 1; v < 6; ++v) {
      const auto parent = static_cast<std::int64_t>(Random(seed).bits(static_cast<std::uint64_t>(6 * t + v)) %
                                                    static_cast<std::uint64_t>(v));
      edges.push_back({static_cast<NodeId>(6 * t + parent), static_cast<NodeId>(6 * t + v)});
    }
  }
  return CsrGraph::from_edges(6 * num_trees, edges, {.symmetrize = true});
}

/// By the definition: a color is the old color with the ordered list of (edge kind, old color) of the edges.
Numbers slowly_refined(const CsrGraph& graph, const Numbers& colors, const Numbers& edge_kinds) {
  std::map<std::pair<std::int64_t, std::vector<std::pair<std::int64_t, std::int64_t>>>, std::int64_t> known;
  Numbers result;
  for (NodeId v = 0; v < graph.num_nodes(); ++v) {
    std::vector<std::pair<std::int64_t, std::int64_t>> edges;
    for (EdgeId e = graph.offsets()[v]; e < graph.offsets()[v + 1]; ++e) {
      const auto i = static_cast<std::size_t>(e);
      edges.emplace_back(edge_kinds.empty() ? 0 : edge_kinds[i], colors[graph.sources()[i]]);
    }
    std::ranges::sort(edges);
    result.push_back(known.emplace(std::pair(colors[v], edges), static_cast<std::int64_t>(known.size())).first->second);
  }
  return result;
}

TEST(ColorRefinement, TellsTheEndsOfAPathFromItsMiddle) {
  const ColorRefinement result = refine_colors(path_graph(4), Numbers{0, 0, 0, 0}, {}, 1, 1.0);
  EXPECT_EQ(result.colors, (Numbers{0, 1, 1, 0}));
  ASSERT_EQ(result.rounds.size(), 1U);
  const ColorRound& round = result.rounds[0];
  // Nodes 0 and 1 stand for the two colors; 1 also reads node 2, the third input.
  EXPECT_EQ(round.block.num_outputs(), 2);
  EXPECT_TRUE(std::ranges::equal(round.block.offsets(), std::vector<EdgeId>{0, 1, 3}));
  EXPECT_TRUE(std::ranges::equal(round.block.sources(), std::vector<NodeId>{1, 0, 2}));
  EXPECT_TRUE(std::ranges::equal(round.block.counts(), std::vector<float>{2, 2}));
  EXPECT_EQ(round.input_colors, (Numbers{0, 0, 0}));
  EXPECT_EQ(round.edges, (Numbers{0, 1, 2}));
}

TEST(ColorRefinement, SeesKindsOfNodesAndOfEdges) {
  EXPECT_EQ(refine_colors(path_graph(4), Numbers{0, 0, 0, 1}, {}, 1, 1.0).colors, (Numbers{0, 1, 2, 3}));
  // Edges in the order of rows: 1->0, 0->1, 2->1, 1->2, 3->2, 2->3.
  EXPECT_EQ(refine_colors(path_graph(4), Numbers{0, 0, 0, 0}, Numbers{7, 7, 0, 0, 0, 0}, 1, 1.0).colors,
            (Numbers{0, 1, 2, 3}));
}

TEST(ColorRefinement, IsWhatTheDefinitionSaysRoundByRound) {
  const CsrGraph graph = small_trees(200, 1);
  const Numbers edge_kinds = numbers(graph.num_edges(), 2, 3);
  for (const Numbers& kinds_of_edges : {Numbers{}, edge_kinds}) {
    Numbers expected = numbers(graph.num_nodes(), 3, 2);
    const ColorRefinement result = refine_colors(graph, expected, kinds_of_edges, 3, 1.0);
    ASSERT_EQ(result.rounds.size(), 3U);
    for (std::size_t r = 0; r < 3; ++r) {
      const Numbers before = expected;
      expected = slowly_refined(graph, expected, kinds_of_edges);
      const ColorRound& round = result.rounds[r];
      const auto num_colors =
          static_cast<std::int64_t>(std::set<std::int64_t>(expected.begin(), expected.end()).size());
      ASSERT_EQ(round.block.num_outputs(), num_colors);
      for (std::int64_t c = 0; c < num_colors; ++c) {
        // The slow colors are numbered by their first nodes too.
        const std::int64_t v = std::ranges::find(expected, c) - expected.begin();
        EXPECT_EQ(round.block.counts()[static_cast<std::size_t>(c)], std::ranges::count(expected, c));
        std::multiset<std::pair<std::int64_t, std::int64_t>> shown, actual;
        for (EdgeId i = round.block.offsets()[static_cast<std::size_t>(c)];
             i < round.block.offsets()[static_cast<std::size_t>(c) + 1]; ++i) {
          const auto place = static_cast<std::size_t>(i);
          shown.emplace(round.edges[place], round.input_colors[round.block.sources()[place]]);
        }
        for (EdgeId e = graph.offsets()[static_cast<std::size_t>(v)];
             e < graph.offsets()[static_cast<std::size_t>(v) + 1]; ++e) {
          actual.emplace(e, before[graph.sources()[static_cast<std::size_t>(e)]]);
        }
        EXPECT_EQ(shown, actual) << "color " << c << " in round " << r;
        EXPECT_EQ(round.input_colors[static_cast<std::size_t>(c)], before[static_cast<std::size_t>(v)]);
      }
    }
    EXPECT_EQ(result.colors, expected);
  }
}

TEST(ColorRefinement, StopsWhereThereIsLittleToShare) {
  const CsrGraph graph = path_graph(4);
  EXPECT_EQ(refine_colors(graph, Numbers{0, 0, 0, 0}, {}, 5, 0.5).rounds.size(), 5U) << "two colors for ever";
  const ColorRefinement none = refine_colors(graph, Numbers{0, 0, 0, 0}, {}, 5, 0.4);
  EXPECT_TRUE(none.rounds.empty());
  EXPECT_EQ(none.colors, (Numbers{0, 0, 0, 0}));
  EXPECT_TRUE(refine_colors(CsrGraph{}, {}, {}, 2, 0.5).colors.empty());
}

TEST(ColorRefinement, IsTheSameForEveryNumberOfThreads) {
  const CsrGraph graph = small_trees(3000, 5);
  std::vector<ColorRefinement> results;
  for (const int threads : {1, 2, 4}) {
    with_threads(threads,
                 [&] { results.push_back(refine_colors(graph, numbers(graph.num_nodes(), 2, 4), {}, 4, 1.0)); });
  }
  for (const ColorRefinement& other : results) {
    EXPECT_EQ(other.colors, results[0].colors);
    ASSERT_EQ(other.rounds.size(), results[0].rounds.size());
    for (std::size_t r = 0; r < other.rounds.size(); ++r) {
      EXPECT_EQ(other.rounds[r].edges, results[0].rounds[r].edges);
    }
  }
}

TEST(ColorRefinement, RefusesKindsThatDoNotFit) {
  expect_throws<ArgumentError>(
      [] {
        (void)refine_colors(path_graph(4), Numbers{0, 0}, {}, 1, 1.0);
      },
      "refine_colors: there are kinds of 2 nodes, the graph has 4");
  expect_throws<ArgumentError>(
      [] {
        (void)refine_colors(path_graph(4), Numbers{0, 0, 0, 0}, Numbers{1}, 1, 1.0);
      },
      "refine_colors: there are kinds of 1 edges, the graph has 6");
}

}  // namespace
}  // namespace weft
