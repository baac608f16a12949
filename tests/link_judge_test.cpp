// Links: how they are split and judged.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <vector>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/importers/pair_file.hpp"
#include "weft/samplers/link_sampler.hpp"
#include "weft/tasks/classification_metrics.hpp"
#include "weft/tasks/link_judge.hpp"
#include "weft/tasks/link_metrics.hpp"
#include "weft/tasks/link_split.hpp"
#include "weft/tasks/link_task.hpp"

namespace weft {
namespace {

using test::as_set;
using test::drawn_graph;
using test::expect_throws;

TEST(LinkLoss, IsTheLogisticLossInWhichLinksAreHalf) {
  // Scores 2 of a link, -1 and 0 of none.
  const Variable z = Variable::constant(Tensor{{1, 0}, {2, 0}, {-1, 0}, {0, 5}});
  const double link = std::log1p(std::exp(-2.0)), others = (std::log1p(std::exp(-1.0)) + std::log(2.0)) / 2.0;
  EXPECT_NEAR(link_loss(z, std::vector<Edge>{{0, 1}, {0, 2}, {2, 3}}, 1).value()(0, 0), (link + others) / 2.0, 1e-6);
  EXPECT_NEAR(link_loss(z, std::vector<Edge>{{0, 1}}, 1).value()(0, 0), link, 1e-6);
}

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

TEST(LinkMetrics, AreThoseWorkedOutByHand) {
  const std::vector<float> links = {3, 1, 0.5F}, others = {2, 1, 0, -1};
  // Above 2: one link. Above 1: one, as equal is not above. Above 0: all three.
  EXPECT_DOUBLE_EQ(hits_at(1, links, others), 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(hits_at(2, links, others), 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(hits_at(3, links, others), 1.0);
  EXPECT_DOUBLE_EQ(hits_at(5, links, others), 1.0);
  EXPECT_TRUE(std::isnan(hits_at(1, {}, others)));
  EXPECT_DOUBLE_EQ(reciprocal_rank(3, others), 1.0);
  EXPECT_DOUBLE_EQ(reciprocal_rank(0.5F, others), 1.0 / 3.0);
  // One is better, one equal: places 2 and 3 are shared.
  EXPECT_DOUBLE_EQ(reciprocal_rank(1, others), 1.0 / 2.5);
  // In falling order: link, none, link and none at once, link, none.
  const std::vector<float> scores = {3, 1, 0.5F, 2, 1, 0};
  const std::vector<std::uint8_t> outcomes = {1, 1, 1, 0, 0, 0};
  EXPECT_DOUBLE_EQ(average_precision(scores, outcomes), (1.0 + 2.0 / 4.0 + 3.0 / 5.0) / 3.0);
  EXPECT_DOUBLE_EQ(roc_auc(scores, outcomes), (3.0 + 1.5 + 1.0) / 9.0);
}

TEST(LinkJudge, SetsPairsAgainstLinksThatAreNoLinkOfAnyPart) {
  // Two triangles; the test link 0 - 1 is known to the judge. States are such that links score 1 and all others 0.
  LinkSplit split{
      .name = "s", .train = {{0, 2}, {1, 2}, {3, 5}, {4, 5}}, .val = {{3, 4}}, .test = {{0, 1}}, .messages = {}};
  split.messages = CsrGraph::from_edges(6, split.train, {.symmetrize = true});
  const Tensor states{{1, 0}, {1, 0}, {1, 0}, {0, 1}, {0, 1}, {0, 1}};
  const LinkJudge judge(split, 3);
  EXPECT_EQ(judge.rows().train, (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(judge.rows().test, (std::vector<std::int64_t>{5}));
  for (const auto& rows : {judge.rows().train, judge.rows().val, judge.rows().test}) {
    for (const auto& [name, figure] : judge.figures(states, rows)) {
      EXPECT_DOUBLE_EQ(figure, 1.0) << name;
    }
  }
  EXPECT_NEAR(judge.mean_loss(states, judge.rows().test), (std::log1p(std::exp(-1.0)) + std::log(2.0)) / 2.0, 1e-12);
  // States that say nothing: every figure is that of chance.
  const Tensor equal = Tensor::full(6, 1, 1.0F);
  EXPECT_DOUBLE_EQ(judge.figure(metric_named("roc_auc"), equal, judge.rows().train), 0.5);
  EXPECT_DOUBLE_EQ(judge.figure(metric_named("mrr"), equal, judge.rows().train), 1.0 / 51.0);
  expect_throws<ArgumentError>([&] { (void)judge.figure(metric_named("accuracy"), equal, {}); },
                               "accuracy is not for links");
}

TEST(LinkRanking, IsThatWorkedOutByHand) {
  // Users 0, 1; items 2 .. 5, of states 4, 3, 2, 1. User 0 likes large ones, user 1 small ones.
  const Tensor states{{1}, {-1}, {4}, {3}, {2}, {1}};
  const std::vector<std::uint8_t> side = {0, 0, 1, 1, 1, 1};
  const auto graph = [](const std::vector<Edge>& links) {
    return CsrGraph::from_edges(6, links, {.symmetrize = true});
  };
  // Known beside what is wanted: 0 - 2, so that 3 and 4 are the first two of user 0.
  const CsrGraph wanted = graph({{0, 3}, {0, 5}, {1, 4}}), known = graph({{0, 2}, {0, 3}, {0, 5}, {1, 4}});
  const RankingFigures found = ranking_at(2, states, side, known, wanted, Random(0));
  // User 0: 3 of {3, 5} is found, first. User 1: 5, then 4, which is wanted, second.
  EXPECT_DOUBLE_EQ(found.recall, (0.5 + 1.0) / 2.0);
  const double second = 1.0 / std::log2(3.0);
  EXPECT_DOUBLE_EQ(found.ndcg, (1.0 / (1.0 + second) + second) / 2.0);
  EXPECT_TRUE(std::isnan(ranking_at(2, states, side, known, graph({}), Random(0)).recall));
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

TEST(PairFile, ReadsNumbersAndNames) {
  const test::TemporaryFolder folder;
  const auto written = [&](const std::string& text) {
    std::ofstream(folder / "pairs.csv") << text;
    return folder / "pairs.csv";
  };
  Dataset data;
  data.graph = CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}}, {.symmetrize = true});
  EXPECT_EQ(read_pairs(written("source,target\n0,2\n2,1\n"), data), (std::vector<Edge>{{0, 2}, {2, 1}}));
  expect_throws<DataError>([&] { (void)read_pairs(written("0,1\n0,3\n"), data); },
                           "line 2: node 3 is not in the dataset");
  expect_throws<DataError>([&] { (void)read_pairs(written("0,1\n1\n"), data); }, "line 2");
  expect_throws<DataError>([&] { (void)read_pairs(written("0,1\n1,b\n"), data); },
                           "no node of the dataset is called 'b'");
  data.node_names = {"a", "b", "c"};
  // Node 0 stood third before.
  data.original_node = {2, 0, 1};
  EXPECT_EQ(read_pairs(written("a,0\nb,2\n"), data), (std::vector<Edge>{{0, 1}, {1, 0}}));
}

}  // namespace
}  // namespace weft
