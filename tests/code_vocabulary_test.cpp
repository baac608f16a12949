// Vocabularies, their masks, and what a model reads of a beginning.
#include "weft/generation/code_vocabulary.hpp"

#include <set>

#include "tests/sequence_models.hpp"
#include "tests/support.hpp"
#include "tests/typed_graphs.hpp"
#include "weft/graph/generators.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::random_walk_under_mask;
using test::ring;

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

}  // namespace
}  // namespace weft
