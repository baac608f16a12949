// Blocks that are found again.
#include "weft/generation/block_structure.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/small_graphs.hpp"

namespace weft {
namespace {

using test::complete_graph;
using test::graph_of;
using test::random_simple_graph;

/// Blocks of the given sizes with shares 0.3 and 0.005 of edges, in shuffled order.
struct PlantedBlocks {
  CsrGraph graph;
  std::vector<std::int64_t> block;
};

PlantedBlocks planted(const std::vector<std::int64_t>& sizes, std::uint64_t seed) {
  PlantedBlocks result;
  for (std::size_t r = 0; r < sizes.size(); ++r) {
    result.block.insert(result.block.end(), static_cast<std::size_t>(sizes[r]), static_cast<std::int64_t>(r));
  }
  shuffle(std::span(result.block), Random(seed).stream(1));
  const auto n = static_cast<NodeId>(result.block.size());
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) {
    for (NodeId u = 0; u < v; ++u) {
      const double share = result.block[u] == result.block[v] ? 0.3 : 0.005;
      if (Random(seed).uniform(std::uint64_t{v} * n + u) < share) {
        edges.push_back({u, v});
      }
    }
  }
  result.graph = graph_of(n, edges);
  return result;
}

TEST(BlockStructure, FindsThePlantedBlocks) {
  int exact = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const PlantedBlocks made = planted({25, 31, 38}, seed);
    const BlockStructure found = infer_blocks(made.graph);
    ASSERT_EQ(found.num_blocks, 3) << seed;
    // Nodes with as many blocks as pairs (planted, found) are told apart in the same way.
    std::int64_t apart = 0;
    for (std::size_t u = 0; u < made.block.size(); ++u) {
      for (std::size_t v = 0; v < u; ++v) {
        apart += (made.block[u] == made.block[v]) != (found.block[u] == found.block[v]) ? 1 : 0;
      }
    }
    exact += apart == 0 ? 1 : 0;
  }
  EXPECT_GE(exact, 9);
}

TEST(BlockStructure, FindsOneBlockWhereThereIsNoStructure) {
  EXPECT_EQ(infer_blocks(complete_graph(30)).num_blocks, 1);
  EXPECT_EQ(infer_blocks(random_simple_graph(60, 0.2, 1)).num_blocks, 1);
  EXPECT_EQ(infer_blocks(CsrGraph()).num_blocks, 0);
}

TEST(BlockStructure, RefusesOtherModels) {
  EXPECT_TRUE(is_block_model(planted({30, 30}, 1).graph));
  EXPECT_FALSE(is_block_model(planted({30, 12}, 1).graph)) << "a block of 12 nodes";
  EXPECT_FALSE(is_block_model(planted({30, 50}, 1).graph)) << "a block of 50 nodes";
  EXPECT_FALSE(is_block_model(random_simple_graph(40, 0.3, 1))) << "a single block";
  EXPECT_FALSE(is_block_model(planted({22, 22, 22, 22, 22, 22}, 1).graph)) << "six blocks";
  EXPECT_FALSE(is_block_model(graph_of(60, {}))) << "no edges";
}

}  // namespace
}  // namespace weft
