// Batches of links and of pairs that are none, and the neighbors of their ends.
#include "weft/samplers/link_sampler.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "weft/core/parallel.hpp"
#include "weft/samplers/link_neighbor_sampler.hpp"
#include "weft/samplers/negative_edges.hpp"
#include "weft/tasks/link_split.hpp"

namespace weft {
namespace {

using test::as_set;
using test::drawn_graph;
using test::expect_throws;
using test::list;
using test::small_undirected_graph;

TEST(NegativeSampler, NeverNamesAKnownEdge) {
  const CsrGraph& graph = small_undirected_graph();
  const std::vector<Edge> positives = edges_of(graph);
  for (const double power : {0.0, 0.75}) {
    const NegativeSampler sampler(graph, {.per_positive = 2, .degree_power = power});
    const NegativeEdges negatives = sampler.sample(positives, Random(4));
    ASSERT_EQ(negatives.edges.size(), 2 * positives.size());
    for (std::size_t i = 0; i < negatives.edges.size(); ++i) {
      const Edge edge = negatives.edges[i];
      ASSERT_FALSE(graph.has_edge(edge));
      ASSERT_NE(edge.source, edge.destination);
      ASSERT_EQ(edge.destination, positives[static_cast<std::size_t>(negatives.positive[i])].destination);
      ASSERT_TRUE(power == 0.0 || graph.in_degree(edge.source) > 0);
    }
    for (const int threads : {1, 2, 4}) {
      with_threads(threads, [&] { EXPECT_EQ(sampler.sample(positives, Random(4)).edges, negatives.edges); });
    }
  }
}

TEST(NegativeSampler, DrawsInProportionToThePowerOfDegrees) {
  // Sources 1, 2, 3 are read by 1, 4 and 9 others; power 1/2 weighs them 1 : 2 : 3. Node 0 reads nobody but 4.
  std::vector<Edge> edges = {{4, 0}};
  NodeId reader = 5;
  for (const auto& [source, degree] : {std::pair<NodeId, int>{1, 1}, {2, 4}, {3, 9}}) {
    for (int i = 0; i < degree; ++i) {
      edges.push_back({source, reader++});
    }
  }
  const CsrGraph graph = CsrGraph::from_edges(reader, edges);
  const std::vector<Edge> positives(12'000, Edge{4, 0});
  const NegativeEdges negatives = NegativeSampler(graph, {.degree_power = 0.5}).sample(positives, Random(6));
  ASSERT_EQ(negatives.edges.size(), positives.size());
  std::vector<double> counts(3);
  for (const Edge edge : negatives.edges) {
    ++counts.at(edge.source - 1U);
  }
  EXPECT_LT(test::chi_square(counts, std::vector<double>{2000, 4000, 6000}), test::chi_square_limit(2));
}

TEST(NegativeSampler, DrawsExactlyWhereAlmostEverythingIsKnown) {
  // Node 0 reads 1 .. 9997 of 10 000 nodes: 9998 and 9999 are left. Node 1 reads all others.
  std::vector<Edge> edges;
  for (NodeId u = 0; u < 10'000; ++u) {
    if (u != 0 && u < 9998) {
      edges.push_back({u, 0});
    }
    if (u != 1) {
      edges.push_back({u, 1});
    }
  }
  const CsrGraph graph = CsrGraph::from_edges(10'000, edges);
  std::vector<Edge> positives(2000, Edge{1, 0});
  positives.push_back({0, 1});
  const NegativeEdges negatives = NegativeSampler(graph).sample(positives, Random(6));
  ASSERT_EQ(negatives.edges.size(), 2000U);
  const auto high = std::ranges::count(negatives.edges, 9999U, &Edge::source);
  EXPECT_EQ(std::ranges::count(negatives.edges, 9998U, &Edge::source) + high, 2000);
  EXPECT_NEAR(static_cast<double>(high), 1000.0, 100.0);
}

TEST(NegativeSampler, DrawsByWeightWhereTheHeavySourcesAreKnown) {
  // Node 0 reads the hub, which all but takes the whole weight at power 4; of the others 2 is read by 2, 3 by 1.
  std::vector<Edge> edges;
  for (NodeId v = 0; v < 200; ++v) {
    if (v != 1) {
      edges.push_back({1, v});
    }
  }
  edges.insert(edges.end(), {{2, 10}, {2, 11}, {3, 10}});
  const CsrGraph graph = CsrGraph::from_edges(200, edges);
  const NegativeSampler sampler(graph, {.degree_power = 4.0});
  const NegativeEdges negatives = sampler.sample(std::vector<Edge>(17'000, Edge{1, 0}), Random(6));
  ASSERT_EQ(negatives.edges.size(), 17'000U);
  const auto twos = static_cast<double>(std::ranges::count(negatives.edges, 2U, &Edge::source));
  const auto threes = static_cast<double>(std::ranges::count(negatives.edges, 3U, &Edge::source));
  EXPECT_LT(test::chi_square(std::vector<double>{twos, threes}, std::vector<double>{16'000, 1000}),
            test::chi_square_limit(1));
}

TEST(NegativeSampler, DrawsFromTheOtherSide) {
  // Users 1, 3, 5, ... of 2000, items 0 and 4; node 2 is an item that nobody knows. Item 0 has 3 users, item 4 one.
  std::vector<std::uint8_t> side(2000, 1);
  for (const std::size_t item : {0U, 2U, 4U}) {
    side[item] = 0;
  }
  const std::vector<Edge> links = {{0, 1}, {0, 3}, {0, 5}, {4, 7}};
  const CsrGraph graph = CsrGraph::from_edges(2000, links, {.symmetrize = true});
  const auto share = [&](double power, NodeId user, NodeId item) {
    const NegativeSampler sampler(graph, {.degree_power = power, .side = side});
    const std::vector<Edge> drawn = sampler.sample(std::vector<Edge>(9000, Edge{0, user}), Random(3)).edges;
    EXPECT_EQ(drawn.size(), 9000U);
    for (const Edge& edge : drawn) {
      EXPECT_NE(side[edge.source], side[edge.destination]);
      EXPECT_FALSE(graph.has_edge(edge));
    }
    return static_cast<double>(std::ranges::count(drawn, item, &Edge::source)) / 9000.0;
  };
  EXPECT_NEAR(share(0.0, 9, 0), 1.0 / 3.0, 0.02);
  EXPECT_NEAR(share(0.0, 1, 2), 1.0 / 2.0, 0.02);
  EXPECT_NEAR(share(1.0, 9, 0), 3.0 / 4.0, 0.02);
  EXPECT_EQ(share(1.0, 1, 4), 1.0);

  // An item gets users, uniformly among the 1996 that it does not know or one of the few with a degree.
  const std::vector<Edge> items(1000, Edge{1, 0});
  for (const double power : {0.0, 1.0}) {
    const std::vector<Edge> drawn =
        NegativeSampler(graph, {.degree_power = power, .side = side}).sample(items, Random(3)).edges;
    ASSERT_EQ(drawn.size(), 1000U);
    for (const Edge& edge : drawn) {
      ASSERT_EQ(side[edge.source], 1);
      ASSERT_TRUE(power == 0.0 || edge.source == 7U);
      ASSERT_FALSE(graph.has_edge(edge));
    }
  }
}

TEST(NegativeSampler, RefusesWrongArguments) {
  const CsrGraph graph = test::star(2);
  expect_throws<ArgumentError>([&] { (void)NegativeSampler(graph, {.per_positive = 0}); }, "per_positive is 0");
  expect_throws<ArgumentError>([&] { (void)NegativeSampler(graph, {.degree_power = -1.0}); }, "degree_power is -1");
  expect_throws<ArgumentError>([&] { (void)NegativeSampler(graph, {.side = {0, 1}}); }, "sides of 2 nodes, expected 3");
  expect_throws<ArgumentError>(
      [&] {
        (void)NegativeSampler(graph, {.side = {0, 2, 1}});
      },
      "side of node 1 is 2, expected 0 or 1");
  expect_throws<ArgumentError>(
      [&] {
        (void)NegativeSampler(graph).sample(std::vector<Edge>{{0, 3}}, Random(0));
      },
      "positive number 0 is 0 -> 3");
}

TEST(LinkSampler, GivesEveryLinkOnceAnEpochAndNoLinkAsNegative) {
  const LinkSplit split = link_split(drawn_graph(), "random", 0);
  const std::set<Edge> known = as_set(split.train);
  for (const double power : {0.0, 0.75}) {
    const LinkSampler sampler(400, split.train, {.batch_size = 100, .negatives_per_edge = 2, .degree_power = power});
    std::vector<Edge> seen;
    for (std::int64_t k = 0; k < sampler.num_batches(); ++k) {
      const LinkSample sample = sampler.sample(1, k);
      ASSERT_EQ(static_cast<std::int64_t>(sample.pairs.size()), 3 * sample.num_links);
      seen.insert(seen.end(), sample.pairs.begin(), sample.pairs.begin() + sample.num_links);
      for (std::size_t i = static_cast<std::size_t>(sample.num_links); i < sample.pairs.size(); ++i) {
        const auto [u, v] = sample.pairs[i];
        ASSERT_NE(u, v);
        ASSERT_FALSE(known.contains({std::min(u, v), std::max(u, v)}));
      }
    }
    std::ranges::sort(seen);
    EXPECT_EQ(seen, split.train);
  }
}

TEST(LinkSampler, IsAFunctionOfEpochAndIndexOnAnyNumberOfThreads) {
  const LinkSplit split = link_split(drawn_graph(), "random", 0);
  const LinkSampler sampler(400, split.train, {.batch_size = 64, .degree_power = 0.75, .seed = 9});
  const std::vector<Edge> expected = sampler.sample(2, 3).pairs;
  for (const int threads : {1, 2, 4}) {
    with_threads(threads, [&] { EXPECT_EQ(sampler.sample(2, 3).pairs, expected); });
  }
  EXPECT_NE(sampler.sample(3, 3).pairs, expected);
  expect_throws<ArgumentError>([&] { (void)sampler.sample(0, sampler.num_batches()); }, "batch");
}

TEST(LinkSampler, DrawsBothEndsOfUniformNegativesAlike) {
  // Node 0 is joined to all of 1 .. 9, which know nobody else: the pairs that are left are those among the nine.
  std::vector<Edge> star;
  for (NodeId v = 1; v < 10; ++v) {
    star.push_back({0, v});
  }
  const LinkSampler sampler(10, star, {.negatives_per_edge = 4000});
  const LinkSample sample = sampler.sample(0, 0);
  const std::vector<double> expected(9, static_cast<double>(sample.pairs.size() - 9) / 9.0);
  std::vector<double> counts(9);
  for (std::size_t i = 9; i < sample.pairs.size(); ++i) {
    ++counts.at(sample.pairs[i].source - 1U);
  }
  EXPECT_LT(test::chi_square(counts, expected), test::chi_square_limit(8));
}

TEST(LinkNeighborSampler, HasTheEndsOfItsPairsAsSeeds) {
  const LinkSplit split = link_split(drawn_graph(), "random", 0);
  const auto links = std::make_shared<const LinkSampler>(400, split.train, LinkSamplerOptions{.batch_size = 32});
  const LinkNeighborSampler sampler(links, split.messages, {.fanouts = {3, 2}, .seed = 4});
  const Sample sample = sampler.sample(1, 2);
  test::expect_valid(sample, split.messages);
  std::set<NodeId> ends;
  for (const auto& [u, v] : links->sample(1, 2).pairs) {
    ends.insert({u, v});
  }
  EXPECT_EQ(test::list(sample.seeds), std::vector<NodeId>(ends.begin(), ends.end()));
}

}  // namespace
}  // namespace weft
