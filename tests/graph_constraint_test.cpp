// Constraints that keep graphs planar and trees trees.
#include "weft/generation/graph_constraint.hpp"

#include <vector>

#include "tests/sequence_models.hpp"
#include "tests/support.hpp"
#include "tests/typed_graphs.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::is_plane;
using test::random_graph;
using test::random_walk_under_mask;

TEST(GraphConstraint, KeepsRandomGraphsPlanar) {
  const std::vector<TypedGraph> complete = {random_graph(12, 400, 1, 1, Random(3))};
  const CodeVocabulary vocabulary(complete, {}, Random(1));
  const auto planar = make_graph_constraint("planar");
  std::int64_t others = 0;
  for (std::uint64_t i = 0; i < 150; ++i) {
    ASSERT_TRUE(is_plane(random_walk_under_mask(vocabulary, Random(i), planar.get(), true)));
    others += is_plane(random_walk_under_mask(vocabulary, Random(i), nullptr, true)) ? 0 : 1;
  }
  EXPECT_GT(others, 0) << "without the constraint some graph must fail, or the test shows nothing";
}

TEST(GraphConstraint, KeepsTreesWithoutRings) {
  const std::vector<TypedGraph> data = {random_graph(12, 60, 1, 1, Random(3))};
  const CodeVocabulary vocabulary(data, {}, Random(1));
  const auto tree = make_graph_constraint("tree");
  for (std::uint64_t i = 0; i < 100; ++i) {
    const TypedGraph graph = random_walk_under_mask(vocabulary, Random(i), tree.get());
    ASSERT_EQ(static_cast<std::int64_t>(graph.edges.size()), graph.num_nodes() - num_components(graph));
  }
  expect_throws<ArgumentError>([] { (void)make_graph_constraint("cubic"); }, "cubic");
}

}  // namespace
}  // namespace weft
