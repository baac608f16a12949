// Sorting edges outside memory: against the graph in memory.
#include "weft/io/importers/edge_sorter.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/io/large_dataset.hpp"

namespace weft::test {
namespace {

namespace fs = std::filesystem;

struct Listed {
  std::vector<NodeId> rows, sources;
  std::vector<float> weights;
};

Listed listed(const EdgeSorter& sorter) {
  Listed all;
  sorter.visit([&](const EdgePiece& piece) {
    all.rows.insert(all.rows.end(), piece.rows.begin(), piece.rows.end());
    all.sources.insert(all.sources.end(), piece.sources.begin(), piece.sources.end());
    all.weights.insert(all.weights.end(), piece.weights.begin(), piece.weights.end());
  });
  return all;
}

Listed sorted_edges(const EdgeSorterOptions& options, std::span<const Edge> edges,
                    std::span<const float> weights = {}) {
  EdgeSorter sorter(options);
  sorter.add(edges, weights);
  sorter.finish();
  return listed(sorter);
}

TEST(EdgeSorter, OrdersByRowAndSourceAndDropsRepeats) {
  const TemporaryFolder folder;
  const std::vector<Edge> edges = {{2, 0}, {1, 0}, {2, 0}, {0, 0}, {0, 1}};
  const Listed directed = sorted_edges({.target = folder / "x.h5"}, edges);
  EXPECT_EQ(directed.rows, (std::vector<NodeId>{0, 0, 0, 1}));
  EXPECT_EQ(directed.sources, (std::vector<NodeId>{0, 1, 2, 0}));
  const Listed both = sorted_edges({.target = folder / "x.h5", .symmetrize = true, .drops_self_loops = true}, edges);
  EXPECT_EQ(both.rows, (std::vector<NodeId>{0, 0, 1, 2}));
  EXPECT_EQ(both.sources, (std::vector<NodeId>{1, 2, 0, 0}));
}

TEST(EdgeSorter, KeepsTheFirstWeightOfRepeatsAlsoOfReversedOnes) {
  const TemporaryFolder folder;
  const std::vector<Edge> edges = {{1, 0}, {0, 1}, {1, 0}, {2, 1}};
  const std::vector<float> weights = {5, 6, 7, 8};
  const Listed both =
      sorted_edges({.target = folder / "x.h5", .symmetrize = true, .has_weights = true}, edges, weights);
  EXPECT_EQ(both.rows, (std::vector<NodeId>{0, 1, 1, 2}));
  EXPECT_EQ(both.weights, (std::vector<float>{5, 5, 8, 8}));
  const Listed directed = sorted_edges({.target = folder / "x.h5", .has_weights = true}, edges, weights);
  EXPECT_EQ(directed.weights, (std::vector<float>{5, 6, 8}));
}

TEST(EdgeSorter, GivesTheGraphInMemoryForEveryMemoryAndThreadCount) {
  const TemporaryFolder folder;
  const RmatOptions options{.num_nodes = 3000, .num_edges = 60000, .undirected = true, .seed = 3};
  const CsrGraph graph = rmat(options);
  std::vector<Edge> edges(60000);
  RmatEdges(options).draw(0, edges);
  for (const std::int64_t memory : {1, 100'000, 1'000'000, 100'000'000}) {
    for (const int threads : {1, 4}) {
      with_threads(threads, [&] {
        EdgeSorter sorter(
            {.target = folder / "x.h5", .memory_bytes = memory, .symmetrize = true, .drops_self_loops = true});
        for (std::size_t i = 0; i < edges.size(); i += 7000) {
          sorter.add(std::span<const Edge>(edges).subspan(i, std::min<std::size_t>(7000, edges.size() - i)));
        }
        sorter.finish();
        // 24 bytes an edge, and at least 1024 edges a run.
        const std::int64_t capacity = std::max<std::int64_t>(1024, memory / 24);
        EXPECT_EQ(sorter.num_runs(), capacity >= 60000 ? 0 : (60000 + capacity - 1) / capacity);
        const Listed all = listed(sorter);
        EXPECT_TRUE(std::ranges::equal(all.sources, graph.sources()));
        const EdgeVisit visit = [&](FunctionRef<void(const EdgePiece&)> use) { sorter.visit(use); };
        EXPECT_TRUE(std::ranges::equal(row_offsets(3000, visit), graph.offsets()));
      });
    }
  }
}

TEST(EdgeSorter, MergesWeightsOfManyRunsInTheOrderOfTheInput) {
  const TemporaryFolder folder;
  // Ten rounds over the same 2000 edges, the weight is the round.
  std::vector<Edge> edges;
  std::vector<float> weights;
  for (int round = 0; round < 10; ++round) {
    for (NodeId v = 0; v < 2000; ++v) {
      edges.push_back({(v * 7 + 1) % 2000, v});
      weights.push_back(static_cast<float>(round));
    }
  }
  const Listed all = sorted_edges({.target = folder / "x.h5", .memory_bytes = 1, .has_weights = true}, edges, weights);
  ASSERT_EQ(all.rows.size(), 2000U);
  EXPECT_TRUE(std::ranges::all_of(all.weights, [](float weight) { return weight == 0.0F; }));
}

TEST(EdgeSorter, LeavesNothingBesideTheTarget) {
  const TemporaryFolder folder;
  std::vector<Edge> edges(5000);
  for (NodeId v = 0; v < 5000; ++v) {
    edges[v] = {v, 4999 - v};
  }
  EdgeSorter sorter({.target = folder / "x.h5", .memory_bytes = 1});
  sorter.add(edges);
  sorter.finish();
  EXPECT_EQ(sorter.spilled_bytes(), 5000 * 8);
  EXPECT_TRUE(fs::is_empty(folder.path()));
  expect_throws<DataError>(
      [&] {
        EdgeSorter nowhere({.target = folder / "missing" / "x.h5", .memory_bytes = 1});
        nowhere.add(edges);
      },
      "x.h5");
}

}  // namespace
}  // namespace weft::test
