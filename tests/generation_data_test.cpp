// The code of graphs on real data: molecules and plain graphs, there and back.
#include <cstdlib>
#include <filesystem>

#include "tests/imported_data.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/generation/code_vocabulary.hpp"
#include "weft/molecules/molecule_properties.hpp"
#include "weft/io/dataset.hpp"
#include "weft/molecules/molecule_reader.hpp"
#include "weft/io/importers/text_input.hpp"
#include "weft/tasks/graph_corpus.hpp"

namespace weft {
namespace {

/// Empty, having failed where tests must not skip, if the dataset is not there.
std::optional<Dataset> real_dataset(const std::string& name) {
  const char* named = std::getenv("WEFT_DATA");
  const std::filesystem::path path =
      std::filesystem::path(named == nullptr ? "../shared/data" : named) / "h5" / (name + ".h5");
  if (std::filesystem::exists(path)) {
    return read_dataset(path);
  }
  EXPECT_EQ(std::getenv("CI"), nullptr) << path << " is missing; set WEFT_DATA";
  return std::nullopt;
}

class RealGraphs : public testing::TestWithParam<const char*> {};

TEST_P(RealGraphs, ComeBackFromTheirCodes) {
  const std::optional<Dataset> dataset = real_dataset(GetParam());
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
  const std::optional<Dataset> dataset = real_dataset(GetParam());
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

TEST(GraphCorpus, KnowsThePropertiesOfMolecules) {
  const std::optional<Dataset> dataset = real_dataset("esol");
  if (!dataset || !reads_molecules()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "without RDKit or data";
    GTEST_SKIP() << "esol.h5 is missing, set WEFT_DATA; or this Weft was built without RDKit";
  }
  const GraphCorpus corpus = read_graph_corpus(*dataset, "logp,rings");
  EXPECT_EQ(corpus.property_names, (std::vector<std::string>{"logp", "rings"}));
  const std::vector<double> logp = molecule_property("logp", dataset->smiles);
  for (std::int64_t g = 0; g < dataset->num_graphs(); g += 100) {
    EXPECT_EQ(corpus.properties(g, 0), static_cast<float>(logp[static_cast<std::size_t>(g)])) << "molecule " << g;
  }
}

INSTANTIATE_TEST_SUITE_P(All, RealMolecules, testing::Values("qm9_smiles", "zinc12k"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace weft
