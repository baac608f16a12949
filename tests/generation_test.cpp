// Graphs as token sequences and back, vocabularies and their masks, molecules and SMILES.
#include <filesystem>
#include <set>

#include "tests/support.hpp"
#include "weft/generation/code_vocabulary.hpp"
#include "weft/generation/graph_constraint.hpp"
#include "weft/generation/molecules.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/planarity.hpp"

namespace weft {
namespace {

bool is_plane(const TypedGraph& graph) {
  return is_planar(graph.num_nodes(), edges_of(csr_graph_of(graph)));
}

using test::expect_throws;

/// Edges drawn one by one among n nodes of `types` types, with labels 1 .. labels.
TypedGraph random_graph(std::int64_t n, std::int64_t edges, std::int32_t types, std::int32_t labels,
                        const Random& random) {
  TypedGraph graph;
  for (std::int64_t i = 0; i < n; ++i) {
    graph.types.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(types), 1000 + i)));
  }
  std::set<std::pair<NodeId, NodeId>> seen;
  for (std::int64_t i = 0; i < edges && n > 1; ++i) {
    const auto a = static_cast<NodeId>(random.below(static_cast<std::uint64_t>(n), i, 1)),
               b = static_cast<NodeId>(random.below(static_cast<std::uint64_t>(n), i, 2));
    if (a != b && seen.insert({std::min(a, b), std::max(a, b)}).second) {
      graph.edges.push_back(
          {a, b, 1 + static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(labels), i, 3))});
    }
  }
  return graph;
}

void expect_round_trip(const TypedGraph& graph, const Random& random) {
  for (const Walk walk : {Walk::random, Walk::compact}) {
    const GraphCode code = encode(graph, random, walk);
    const TypedGraph back = decode(code.tokens);
    // Node i of the decoded graph is node order[i] of the original.
    ASSERT_TRUE(maps_onto(back, graph, code.order));
  }
}

TypedGraph ring(std::int64_t n) {
  TypedGraph graph;
  for (std::int64_t i = 0; i < n; ++i) {
    graph.types.push_back(0);
    graph.edges.push_back({static_cast<NodeId>(i), static_cast<NodeId>((i + 1) % n), 1});
  }
  return graph;
}

TEST(GraphCode, OfATriangleIsAPathAndOneRing) {
  const std::vector<Token> expected = {Token::grow(0, 0), Token::grow(1, 0), Token::grow(1, 0), Token::close(1, 3),
                                       Token::end()};
  EXPECT_EQ(encode(ring(3), Random(1)).tokens, expected);
}

TEST(GraphCode, ClimbsBackToWhereTheNextBranchBegins) {
  // The star of a center and three leaves, begun at the center or at a leaf.
  const TypedGraph star{{0, 1, 1, 1}, {{0, 1, 1}, {0, 2, 1}, {0, 3, 1}}};
  const std::vector<Token> from_center = {Token::grow(0, 0), Token::grow(1, 1), Token::climb(1), Token::grow(1, 1),
                                          Token::climb(1),   Token::grow(1, 1), Token::end()};
  const std::vector<Token> from_leaf = {Token::grow(0, 1), Token::grow(1, 0), Token::grow(1, 1),
                                        Token::climb(1),   Token::grow(1, 1), Token::end()};
  std::set<std::vector<Token>> codes;
  for (std::uint64_t i = 0; i < 50; ++i) {
    codes.insert(encode(star, Random(i)).tokens);
  }
  EXPECT_EQ(codes, (std::set<std::vector<Token>>{from_center, from_leaf}));
}

TEST(GraphCode, HasOneTokenAnEdgeALeafAndAnEnd) {
  // A connected graph of m edges whose search tree has f leaves: m + f + 1.
  const GraphCode code = encode(ring(6), Random(3));
  EXPECT_EQ(code.tokens.size(), 6U + 1U + 1U);
}

TEST(GraphCode, IsAFunctionOfItsRandomness) {
  const TypedGraph graph = random_graph(30, 60, 3, 2, Random(5));
  EXPECT_EQ(encode(graph, Random(7)).tokens, encode(graph, Random(7)).tokens);
  EXPECT_NE(encode(graph, Random(7)).tokens, encode(graph, Random(8)).tokens);
}

TEST(GraphCode, OfACompactWalkGoesWhereTheMostNeighborsAreSeen) {
  // A triangle 0 1 2 and a node 3 that hangs on 1.
  const TypedGraph graph{{0, 0, 0, 0}, {{0, 1, 1}, {1, 2, 1}, {0, 2, 1}, {1, 3, 1}}};
  const Token root = Token::grow(0, 0), grow = Token::grow(1, 0), ring = Token::close(1, 3), end = Token::end();
  const std::set<std::vector<Token>> compact = {
      {root, grow, grow, ring, Token::climb(1), grow, end},  // 0 1 2 3: 2 has seen 0 and 1, 3 has seen 1 alone
      {root, grow, grow, ring, grow, end},                   // 0 2 1 3
      {root, grow, grow, ring, Token::climb(2), grow, end},  // 1 0 2 3
      {root, grow, Token::climb(1), grow, grow, ring, end},  // 1 3 0 2
      {root, grow, grow, grow, ring, end}};                  // 3 1 0 2
  std::set<std::vector<Token>> all = compact, seen_compact, seen;
  all.insert({root, grow, grow, Token::climb(1), grow, ring, end});  // 0 1 3 2
  for (std::uint64_t i = 0; i < 200; ++i) {
    seen_compact.insert(encode(graph, Random(i), Walk::compact).tokens);
    seen.insert(encode(graph, Random(i), Walk::random).tokens);
  }
  EXPECT_EQ(seen_compact, compact);
  EXPECT_EQ(seen, all);
}

TEST(GraphCode, OfRandomGraphsDecodesToTheSameGraph) {
  for (std::uint64_t i = 0; i < 400; ++i) {
    const Random random(i);
    const auto n = 1 + static_cast<std::int64_t>(random.below(40, 0));
    const auto m = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(4 * n), 1));
    expect_round_trip(random_graph(n, m, 1 + static_cast<std::int32_t>(i % 4), 1 + static_cast<std::int32_t>(i % 3),
                                   random.stream(1)),
                      random.stream(2));
  }
}

TEST(GraphCode, OfGeneratedGraphsOfEverySortDecodesToTheSameGraph) {
  for (std::uint64_t i = 0; i < 5; ++i) {
    expect_round_trip(plain_graph(grid(7, 9)), Random(i));
    expect_round_trip(plain_graph(grid(4, 5, true)), Random(i));
    expect_round_trip(plain_graph(rmat({.num_nodes = 64, .num_edges = 300, .undirected = true, .seed = i})), Random(i));
    expect_round_trip(plain_graph(stochastic_block_model({.num_nodes = 60, .num_communities = 3, .seed = i}).graph),
                      Random(i));
  }
  expect_round_trip(ring(5000), Random(1));
}

TEST(GraphCode, OfTreesHasNoRings) {
  // Each node hangs on an earlier one.
  for (std::uint64_t i = 0; i < 20; ++i) {
    TypedGraph tree{{0}, {}};
    for (NodeId v = 1; v < 64; ++v) {
      tree.types.push_back(0);
      tree.edges.push_back({v, static_cast<NodeId>(Random(i).below(v, v)), 1});
    }
    expect_round_trip(tree, Random(i));
    const GraphCode code = encode(tree, Random(i));
    EXPECT_TRUE(std::ranges::none_of(code.tokens, [](const Token& t) { return t.kind == Token::Kind::close; }));
  }
}

TEST(GraphCode, StartsANewComponentWithANewRoot) {
  const TypedGraph graph{{0, 0, 1}, {{0, 1, 1}}};
  const GraphCode code = encode(graph, Random(2));
  EXPECT_EQ(
      std::ranges::count_if(code.tokens, [](const Token& t) { return t.kind == Token::Kind::grow && t.label == 0; }),
      2);
  EXPECT_EQ(num_components(decode(code.tokens)), 2);
}

TEST(GraphCode, OfALongRingLeapsToItsRoot) {
  std::vector<Token> expected(1000, Token::grow(1, 0));
  expected.front() = Token::grow(0, 0);
  // Node 999 lies in stretch 15 of 64 levels, the root is the first of stretch 0.
  expected.insert(expected.end(), {Token::leap(15), Token::close(1, 3), Token::end()});
  EXPECT_EQ(encode(ring(1000), Random(1)).tokens, expected);
  // The longest ring without a leap, and the shortest with one.
  const auto has_leap = [](std::int64_t n) {
    return std::ranges::any_of(encode(ring(n), Random(1)).tokens,
                               [](const Token& t) { return t.kind == Token::Kind::leap; });
  };
  EXPECT_FALSE(has_leap(256));
  EXPECT_TRUE(has_leap(257));
}

TEST(GraphCode, OfDeepGraphsDecodesToTheSameGraph) {
  for (std::uint64_t i = 0; i < 20; ++i) {
    // Branches and rings all along a path, so that climbs and rings of all lengths are needed.
    const Random random(i);
    TypedGraph graph = random_graph(2000, 100, 2, 2, random.stream(1));
    for (NodeId v = 1; v < 2000; ++v) {
      graph.edges.push_back({v - 1, v, 1});
    }
    std::set<std::pair<NodeId, NodeId>> seen;
    std::erase_if(graph.edges, [&](const TypedEdge& e) {
      return !seen.insert({std::min(e.a, e.b), std::max(e.a, e.b)}).second;
    });
    expect_round_trip(graph, random.stream(2));
    expect_round_trip(plain_graph(grid(60, 40)), random.stream(3));
  }
}

TEST(GraphCode, RefusesTokensThatCannotStandWhereTheyDo) {
  const auto refuses = [](std::vector<Token> tokens) {
    expect_throws<ArgumentError>([&] { (void)decode(tokens); }, "decode");
  };
  refuses({Token::grow(1, 0)});
  refuses({Token::grow(0, 0), Token::close(1, 3)});
  refuses({Token::grow(0, 0), Token::climb(1)});
  refuses({Token::grow(0, 0), Token::grow(1, 0), Token::climb(1), Token::end()});
  refuses({Token::grow(0, 0), Token::grow(1, 0), Token::climb(1)});
  refuses({Token::grow(0, 0), Token::end(), Token::grow(1, 0)});
  refuses({});
  std::vector<Token> path(600, Token::grow(1, 0));
  path.front() = Token::grow(0, 0);
  const auto refuses_behind_path = [&](std::vector<Token> rest) {
    rest.insert(rest.begin(), path.begin(), path.end());
    refuses(rest);
  };
  // Node 599 lies in stretch 9: stretch 5 ends 216 levels above it, stretch 4 280.
  refuses_behind_path({Token::close(1, 257), Token::end()});
  refuses_behind_path({Token::leap(4), Token::close(1, 3 + 25), Token::end()});
  refuses_behind_path({Token::leap(10), Token::close(1, 3), Token::end()});
  refuses_behind_path({Token::leap(9), Token::end()});
  refuses_behind_path({Token::leap(9), Token::grow(1, 0)});
  refuses_behind_path({Token::leap(9), Token::climb(65), Token::grow(1, 0)});
  refuses_behind_path({Token::leap(9), Token::close(1, 3), Token::leap(9), Token::close(1, 4)});
  refuses_behind_path({Token::leap(9)});
}

TEST(GraphCode, RefusesLoopsRepeatsAndEmptyGraphs) {
  expect_throws<ArgumentError>([] { (void)encode({}, Random(1)); }, "no nodes");
  expect_throws<ArgumentError>([] { (void)encode({{0}, {{0, 0, 1}}}, Random(1)); }, "loop");
  expect_throws<ArgumentError>([] { (void)encode({{0, 0}, {{0, 1, 1}, {1, 0, 1}}}, Random(1)); }, "twice");
}

/// What some molecules allow: carbon 4, nitrogen 3, oxygen 2, fluorine 1, bonds of order 1 to 3.
CodeVocabulary organic_vocabulary() {
  std::vector<TypedGraph> graphs = {
      ring(6),
      {{0, 0, 1, 2, 3}, {{0, 1, 1}, {1, 2, 3}, {0, 3, 2}, {0, 4, 1}}},
      {{0, 0, 2, 0, 1, 0}, {{0, 1, 2}, {1, 2, 1}, {2, 3, 1}, {3, 4, 2}, {4, 5, 1}, {5, 0, 1}}},
      {{3, 0, 0, 0, 0, 0, 0, 0, 0},
       {{0, 1, 1},
        {1, 2, 1},
        {2, 3, 1},
        {3, 4, 1},
        {4, 5, 1},
        {5, 6, 1},
        {6, 7, 1},
        {7, 8, 1},
        {1, 8, 1},
        {2, 7, 1},
        {3, 6, 2}}}};
  return {graphs, {.capacity = {4, 3, 2, 1}, .labels_are_orders = true}, Random(1)};
}

/// Draws uniformly among what the mask allows until the end; if `is_long`, the end only where nothing else is left.
TypedGraph random_walk_under_mask(const CodeVocabulary& vocabulary, const Random& random,
                                  const GraphConstraint* constraint = nullptr, bool is_long = false) {
  PartialGraph graph = vocabulary.empty_graph();
  std::vector<std::uint64_t> mask(static_cast<std::size_t>(vocabulary.mask_words()));
  for (std::uint64_t step = 0; !graph.is_complete(); ++step) {
    vocabulary.write_mask(graph, mask);
    std::vector<std::int64_t> allowed;
    for (std::int64_t id = 0; id < vocabulary.size(); ++id) {
      const bool may = (mask[static_cast<std::size_t>(id) / 64] >> (id % 64) & 1) != 0;
      if (may && (constraint == nullptr || vocabulary.token(id).kind != Token::Kind::close ||
                  constraint->may_close(graph, graph.ancestor(graph.levels_of(vocabulary.token(id)))))) {
        allowed.push_back(id);
      }
    }
    if (is_long && allowed.size() > 1 && allowed.front() == CodeVocabulary::kEnd) {
      allowed.erase(allowed.begin());
    }
    if (allowed.empty()) {
      ADD_FAILURE() << "a dead end behind " << graph.num_tokens() << " tokens";
      return {};
    }
    const Token token = vocabulary.token(allowed[random.below(allowed.size(), step)]);
    if (!graph.can_take(token)) {
      ADD_FAILURE() << "the mask allows what the graph cannot take";
      return {};
    }
    graph.take(token);
  }
  return std::move(graph).release();
}

TEST(CodeVocabulary, MaskLetsUniformlyRandomTokensMakeValidGraphsOnly) {
  const CodeVocabulary vocabulary = organic_vocabulary();
  const std::int32_t capacity[] = {4, 3, 2, 1};
  std::int64_t rings = 0;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const TypedGraph graph = random_walk_under_mask(vocabulary, Random(i));
    ASSERT_GE(graph.num_nodes(), 1);
    ASSERT_LE(graph.num_nodes(), 9);
    ASSERT_EQ(num_components(graph), 1);
    std::vector<std::int32_t> used(graph.types.size(), 0);
    for (const TypedEdge& edge : graph.edges) {
      used[edge.a] += edge.label;
      used[edge.b] += edge.label;
    }
    for (std::size_t v = 0; v < used.size(); ++v) {
      ASSERT_LE(used[v], capacity[graph.types[v]]);
    }
    // Throws on a repeated edge or a loop.
    (void)TypedNeighbors(graph);
    rings += static_cast<std::int64_t>(graph.edges.size()) - graph.num_nodes() + 1;
  }
  EXPECT_GT(rings, 100);
}

/// Whether a token may follow, by trying it: the mask must say the same.
bool may_follow(const CodeVocabulary& vocabulary, const PartialGraph& graph, std::int64_t id, std::int32_t least) {
  const Token& token = vocabulary.token(id);
  if (id == CodeVocabulary::kStart || !graph.can_take(token)) {
    return false;
  }
  const NodeId current = graph.num_tokens() == 0 ? 0 : graph.ancestor(0);
  const bool is_full = graph.num_nodes() == vocabulary.max_nodes();
  switch (token.kind) {
    case Token::Kind::grow:
      return token.label == 0 ? graph.num_tokens() == 0 : !is_full && graph.room(current) >= graph.weight(token.label);
    case Token::Kind::close:
      return std::min(graph.room(current), graph.room(graph.ancestor(graph.levels_of(token)))) >=
             graph.weight(token.label);
    case Token::Kind::climb:
      return !is_full && graph.room(graph.ancestor(graph.levels_of(token))) >= least;
    case Token::Kind::leap: {
      PartialGraph behind = graph;
      behind.take(token);
      for (std::int64_t next = 1; next < vocabulary.size(); ++next) {
        if (may_follow(vocabulary, behind, next, least)) {
          return true;
        }
      }
      return false;
    }
    case Token::Kind::end:
      return true;
  }
  return false;
}

TEST(CodeVocabulary, MasksOfDeepGraphsAllowExactlyWhatLeadsSomewhere) {
  // Single or double bonds alone, and both; a path with rings to close.
  for (const std::vector<std::int32_t>& labels : {std::vector<std::int32_t>{1}, {2}, {1, 2}}) {
    TypedGraph path = ring(700);
    path.types[300] = 1;
    for (TypedEdge& edge : path.edges) {
      edge.label = labels[edge.a % labels.size()];
    }
    const CodeVocabulary vocabulary(std::vector<TypedGraph>{path}, {.capacity = {7, 6}, .labels_are_orders = true},
                                    Random(1));
    std::int64_t num_leaps = 0;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      const Random random(seed);
      PartialGraph graph = vocabulary.empty_graph();
      std::vector<std::uint64_t> mask(static_cast<std::size_t>(vocabulary.mask_words()));
      for (std::uint64_t step = 0; !graph.is_complete(); ++step) {
        vocabulary.write_mask(graph, mask);
        std::vector<std::int64_t> grows, leaps, others;
        for (std::int64_t id = 0; id < vocabulary.size(); ++id) {
          const bool may = (mask[static_cast<std::size_t>(id) / 64] >> (id % 64) & 1) != 0;
          ASSERT_TRUE(step % 20 != 0 || may == may_follow(vocabulary, graph, id, labels.front()))
              << "token " << id << " at step " << step;
          const Token::Kind kind = vocabulary.token(id).kind;
          if (may && id != CodeVocabulary::kEnd) {
            (kind == Token::Kind::grow ? grows : kind == Token::Kind::leap ? leaps : others).push_back(id);
          }
        }
        // Down almost always, so that it becomes deep, with rings to all sides from there; climbs lead back to the top.
        const bool leaps_now = step % 16 == 0 && !leaps.empty(), down = step % 8 != 0 && !grows.empty();
        const std::vector<std::int64_t>& choice = leaps_now ? leaps : down || others.empty() ? grows : others;
        Token token = choice.empty() ? Token::end() : vocabulary.token(choice[random.below(choice.size(), step)]);
        if (token.kind == Token::Kind::climb && graph.last() != Token::Kind::leap && !grows.empty()) {
          token = vocabulary.token(grows.front());
        }
        num_leaps += leaps_now ? 1 : 0;
        ASSERT_TRUE(graph.can_take(token));
        graph.take(token);
      }
    }
    EXPECT_GT(num_leaps, 20);
  }
}

TEST(CodeVocabulary, HardlyGrowsWithTheGraphs) {
  const auto size = [](std::int64_t side) {
    return CodeVocabulary(std::vector<TypedGraph>{plain_graph(grid(side, side))}, {}, Random(1)).size();
  };
  EXPECT_LT(size(70), 600);
  EXPECT_GT(size(10), 50);
}

TEST(CodeVocabulary, MaskNeverForbidsTheDataItself) {
  const CodeVocabulary vocabulary = organic_vocabulary();
  for (std::uint64_t i = 0; i < 200; ++i) {
    EXPECT_TRUE(vocabulary.write(ring(6), Random(i)).has_value());
  }
}

TEST(CodeVocabulary, CannotWriteWhatTheDataDoNotHave) {
  const CodeVocabulary vocabulary = organic_vocabulary();
  EXPECT_FALSE(vocabulary.write(ring(10), Random(1)).has_value()) << "too large";
  EXPECT_FALSE(vocabulary.write({{4}, {}}, Random(1)).has_value()) << "another type";
  EXPECT_FALSE(vocabulary.write({{3, 0, 0}, {{0, 1, 1}, {0, 2, 1}}}, Random(1)).has_value())
      << "fluorine with two bonds";
}

TEST(CodeVocabulary, SurvivesBeingWrittenAsNumbers) {
  const CodeVocabulary vocabulary = organic_vocabulary();
  const CodeVocabulary back = CodeVocabulary::from_numbers(vocabulary.to_numbers());
  EXPECT_EQ(back.to_numbers(), vocabulary.to_numbers());
  EXPECT_EQ(back.input_categories(), vocabulary.input_categories());
  EXPECT_EQ(back.write(ring(6), Random(4)), vocabulary.write(ring(6), Random(4)));
  const CodeVocabulary deep(std::vector<TypedGraph>{ring(700)}, {}, Random(1));
  EXPECT_EQ(CodeVocabulary::from_numbers(deep.to_numbers()).write(ring(700), Random(4)),
            deep.write(ring(700), Random(4)));
  EXPECT_TRUE(deep.write(ring(700), Random(4)).has_value());
  expect_throws<ArgumentError>(
      [] {
        (void)CodeVocabulary::from_numbers(std::vector<std::int64_t>{1, 2, 3});
      },
      "vocabulary");
}

TEST(CodeVocabulary, RemembersHowGraphsAreWalkedAndSeen) {
  const std::vector<TypedGraph> graphs = {ring(6)};
  const CodeVocabulary plain(graphs, {}, Random(1)),
      seeing(graphs, {.walk = Walk::compact, .sees_neighborhood = true}, Random(1));
  const CodeVocabulary back = CodeVocabulary::from_numbers(seeing.to_numbers());
  EXPECT_EQ(back.walk(), Walk::compact);
  EXPECT_TRUE(back.sees_neighborhood());
  EXPECT_EQ(back.num_clue_features(), seeing.num_clue_features());
  EXPECT_EQ(back.num_inputs(), CodeVocabulary::kOwnInputs + CodeVocabulary::kAncestors + CodeVocabulary::kNearInputs);
  // As it was written before there was a choice: the first number says of labels alone.
  std::vector<std::int64_t> numbers = plain.to_numbers();
  EXPECT_EQ(numbers[0], 0);
  EXPECT_EQ(CodeVocabulary::from_numbers(numbers).walk(), Walk::random);
  EXPECT_EQ(CodeVocabulary::from_numbers(numbers).num_clue_features(), 0);
  numbers[0] = 8;
  expect_throws<ArgumentError>([&] { (void)CodeVocabulary::from_numbers(numbers); }, "later version");
}

TEST(CodeVocabulary, GivesCluesOfTheTokensThatMayFollowAlone) {
  // A path of three nodes with rings of three at most in the data: the ring to the first node and climbs of one and
  // two.
  const std::vector<TypedGraph> graphs = {ring(3), {{0, 0, 0, 0}, {{0, 1, 1}, {1, 2, 1}, {1, 3, 1}}}};
  const CodeVocabulary vocabulary(graphs, {.sees_neighborhood = true, .passes = 50}, Random(1));
  PartialGraph graph = vocabulary.empty_graph();
  Neighborhood near;
  for (const Token& token : {Token::grow(0, 0), Token::grow(1, 0), Token::grow(1, 0)}) {
    graph.take(token);
    near.follow(graph);
  }
  std::vector<std::uint64_t> mask(static_cast<std::size_t>(vocabulary.mask_words()));
  vocabulary.write_mask(graph, mask);
  TokenClues clues;
  vocabulary.write_clues(graph, near, mask, clues);
  EXPECT_EQ(clues.tokens,
            (std::vector<std::int32_t>{vocabulary.id_of(Token::close(1, 3)), vocabulary.id_of(Token::climb(1))}));
  EXPECT_EQ(clues.first, (std::vector<std::int64_t>{0, 2}));
  EXPECT_TRUE(std::ranges::all_of(clues.features, [&](std::int32_t f) { return f < vocabulary.num_clue_features(); }));
  mask.assign(mask.size(), 0);
  vocabulary.write_clues(graph, near, mask, clues);
  EXPECT_EQ(clues.rows(), 2);
  EXPECT_EQ(clues.tokens.size(), 2U);
}

TEST(CodeVocabulary, GivesCluesOfNodesNearbyThatTakeALeap) {
  // A path of 300 nodes whose last but one is linked to the first, which is near the last one therefore.
  TypedGraph graph_of_data{std::vector<std::int32_t>(300, 0), {{298, 0, 1}, {299, 0, 1}, {299, 1, 1}}};
  std::vector<Token> tokens = {Token::grow(0, 0)};
  for (NodeId v = 1; v < 300; ++v) {
    graph_of_data.edges.push_back({v - 1, v, 1});
    tokens.push_back(Token::grow(1, 0));
    if (v == 298) {
      tokens.insert(tokens.end(), {Token::leap(4), Token::close(1, 3)});
    }
  }
  const CodeVocabulary vocabulary(std::vector<TypedGraph>{graph_of_data}, {.sees_neighborhood = true}, Random(1));
  PartialGraph graph = vocabulary.empty_graph();
  Neighborhood near;
  const auto take = [&](const Token& token) {
    ASSERT_TRUE(graph.can_take(token));
    graph.take(token);
    near.follow(graph);
  };
  const auto tokens_with_clues = [&] {
    std::vector<std::uint64_t> mask(static_cast<std::size_t>(vocabulary.mask_words()));
    vocabulary.write_mask(graph, mask);
    TokenClues clues;
    vocabulary.write_clues(graph, near, mask, clues);
    EXPECT_EQ(clues.rows(), 1);
    return std::set<std::int32_t>(clues.tokens.begin(), clues.tokens.end());
  };
  for (const Token& token : tokens) {
    take(token);
  }
  const std::set<std::int32_t> before = tokens_with_clues();
  EXPECT_TRUE(before.contains(vocabulary.id_of(Token::leap(4))));
  EXPECT_TRUE(before.contains(vocabulary.id_of(Token::close(1, 3)))) << "of node 297";
  take(Token::leap(4));
  const std::set<std::int32_t> behind = tokens_with_clues();
  EXPECT_TRUE(behind.contains(vocabulary.id_of(Token::close(1, 3)))) << "of node 0";
  EXPECT_TRUE(behind.contains(vocabulary.id_of(Token::close(1, 4)))) << "of node 1";
  EXPECT_FALSE(behind.contains(vocabulary.id_of(Token::leap(4))));
  EXPECT_TRUE(std::ranges::all_of(behind, [&](std::int32_t id) { return graph.can_take(vocabulary.token(id)); }));
}

TEST(CodeVocabulary, GivesTheModelWhatItNeedsToKnow) {
  const CodeVocabulary vocabulary = organic_vocabulary();
  PartialGraph graph = vocabulary.empty_graph();
  graph.take(Token::grow(0, 0));
  graph.take(Token::grow(2, 1));
  std::vector<std::int32_t> inputs(static_cast<std::size_t>(vocabulary.num_inputs()));
  vocabulary.write_inputs(graph, {}, vocabulary.id_of(Token::grow(1, 1)), inputs);
  // Depth 1 (0 is: nothing yet), room 3 - 2, two nodes, nitrogen below carbon; of the ancestors, the carbon with room
  // 4 - 2 among the rooms 0 to 4, and none above it.
  EXPECT_EQ(std::vector<std::int32_t>(inputs.begin() + 1, inputs.begin() + 8),
            (std::vector<std::int32_t>{2, 1, 2, 2, 1, 1 + 0 * 5 + 2, 0}));
}

TEST(CodeVocabulary, LetsGraphsFallApartOnlyIfTheDataDo) {
  const std::vector<TypedGraph> pairs = {{{0, 0, 0, 0}, {{0, 1, 1}, {2, 3, 1}}}};
  const CodeVocabulary apart(pairs, {}, Random(1));
  std::int64_t most = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    most = std::max(most, num_components(random_walk_under_mask(apart, Random(i))));
  }
  EXPECT_GT(most, 1);
}

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

TEST(Planarity, KnowsTheTwoSmallestGraphsThatAreNotPlanar) {
  std::vector<Edge> five, three;
  for (NodeId a = 0; a < 5; ++a) {
    for (NodeId b = 0; b < a; ++b) {
      five.push_back({a, b});
    }
  }
  for (NodeId a = 0; a < 3; ++a) {
    for (NodeId b = 3; b < 6; ++b) {
      three.push_back({a, b});
    }
  }
  EXPECT_FALSE(is_planar(5, five));
  EXPECT_FALSE(is_planar(6, three));
  five.pop_back();
  three.pop_back();
  EXPECT_TRUE(is_planar(5, five));
  EXPECT_TRUE(is_planar(6, three));
}

TEST(Molecules, HaveTheUsualHydrogens) {
  EXPECT_EQ(hydrogens_of({6, 0}, 1), 3);
  EXPECT_EQ(hydrogens_of({7, 1}, 3), 1);
  EXPECT_EQ(hydrogens_of({8, -1}, 1), 0);
  EXPECT_EQ(hydrogens_of({6, -1}, 2), 1);
  EXPECT_EQ(hydrogens_of({16, 0}, 3), 1);
  EXPECT_EQ(hydrogens_of({16, 0}, 6), 0);
}

TEST(Molecules, OfAromaticRingsGetAlternatingBonds) {
  // Benzene: three double bonds; pyrrole, whose nitrogen has a hydrogen: two, none at the nitrogen.
  std::vector<AromaticBond> benzene, pyrrole;
  for (NodeId i = 0; i < 6; ++i) {
    benzene.push_back({i, (i + 1) % 6, 1, true});
  }
  for (NodeId i = 0; i < 5; ++i) {
    pyrrole.push_back({i, (i + 1) % 5, 1, true});
  }
  const std::vector<AtomType> carbons(6, AtomType{6, 0});
  const std::vector<std::int32_t> ones(6, 1);
  ASSERT_TRUE(kekulize(carbons, ones, benzene));
  std::int32_t total = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(benzene[i].order + benzene[(i + 1) % 6].order, 3);
    total += benzene[i].order;
  }
  EXPECT_EQ(total, 9);
  const std::vector<AtomType> ring = {{7, 0}, {6, 0}, {6, 0}, {6, 0}, {6, 0}};
  ASSERT_TRUE(kekulize(ring, std::vector<std::int32_t>(5, 1), pyrrole));
  EXPECT_EQ(pyrrole[0].order, 1);
  EXPECT_EQ(pyrrole[4].order, 1);
  EXPECT_EQ(pyrrole[1].order, 2);
}

TEST(Molecules, ThatNoBondsFitAreRefused) {
  // Five carbons with one hydrogen each cannot pair up.
  std::vector<AromaticBond> bonds;
  for (NodeId i = 0; i < 5; ++i) {
    bonds.push_back({i, (i + 1) % 5, 1, true});
  }
  EXPECT_FALSE(kekulize(std::vector<AtomType>(5, AtomType{6, 0}), std::vector<std::int32_t>(5, 1), bonds));
  EXPECT_TRUE(bonds[0].is_aromatic);
}

TEST(SmilesWriter, WritesBranchesRingsChargesAndComponents) {
  const std::vector<AtomType> alphabet = {{6, 0}, {7, 1}, {8, -1}, {8, 0}, {17, -1}};
  EXPECT_EQ(write_smiles({{0, 0, 3}, {{0, 1, 1}, {1, 2, 2}}}, alphabet), "CC=O");
  EXPECT_EQ(write_smiles({{0, 0, 3, 0}, {{0, 1, 1}, {1, 2, 2}, {1, 3, 1}}}, alphabet), "CC(=O)C");
  EXPECT_EQ(write_smiles({{0, 0, 0}, {{0, 1, 1}, {1, 2, 1}, {2, 0, 1}}}, alphabet), "C1CC1");
  EXPECT_EQ(write_smiles({{0, 1, 2}, {{0, 1, 1}, {1, 2, 1}}}, alphabet), "C[NH2+][O-]");
  EXPECT_EQ(write_smiles({{1, 4}, {}}, alphabet), "[NH4+].[Cl-]");
  // Two rings that share an atom use one number after the other.
  EXPECT_EQ(
      write_smiles({{0, 0, 0, 0, 0}, {{0, 1, 1}, {1, 2, 1}, {2, 0, 1}, {2, 3, 1}, {3, 4, 1}, {4, 2, 1}}}, alphabet),
      "C1CC12CC2");
}

}  // namespace
}  // namespace weft
