// Graphs as token sequences and back, by hand, drawn, and on real data.
#include "weft/generation/graph_code.hpp"

#include <cstdlib>
#include <set>

#include <gtest/gtest.h>

#include "tests/public_files.hpp"
#include "tests/support.hpp"
#include "tests/typed_graphs.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/text_input.hpp"
#include "weft/molecules/molecule_reader.hpp"
#include "weft/molecules/molecules.hpp"
#include "weft/tasks/graph_corpus.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::public_dataset;
using test::random_graph;
using test::ring;

void expect_round_trip(const TypedGraph& graph, const Random& random) {
  for (const Walk walk : {Walk::random, Walk::compact}) {
    const GraphCode code = encode(graph, random, walk);
    const TypedGraph back = decode(code.tokens);
    // Node i of the decoded graph is node order[i] of the original.
    ASSERT_TRUE(maps_onto(back, graph, code.order));
  }
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

class RealGraphs : public testing::TestWithParam<const char*> {};

TEST_P(RealGraphs, ComeBackFromTheirCodes) {
  const std::optional<Dataset> dataset = public_dataset(GetParam());
  if (!dataset) {
    GTEST_SKIP() << GetParam() << " is missing; set WEFT_DATA";
  }
  const GraphCorpus corpus = read_graph_corpus(*dataset, "");
  EXPECT_EQ(corpus.num_left_out, 0) << corpus.problem;
  ASSERT_GT(corpus.graphs.size(), 0U);
  for (std::size_t g = 0; g < corpus.graphs.size(); ++g) {
    const GraphCode code = encode(corpus.graphs[g], Random(g));
    ASSERT_TRUE(maps_onto(decode(code.tokens), corpus.graphs[g], code.order)) << "graph " << g;
  }
}

INSTANTIATE_TEST_SUITE_P(All, RealGraphs,
                         testing::Values("qm9_smiles", "zinc12k", "planar", "sbm", "grid", "community_small"),
                         [](const auto& test) { return std::string(test.param); });

class RealMolecules : public testing::TestWithParam<const char*> {};

TEST_P(RealMolecules, AreTheSameMoleculesBehindTheCode) {
  const std::optional<Dataset> dataset = public_dataset(GetParam());
  if (!dataset) {
    GTEST_SKIP() << GetParam() << " is missing; set WEFT_DATA";
  }
  if (!reads_molecules()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "without RDKit";
    GTEST_SKIP() << "this Weft was built without RDKit";
  }
  const GraphCorpus corpus = read_graph_corpus(*dataset, "");
  const std::size_t step = std::max<std::size_t>(1, corpus.graphs.size() / 3000);
  std::int64_t same = 0, total = 0;
  for (std::size_t g = 0; g < corpus.graphs.size(); g += step) {
    const TypedGraph back = decode(encode(corpus.graphs[g], Random(g)).tokens);
    const std::string expected = standard_smiles(dataset->smiles[g]);
    const std::string actual = standard_smiles(write_smiles(back, corpus.alphabet));
    same += actual == expected ? 1 : 0;
    ++total;
    if (actual != expected && total - same < 5) {
      std::cerr << "  " << expected << " became " << actual << '\n';
    }
  }
  EXPECT_EQ(same, total);
}

TEST(AllMoleculesOfZinc, ComeBackFromTheirCodes) {
  const auto path = test::real_file("raw/zinc250k/zinc250k.smi.gz");
  if (!path) {
    GTEST_SKIP() << "zinc250k.smi.gz is missing; set WEFT_DATA";
  }
  if (!reads_molecules()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "without RDKit";
    GTEST_SKIP() << "this Weft was built without RDKit";
  }
  TextInput input(*path);
  std::vector<std::string> smiles;
  for (std::string_view line; input.next(line);) {
    smiles.emplace_back(line);
  }
  ASSERT_EQ(smiles.size(), 249455U);
  const std::vector<AtomType> alphabet = {{6, 0},  {6, -1},  {7, 0},  {7, 1},  {7, -1}, {8, 0},
                                          {8, -1}, {8, 1},   {9, 0},  {15, 0}, {15, 1}, {16, 0},
                                          {16, 1}, {16, -1}, {17, 0}, {35, 0}, {53, 0}};
  const double wrong =
      parallel_sum(static_cast<std::int64_t>(smiles.size()), 512, [&](std::int64_t begin, std::int64_t end) {
        double count = 0.0;
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
          const TypedGraph molecule = molecule_of(smiles[i], alphabet);
          const GraphCode code = encode(molecule, Random(i));
          const TypedGraph back = decode(code.tokens);
          // Their names are compared for some, since that takes ten times as long.
          const bool same =
              maps_onto(back, molecule, code.order) &&
              (i % 16 != 0 || standard_smiles(write_smiles(back, alphabet)) == standard_smiles(smiles[i]));
          EXPECT_TRUE(same) << smiles[i];
          count += same ? 0.0 : 1.0;
        }
        return count;
      });
  EXPECT_EQ(wrong, 0.0);
}

INSTANTIATE_TEST_SUITE_P(All, RealMolecules, testing::Values("qm9_smiles", "zinc12k"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace weft
