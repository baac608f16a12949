// How links are split.
#include "weft/tasks/link_split.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "weft/samplers/link_sampler.hpp"
#include "weft/tasks/link_judge.hpp"

namespace weft {
namespace {

using test::as_set;
using test::drawn_graph;
using test::expect_throws;

TEST(LinkSplit, DealsEveryPairOnceAndKeepsWhatIsHeldOutFromTheGraph) {
  const Dataset data = drawn_graph();
  const LinkSplit split = link_split(data, "random", 5);
  std::set<Edge> all = as_set(split.train);
  all.merge(as_set(split.val));
  all.merge(as_set(split.test));
  std::set<Edge> expected;
  for (const auto& [u, v] : edges_of(data.graph)) {
    if (u != v) {
      expected.insert({std::min(u, v), std::max(u, v)});
    }
  }
  EXPECT_EQ(all, expected);
  EXPECT_EQ(split.train.size() + split.val.size() + split.test.size(), expected.size());
  EXPECT_EQ(split.test.size(), expected.size() / 10);
  EXPECT_EQ(split.val.size(), expected.size() / 20);
  for (const std::vector<Edge>* part : {&split.val, &split.test}) {
    for (const auto& [u, v] : *part) {
      ASSERT_FALSE(split.messages.has_edge({u, v}) || split.messages.has_edge({v, u})) << u << " - " << v;
    }
  }
  for (const auto& [u, v] : split.train) {
    ASSERT_TRUE(split.messages.has_edge({u, v}) && split.messages.has_edge({v, u})) << u << " - " << v;
  }
  EXPECT_EQ(link_split(data, "random", 5).test, split.test);
  EXPECT_NE(link_split(data, "random", 6).test, split.test);
}

TEST(LinkSplit, TakesTheLinksOfTheFileAndTheRestOfTheGraph) {
  // The path 0 - 1 - 2 - 3 - 4, of which 1 - 2 is tested, and 0 - 4, which the graph does not have.
  Dataset data;
  data.name = "path";
  data.graph = CsrGraph::from_edges(5, std::vector<Edge>{{0, 1}, {1, 2}, {2, 3}, {3, 4}}, {.symmetrize = true});
  data.splits.push_back({.name = "s", .train = {}, .val = {}, .test = {}, .test_edges = {{2, 1}, {0, 4}}});
  EXPECT_EQ(link_split_names(data), std::vector<std::string>{"s"});
  const LinkSplit split = link_split(data, "s", 0);
  EXPECT_EQ(split.test, (std::vector<Edge>{{0, 4}, {1, 2}}));
  EXPECT_EQ(split.val.size(), 1U);
  EXPECT_EQ(split.train.size(), 2U);
  EXPECT_EQ(split.messages.num_edges(), 4);

  data.splits[0].val_edges = {{3, 4}};
  data.splits[0].train_edges = {{0, 2}};
  const LinkSplit given = link_split(data, "s", 0);
  EXPECT_EQ(given.val, (std::vector<Edge>{{3, 4}}));
  EXPECT_EQ(given.train, (std::vector<Edge>{{0, 2}}));
  // 0 - 1 and 2 - 3 are in no part, and 0 - 2 is a link of training.
  EXPECT_EQ(edges_of(given.messages), (std::vector<Edge>{{1, 0}, {2, 0}, {0, 1}, {0, 2}, {3, 2}, {2, 3}}));
}

TEST(LinkSplit, KeepsTheDirectionOfEdgesAndHoldsBothOut) {
  Dataset data;
  data.directed = true;
  data.graph = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}, {2, 1}, {2, 3}, {3, 0}});
  data.splits.push_back(
      {.name = "s", .train = {}, .val = {}, .test = {}, .val_edges = {{2, 3}}, .test_edges = {{1, 2}}});
  EXPECT_EQ(edges_of(link_split(data, "s", 0).messages), (std::vector<Edge>{{3, 0}, {0, 1}}));
}

TEST(LinkSplit, RefusesWhatCannotBeSplit) {
  Dataset data = drawn_graph();
  expect_throws<ArgumentError>([&] { (void)link_split(data, "public", 0); }, "no split of links 'public'");
  data.graph = CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}}, {.symmetrize = true});
  expect_throws<ArgumentError>([&] { (void)link_split(data, "random", 0); }, "at least one each");
  data.node_ptr = {0, 3};
  expect_throws<ArgumentError>([&] { (void)link_split(data, "random", 0); }, "holds 1 graphs, expected one");
}

TEST(LinkSplit, FindsTheSidesOfABipartiteGraphAndDrawsPairsAcrossThem) {
  // A path of 12 nodes: even ones and odd ones; node 12 alone.
  Dataset data;
  data.name = "path";
  std::vector<Edge> path;
  for (NodeId v = 0; v + 1 < 12; ++v) {
    path.push_back({v, v + 1});
  }
  data.graph = CsrGraph::from_edges(13, path, {.symmetrize = true});
  const LinkSplit split = link_split(data, "random", 0, true);
  ASSERT_EQ(split.side.size(), 13U);
  for (std::size_t v = 0; v < 12; ++v) {
    EXPECT_EQ(split.side[v], v % 2);
  }
  for (const double power : {0.0, 0.75}) {
    const LinkSampler sampler(13, split.train, {.negatives_per_edge = 50, .degree_power = power, .side = split.side});
    for (const auto& [u, v] : sampler.sample(0, 0).pairs) {
      ASSERT_NE(split.side[u], split.side[v]);
    }
  }
  EXPECT_TRUE(LinkJudge(split, 0).figures(test::random_tensor(13, 2), {}).contains("recall@20"));
  path.push_back({0, 2});
  data.graph = CsrGraph::from_edges(13, path, {.symmetrize = true});
  expect_throws<ArgumentError>([&] { (void)link_split(data, "random", 0, true); }, "closes an odd circle");
}

}  // namespace
}  // namespace weft
