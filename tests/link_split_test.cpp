// How links are split.
#include "weft/tasks/link_split.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
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

TEST(LinkSplit, TakesSeveralEdgesBetweenTwoNodesForOneLink) {
  // A ring of 40 nodes whose edges are there twice, in both directions.
  std::vector<NodeId> sources;
  Buffer<EdgeId> offsets(41, 0);
  for (NodeId v = 0; v < 40; ++v) {
    const auto [first, second] = std::minmax({(v + 1) % 40, (v + 39) % 40});
    sources.insert(sources.end(), {first, first, second, second});
    offsets[std::size_t{v} + 1] = 4 * (EdgeId{v} + 1);
  }
  Dataset data;
  data.name = "ring";
  data.graph = CsrGraph::from_rows(40, std::move(offsets), Buffer<NodeId>::copy_of(sources));
  const LinkSplit split = link_split(data, "random", 1);
  EXPECT_EQ(split.train.size() + split.val.size() + split.test.size(), 40U);
  for (const auto& [u, v] : split.test) {
    EXPECT_FALSE(split.messages.has_edge({u, v}) || split.messages.has_edge({v, u}));
  }
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
  LinkSplit split = link_split(data, "random", 0);
  find_sides(split, data, "");
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
  EXPECT_FALSE(split.knows_users);
  EXPECT_FALSE(LinkJudge(split, 0).figures(test::random_tensor(13, 2), {}).contains("recall@20"));
  path.push_back({0, 2});
  data.graph = CsrGraph::from_edges(13, path, {.symmetrize = true});
  split = link_split(data, "random", 0);
  expect_throws<ArgumentError>([&] { find_sides(split, data, ""); }, "closes an odd circle");
  path.back() = {12, 13};
  data.graph = CsrGraph::from_edges(14, path, {.symmetrize = true});
  split = link_split(data, "random", 0);
  expect_throws<ArgumentError>([&] { find_sides(split, data, ""); }, "in 2 pieces");
}

/// Links of `users` users, each with some of `items` items, where node k of users first is number[k].
Dataset purchases(NodeId users, NodeId items, const std::vector<NodeId>& number) {
  Dataset data;
  data.name = "purchases";
  std::vector<Edge> links;
  for (NodeId u = 0; u < users; ++u) {
    for (NodeId k = 0; k < 5; ++k) {
      links.push_back({number[u], number[users + (u * u + 3 * k * k) % items]});
    }
  }
  data.graph = CsrGraph::from_edges(users + items, links, {.symmetrize = true});
  data.node_type = Buffer<std::int32_t>(users + items);
  for (NodeId k = 0; k < users + items; ++k) {
    data.node_type[number[k]] = k < users ? 1 : 4;
  }
  return data;
}

TEST(LinkSplit, TakesUsersFromTypesOrAsTheyAreNamedHoweverNodesAreNumbered) {
  constexpr NodeId kUsers = 20, kItems = 9;
  std::vector<NodeId> in_order(kUsers + kItems), items_first(kUsers + kItems);
  std::iota(in_order.begin(), in_order.end(), NodeId{0});
  for (NodeId k = 0; k < kUsers + kItems; ++k) {
    items_first[k] = (k + kItems) % (kUsers + kItems);
  }
  const Tensor states = test::random_tensor(kUsers + kItems, 3);
  std::vector<std::map<std::string, double>> figures;
  for (const auto& [number, named] : {std::pair(in_order, "0-19"), std::pair(items_first, "9-28")}) {
    Dataset data = purchases(kUsers, kItems, number);
    Tensor own(states.rows(), states.cols());
    for (NodeId k = 0; k < kUsers + kItems; ++k) {
      std::ranges::copy(states.row(k), own.row(number[k]).begin());
    }
    // The same links in every numbering: those of three users are the test.
    Split part{.name = "parts"};
    for (const Edge& edge : edges_of(data.graph)) {
      if (data.node_type[edge.source] == 1) {
        const NodeId user = edge.source - (number[0] == 0 ? 0 : kItems);
        (user < 14 ? part.train_edges : user < 17 ? part.val_edges : part.test_edges).push_back(edge);
      }
    }
    data.splits = {part};
    for (const std::string& users : {std::string(), std::string(named), std::string("type:1")}) {
      LinkSplit split = link_split(data, "parts", 0);
      find_sides(split, data, users);
      EXPECT_TRUE(split.knows_users);
      EXPECT_EQ(std::ranges::count(split.side, 0), kUsers);
      const LinkJudge judge(split, 0);
      figures.push_back(judge.figures(own, judge.rows().test));
    }
    LinkSplit split = link_split(data, "parts", 0);
    expect_throws<ArgumentError>([&] { find_sides(split, data, "2-40"); }, "'2-40', expected FIRST-LAST");
    expect_throws<ArgumentError>([&] { find_sides(split, data, "8-20x"); }, "'8-20x'");
    expect_throws<ArgumentError>([&] { find_sides(split, data, "4-12"); }, "joins two nodes of one side");
    data.node_type = {};
    expect_throws<ArgumentError>([&] { find_sides(split, data, "type:1"); }, "have no types");
  }
  for (const auto& figure : figures) {
    EXPECT_EQ(figure.at("recall@20"), figures.front().at("recall@20"));
    EXPECT_EQ(figure.at("ndcg@20"), figures.front().at("ndcg@20"));
  }
}

}  // namespace
}  // namespace weft
