// The original files of public data sets that come in no format of an importer as they are, or are too long to import
// whole: what of them an importer can read equals the .h5 beside them. Splits and text features are those files' own.
#include <map>
#include <span>
#include <sstream>

#include "tests/imported_data.hpp"
#include "tests/rdkit_molecules.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/npz_importer.hpp"
#include "weft/io/importers/smiles_importer.hpp"
#include "weft/io/importers/text_input.hpp"
#include "weft/molecules/molecule_reader.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;

void expect_same_graph(const CsrGraph& actual, const CsrGraph& expected) {
  EXPECT_TRUE(std::ranges::equal(actual.offsets(), expected.offsets()));
  EXPECT_TRUE(std::ranges::equal(actual.sources(), expected.sources()));
}

// The training graph; the links to test are in test.txt, users with their items, which is no format of an importer.
TEST(OriginalFiles, GowallaIsAMatrixOfSciPy) {
  const auto raw = test::real_file("raw/gowalla/s_adj_mat.npz");
  const auto h5 = test::real_file("h5/gowalla.h5");
  if (!raw || !h5) {
    GTEST_SKIP() << "gowalla is missing; set WEFT_DATA";
  }
  test::expect_same_data(import_npz({.input = *raw}), read_dataset(*h5));
}

// facebook_target.csv is "id,facebook_id,page_name,page_type", and names have commas. The words of a page are JSON,
// which no importer reads.
TEST(OriginalFiles, FacebookIsAnEdgeListWithLabels) {
  const auto raw = test::real_file("raw/musae_facebook");
  const auto h5 = test::real_file("h5/facebook_pages.h5");
  if (!raw || !h5) {
    GTEST_SKIP() << "facebook_pages is missing; set WEFT_DATA";
  }
  const TemporaryFolder folder;
  std::ostringstream labels;
  TextInput targets(*raw / "facebook_target.csv");
  for (std::string_view line; targets.next(line);) {
    labels << line.substr(0, line.find(',')) << line.substr(line.rfind(',')) << '\n';
  }
  const Dataset imported = import_edgelist(
      {.edges = *raw / "facebook_edges.csv", .labels = test::write_content(folder / "labels.csv", labels.str())});
  const Dataset expected = read_dataset(*h5);
  expect_same_graph(imported.graph, expected.graph);
  EXPECT_EQ(imported.class_names, (std::vector<std::string>{"company", "government", "politician", "tvshow"}));
  test::expect_same_labels(imported.node_labels, expected.node_labels);
}

/// Pointers between the synsets of WordNet's data files, and the lexicographer's file of each (wndb(5WN)).
struct Synsets {
  /// Of (part of speech, place in its file): the number of the synset.
  std::map<std::pair<char, std::int64_t>, std::int64_t> number;
  std::vector<std::int64_t> label;
  /// From a synset's number to the name of another.
  std::vector<std::pair<std::int64_t, std::pair<char, std::int64_t>>> pointers;

  void read(const std::filesystem::path& path, char part) {
    TextInput lines(path);
    for (std::string_view line; lines.next(line);) {
      if (line.starts_with(' ')) {
        continue;
      }
      // place file type words { word id }... pointers { symbol place part fields }...
      std::istringstream fields{std::string(line)};
      std::string type, text;
      std::int64_t place = 0, file = 0, words = 0, count = 0;
      fields >> place >> file >> type >> std::hex >> words >> std::dec;
      for (std::int64_t i = 0; i < 2 * words; ++i) {
        fields >> text;
      }
      fields >> count;
      const auto own = static_cast<std::int64_t>(label.size());
      number[{part, place}] = own;
      label.push_back(file);
      for (std::int64_t i = 0; i < count; ++i) {
        std::int64_t target = 0;
        char kind = 0;
        fields >> text >> target >> kind >> type;
        pointers.push_back({own, {kind, target}});
      }
    }
  }
};

TEST(OriginalFiles, WordNetIsAnEdgeListOncePointersAreNumbered) {
  const auto raw = test::real_file("raw/wordnet");
  const auto h5 = test::real_file("h5/wordnet.h5");
  if (!raw || !h5) {
    GTEST_SKIP() << "wordnet is missing; set WEFT_DATA";
  }
  Synsets synsets;
  for (const auto& [name, part] : {std::pair{"noun", 'n'}, {"verb", 'v'}, {"adj", 'a'}, {"adv", 'r'}}) {
    synsets.read(*raw / concat("data.", name, ".gz"), part);
  }
  EXPECT_EQ(synsets.pointers.size(), 377'592U);
  std::ostringstream edges, labels;
  for (const auto& [from, to] : synsets.pointers) {
    edges << from << '\t' << synsets.number.at(to) << '\n';
  }
  for (std::size_t i = 0; i < synsets.label.size(); ++i) {
    labels << i << '\t' << synsets.label[i] << '\n';
  }
  const TemporaryFolder folder;
  const Dataset imported = import_edgelist({.edges = test::write_content(folder / "edges.tsv", edges.str()),
                                            .labels = test::write_content(folder / "labels.tsv", labels.str())});
  const Dataset expected = read_dataset(*h5);
  expect_same_graph(imported.graph, expected.graph);
  EXPECT_EQ(imported.num_classes, 45);
  test::expect_same_labels(imported.node_labels, expected.node_labels);
}

/// The graphs of `actual` are those of `expected` from number `first`; nearly, if another RDKit made those.
void expect_graphs_of(const Dataset& actual, const Dataset& expected, std::int64_t first) {
  if (!test::is_rdkit_of_the_data()) {
    return test::expect_nearly_same_molecules(actual, expected, first, actual.num_graphs());
  }
  const auto begin = static_cast<std::size_t>(first), count = static_cast<std::size_t>(actual.num_graphs());
  ASSERT_GE(static_cast<std::size_t>(expected.num_graphs()), begin + count);
  const auto slice = [](const auto& all, std::int64_t from, std::int64_t size) {
    return std::span(all).subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(size));
  };
  const std::int64_t node = expected.node_ptr[begin];
  const EdgeId edge = expected.graph.offsets()[static_cast<std::size_t>(node)];
  EXPECT_TRUE(std::ranges::equal(actual.smiles, slice(expected.smiles, first, actual.num_graphs())));
  EXPECT_TRUE(std::ranges::equal(actual.node_ptr, slice(expected.node_ptr, first, actual.num_graphs() + 1), {}, {},
                                 [&](std::int64_t v) { return v - node; }));
  EXPECT_TRUE(std::ranges::equal(actual.graph.offsets(),
                                 slice(expected.graph.offsets(), node, actual.graph.num_nodes() + 1), {}, {},
                                 [&](EdgeId e) { return e - edge; }));
  EXPECT_TRUE(std::ranges::equal(actual.graph.sources(),
                                 slice(expected.graph.sources(), edge, actual.graph.num_edges()), {}, {},
                                 [&](NodeId u) { return static_cast<std::int64_t>(u) - node; }));
  const auto expect_rows = [&](const Features& some, const Features& all, std::int64_t from) {
    const auto& a = std::get<CategoricalMatrix>(some);
    const auto& b = std::get<CategoricalMatrix>(all);
    ASSERT_EQ(a.num_categories, b.num_categories);
    const auto columns = static_cast<std::int64_t>(a.num_categories.size());
    EXPECT_TRUE(std::ranges::equal(a.values, slice(b.values, from * columns, a.rows * columns)));
  };
  expect_rows(actual.node_features, expected.node_features, node);
  expect_rows(actual.edge_features, expected.edge_features, edge);
}

bool without_rdkit() {
  if (!reads_molecules()) {
    EXPECT_EQ(std::getenv("CI"), nullptr) << "this Weft was built without RDKit";
  }
  return !reads_molecules();
}

// The .h5 has the lists train, val and test one after the other; the first would take a minute.
TEST(OriginalFiles, MoleculesOfQm9AreLinesOfItsLists) {
  const auto val = test::real_file("raw/qm9/qm9_smiles_val.txt");
  const auto test = test::real_file("raw/qm9/qm9_smiles_test.txt");
  const auto h5 = test::real_file("h5/qm9_smiles.h5");
  if (!val || !test || !h5 || without_rdkit()) {
    GTEST_SKIP() << "qm9_smiles or RDKit is missing; set WEFT_DATA";
  }
  const Dataset expected = read_dataset(*h5);
  const Dataset first = import_smiles({.input = *val, .strict = true});
  EXPECT_EQ(first.num_graphs(), 15'062);
  expect_graphs_of(first, expected, 105'431);
  expect_graphs_of(import_smiles({.input = *test, .strict = true}), expected, 120'493);
}

// val and test: the lines that ZINC-12k's index files name, counted from 0. Targets are the .h5's own.
TEST(OriginalFiles, MoleculesOfZinc12kAreLinesByNumber) {
  const auto raw = test::real_file("raw/zinc250k");
  const auto h5 = test::real_file("h5/zinc12k.h5");
  if (!raw || !h5 || without_rdkit()) {
    GTEST_SKIP() << "zinc12k or RDKit is missing; set WEFT_DATA";
  }
  const TemporaryFolder folder;
  const Dataset expected = read_dataset(*h5);
  for (const auto& [part, first] : {std::pair{"val", 10'000}, {"test", 11'000}}) {
    std::vector<std::string> lines;
    TextInput list(*raw / (std::string(part) == "val" ? "jtnn_valid.txt" : "jtnn_test.txt"));
    for (std::string_view line; list.next(line);) {
      lines.emplace_back(line);
    }
    std::istringstream numbers(test::content_of(*raw / concat("zinc12k_", part, ".index")));
    std::string chosen;
    for (std::string number; std::getline(numbers, number, ',');) {
      chosen += lines.at(std::stoul(number)) + "\n";
    }
    const Dataset imported =
        import_smiles({.input = test::write_content(folder / concat(part, ".smi"), chosen), .strict = true});
    EXPECT_EQ(imported.num_graphs(), 1'000);
    expect_graphs_of(imported, expected, first);
  }
}

}  // namespace
}  // namespace weft
