// Parts of a graph: the sizes they promise and the edges they cut.
#include "weft/graph/partition.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/graph/generators.hpp"

namespace weft {
namespace {

using test::eight_communities;
using test::expect_throws;

std::vector<std::int64_t> sizes_of(const Partition& part_of, std::int64_t num_parts) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(num_parts));
  for (const std::int32_t part : part_of) {
    ++sizes.at(static_cast<std::size_t>(part));
  }
  return sizes;
}

TEST(BreadthFirstPartition, CutsAPathIntoRuns) {
  const CsrGraph path = grid(1, 7);
  EXPECT_EQ(breadth_first_partition(path, 3), (Partition{0, 0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(num_cut_edges(path, breadth_first_partition(path, 3)), 4);
  EXPECT_EQ(breadth_first_partition(CsrGraph::from_edges(2, {}), 5), (Partition{0, 1}));
  EXPECT_EQ(breadth_first_partition(CsrGraph::from_edges(0, {}), 5), Partition{});
}

TEST(BreadthFirstPartition, RefusesWrongArguments) {
  expect_throws<ArgumentError>([] { (void)breadth_first_partition(grid(2, 2), 0); }, "num_parts is 0");
  expect_throws<ArgumentError>([] { (void)num_cut_edges(grid(2, 2), {0, 1}); }, "there are 2 numbers of parts");
}

TEST(MetisPartition, CutsFewEdgesIntoEqualParts) {
  if (!has_metis()) {
    expect_throws<ArgumentError>([] { (void)metis_partition(grid(2, 2), 2); }, "built without METIS");
    ASSERT_EQ(std::getenv("CI"), nullptr) << "this build has no METIS";
    GTEST_SKIP() << "this build has no METIS";
  }
  const CsrGraph& graph = eight_communities().graph;
  const Partition part_of = metis_partition(graph, 8);
  for (const std::int64_t size : sizes_of(part_of, 8)) {
    EXPECT_NEAR(static_cast<double>(size), 250.0, 25.0);
  }
  // 1 of 17 edges leaves its community; breadth-first chunks do not see communities.
  EXPECT_LT(num_cut_edges(graph, part_of), graph.num_edges() / 10);
  EXPECT_LT(num_cut_edges(graph, part_of), num_cut_edges(graph, breadth_first_partition(graph, 8)) / 2);
  EXPECT_EQ(metis_partition(graph, 8), part_of);
}

TEST(MetisPartition, TakesDirectedEdgesLoopsAndNoEdges) {
  if (!has_metis()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "this build has no METIS";
    GTEST_SKIP() << "this build has no METIS";
  }
  const CsrGraph directed = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {2, 3}, {2, 2}});
  const Partition part_of = metis_partition(directed, 2);
  EXPECT_EQ(num_cut_edges(directed, part_of), 0);
  EXPECT_EQ(sizes_of(part_of, 2), (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(metis_partition(directed, 1), (Partition{0, 0, 0, 0}));
  EXPECT_EQ(metis_partition(CsrGraph::from_edges(0, {}), 3), Partition{});
  EXPECT_EQ(metis_partition(CsrGraph::from_edges(6, {}), 3).size(), 6U);
  expect_throws<ArgumentError>([&] { (void)metis_partition(directed, 0); }, "num_parts is 0");
}

}  // namespace
}  // namespace weft
