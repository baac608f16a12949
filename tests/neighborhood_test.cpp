// What is near the current node of a partial graph, and how tokens are judged by it.
#include "weft/generation/neighborhood.hpp"

#include <map>
#include <set>

#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/generation/token_clues.hpp"
#include "weft/graph/generators.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_throws;
using test::random_tensor;
using test::same_bits;

struct Beginning {
  PartialGraph graph;
  Neighborhood near;
  void take(const Token& token) {
    graph.take(token);
    near.follow(graph);
  }
};

TEST(Neighborhood, OfAPathAreTheNodesUpToFiveEdgesUp) {
  // Two and three edges away, and up to four steps along the rim above the parent.
  Beginning x;
  x.take(Token::grow(0, 0));
  for (int i = 0; i < 8; ++i) {
    x.take(Token::grow(1, 0));
  }
  ASSERT_EQ(x.near.near().size(), 4U);
  EXPECT_EQ(x.near.near()[3].levels, 5);
  EXPECT_EQ(x.near.near()[3].distance, 4);
  EXPECT_EQ(x.near.near()[3].from_parent, 4);
  const Neighborhood::Ancestor &two = x.near.near()[0], &three = x.near.near()[1];
  EXPECT_EQ(two.levels, 2);
  EXPECT_EQ(two.distance, 2);
  EXPECT_EQ(two.paths, 1);
  EXPECT_EQ(two.triangles, 0);
  EXPECT_TRUE(two.meets_latest);
  EXPECT_TRUE(two.meets_parent);
  EXPECT_EQ(two.from_latest, 1);
  EXPECT_EQ(two.from_parent, 1);
  EXPECT_EQ(three.levels, 3);
  EXPECT_EQ(three.distance, 3);
  EXPECT_FALSE(three.meets_parent);
  EXPECT_EQ(x.near.num_edges_in(4, 0), 2);
}

TEST(Neighborhood, CountsTheTrianglesOfEdges) {
  // The path 0 1 2 3, then the ring 3 2 1, then the ring 3 .. 0: two triangles that share the edge 1 3.
  Beginning x;
  for (const Token& token : {Token::grow(0, 0), Token::grow(1, 0), Token::grow(1, 0), Token::grow(1, 0)}) {
    x.take(token);
  }
  x.take(Token::close(1, 3));
  ASSERT_EQ(x.near.near().size(), 1U);
  EXPECT_EQ(x.near.near()[0].levels, 3);
  EXPECT_EQ(x.near.near()[0].distance, 2);
  EXPECT_EQ(x.near.near()[0].triangles, 0);
  EXPECT_TRUE(x.near.near()[0].meets_latest);
  EXPECT_FALSE(x.near.near()[0].meets_parent);
  EXPECT_EQ(x.near.latest_triangles(), 1);
  EXPECT_EQ(x.near.num_edges_in(1, 0), 1);
  EXPECT_EQ(x.near.num_edges_in(1, 1), 2);
  x.take(Token::close(1, 4));
  EXPECT_TRUE(x.near.near().empty());
  EXPECT_EQ(x.near.num_edges_in(1, 0), 0);
  EXPECT_EQ(x.near.num_edges_in(1, 1), 2) << "the edge 1 3 lies in two";
  EXPECT_EQ(x.near.num_edges_in(3, 1), 2);
}

TEST(Neighborhood, LeavesOutRingsThatMayNotFollowAndWhatIsBehindAClimb) {
  Beginning x;
  for (const Token& token :
       {Token::grow(0, 0), Token::grow(1, 0), Token::grow(1, 0), Token::grow(1, 0), Token::close(1, 4)}) {
    x.take(token);
  }
  // A square: the node opposite is two edges away, but its ring is shorter than the last.
  EXPECT_TRUE(x.near.near().empty());
  x.take(Token::climb(1));
  EXPECT_TRUE(x.near.near().empty());
}

/// The same by looking at everything.
void expect_as_by_hand(const Beginning& x) {
  const std::int64_t n = x.graph.num_nodes();
  std::vector<std::set<NodeId>> links(static_cast<std::size_t>(n));
  for (const TypedEdge& e : x.graph.graph().edges) {
    links[e.a].insert(e.b);
    links[e.b].insert(e.a);
  }
  const auto triangles = [&](NodeId a, NodeId b) {
    return std::ranges::count_if(links[a], [&](NodeId c) { return links[b].contains(c); });
  };
  for (NodeId v = 0; v < n; ++v) {
    for (const std::size_t t : {0U, 1U}) {
      ASSERT_EQ(x.near.num_edges_in(v, t), std::ranges::count_if(links[v], [&](NodeId u) {
                  return triangles(v, u) == static_cast<std::ptrdiff_t>(t);
                }));
    }
  }
  if (x.graph.last() == Token::Kind::climb || x.graph.last() == Token::Kind::end) {
    ASSERT_TRUE(x.near.near().empty());
    return;
  }
  std::map<std::int32_t, Neighborhood::Ancestor> expected;
  const NodeId v = x.graph.ancestor(0);
  // Steps to every node along edges in one triangle or none, without v.
  const auto rim_from = [&](NodeId start) {
    std::vector<std::int32_t> steps(links.size(), 0);
    std::vector<NodeId> rim = {start};
    for (std::size_t i = 0; i < rim.size(); ++i) {
      for (const NodeId u : links[rim[i]]) {
        if (u != v && u != start && steps[u] == 0 && steps[rim[i]] < Neighborhood::kMostSteps &&
            triangles(rim[i], u) < 2) {
          steps[u] = steps[rim[i]] + 1;
          rim.push_back(u);
        }
      }
    }
    return steps;
  };
  const NodeId latest = x.graph.last_ring() > 2 ? x.graph.ancestor(x.graph.last_ring() - 1)
                                                : x.graph.ancestor(std::min(1, x.graph.depth()));
  const std::vector<std::int32_t> from_latest = rim_from(latest),
                                  from_parent = rim_from(x.graph.ancestor(std::min(1, x.graph.depth())));
  for (std::int32_t levels = 2; levels <= x.graph.depth(); ++levels) {
    const NodeId u = x.graph.ancestor(levels);
    if (links[v].contains(u) || levels < x.graph.last_ring()) {
      continue;
    }
    std::int32_t two = 0, three = 0, least_two = 1000, least_three = 1000;
    for (const NodeId w : links[u]) {
      const auto edge = static_cast<std::int32_t>(triangles(w, u));
      if (links[v].contains(w)) {
        ++two;
        least_two = std::min(least_two, edge);
      } else if (const auto ways = static_cast<std::int32_t>(triangles(w, v)); ways > 0) {
        three += ways;
        least_three = std::min(least_three, edge);
      }
    }
    if (two + three + from_latest[u] + from_parent[u] > 0) {
      expected[levels] = {.levels = levels,
                          .distance = two > 0     ? 2
                                      : three > 0 ? 3
                                                  : 4,
                          .paths = two > 0     ? two
                                   : three > 0 ? three
                                               : 1,
                          .triangles = two > 0 ? least_two : least_three,
                          .from_latest = from_latest[u],
                          .from_parent = from_parent[u]};
    }
  }
  ASSERT_EQ(x.near.near().size(), expected.size());
  for (const Neighborhood::Ancestor& u : x.near.near()) {
    ASSERT_TRUE(expected.contains(u.levels));
    EXPECT_EQ(u.distance, expected[u.levels].distance);
    EXPECT_EQ(u.paths, expected[u.levels].paths);
    EXPECT_TRUE(u.distance == 4 || u.triangles == expected[u.levels].triangles);
    EXPECT_EQ(u.from_latest, expected[u.levels].from_latest);
    EXPECT_EQ(u.from_parent, expected[u.levels].from_parent);
    EXPECT_EQ(u.meets_latest, links[latest].contains(x.graph.ancestor(u.levels)));
    EXPECT_EQ(u.meets_parent, links[x.graph.ancestor(1)].contains(x.graph.ancestor(u.levels)));
  }
}

TEST(Neighborhood, IsWhatOneSeesByLookingAtEverything) {
  for (std::uint64_t i = 0; i < 12; ++i) {
    const TypedGraph graph = i % 3 == 0 ? plain_graph(grid(5, 6))
                                        : plain_graph(rmat({.num_nodes = 28,
                                                            .num_edges = 50 + 10 * static_cast<std::int64_t>(i),
                                                            .undirected = true,
                                                            .seed = i}));
    Beginning x;
    for (const Token& token : encode(graph, Random(i), i % 2 == 0 ? Walk::compact : Walk::random).tokens) {
      x.take(token);
      expect_as_by_hand(x);
    }
  }
}

TEST(Neighborhood, LooksNoFurtherThanItPromises) {
  // A star of 500 leaves, whose center is near each of them; then one node more below a leaf.
  Beginning x;
  x.take(Token::grow(0, 0));
  for (int i = 0; i < 500; ++i) {
    x.take(Token::grow(1, 0));
    EXPECT_TRUE(x.near.near().empty());
    x.take(Token::climb(1));
  }
  x.take(Token::grow(1, 0));
  x.take(Token::grow(1, 0));
  ASSERT_EQ(x.near.near().size(), 1U);
  EXPECT_EQ(x.near.near()[0].levels, 2);
}

/// Two clues for the first row, none for the second, one for the third; a table of eight features.
TokenClues some_clues() {
  TokenClues clues;
  clues.add(1, std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 5});
  clues.add(3, std::vector<std::int32_t>{0, 1, 2, 3, 4, 6, 2});
  clues.end_row();
  clues.end_row();
  clues.add(0, std::vector<std::int32_t>{7, 1, 7, 3, 5, 6, 0});
  clues.end_row();
  return clues;
}

TEST(TokenClues, AreJudgedByASmallNetwork) {
  TokenClues clues;
  clues.add(2, std::vector<std::int32_t>{0, 0, 0, 0, 0, 1, 0});
  clues.end_row();
  // z = (1, -1) + 6 (1, 1) + (-8, 0) = (-1, 5): relu gives (0, 5), weights (10, 100) give 500.
  const Variable y =
      add_clue_scores(Variable::constant(Tensor{{1, 2, 3}}), Variable::constant(Tensor{{1, -1}}),
                      Variable::constant(Tensor{{1, 1}, {-8, 0}}), Variable::constant(Tensor{{10, 100}}), clues);
  EXPECT_EQ(y.value()(0, 0), 1.0F);
  EXPECT_EQ(y.value()(0, 1), 2.0F);
  EXPECT_EQ(y.value()(0, 2), 503.0F);
}

TEST(TokenClues, HaveTheGradientOfTheirFormula) {
  Parameter logits(random_tensor(3, 4, 1)), states(random_tensor(3, 5, 2)), table(random_tensor(8, 5, 3)),
      weights(random_tensor(1, 5, 4));
  const TokenClues clues = some_clues();
  const Variable shape = Variable::constant(random_tensor(3, 4, 5));
  for (Parameter* p : {&logits, &states, &table, &weights}) {
    expect_gradient_matches(*p, [&] {
      return sum(shape *
                 add_clue_scores(logits.variable(), states.variable(), table.variable(), weights.variable(), clues));
    });
  }
}

TEST(TokenClues, GiveTheSameBitsWhateverTheNumberOfThreads) {
  TokenClues clues;
  for (std::int32_t i = 0; i < 2000; ++i) {
    for (std::int32_t j = 0; j < i % 4; ++j) {
      clues.add((i + j) % 7, std::vector<std::int32_t>{i % 9, 1, 2, j, 4, 5, 6});
    }
    clues.end_row();
  }
  Parameter logits(random_tensor(2000, 7, 1)), states(random_tensor(2000, 16, 2)), table(random_tensor(9, 16, 3)),
      weights(random_tensor(1, 16, 4));
  std::vector<Tensor> gradient[2];
  for (const int threads : {1, 2}) {
    with_threads(threads, [&] {
      const Variable y =
          add_clue_scores(logits.variable(), states.variable(), table.variable(), weights.variable(), clues);
      Gradients gradients = backward(sum(y * y));
      for (Parameter* p : {&logits, &states, &table, &weights}) {
        gradient[threads - 1].push_back(*gradients.of(p->variable()));
      }
    });
  }
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_TRUE(same_bits(gradient[0][k], gradient[1][k])) << k;
  }
}

TEST(TokenClues, OfTokensOrFeaturesThatAreNotThereAreRefused) {
  const TokenClues clues = some_clues();
  const auto scores = [&](std::int64_t rows, std::int64_t tokens, std::int64_t features) {
    return add_clue_scores(Variable::constant(Tensor(rows, tokens)), Variable::constant(Tensor(rows, 5)),
                           Variable::constant(Tensor(features, 5)), Variable::constant(Tensor(1, 5)), clues);
  };
  (void)scores(3, 4, 8);
  expect_throws<ArgumentError>([&] { (void)scores(4, 4, 8); }, "3 rows");
  expect_throws<ArgumentError>([&] { (void)scores(3, 3, 8); }, "token above 3");
  expect_throws<ArgumentError>([&] { (void)scores(3, 4, 7); }, "feature above 7");
}

}  // namespace
}  // namespace weft
