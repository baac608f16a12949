// The table of foreign formats: what its rows promise, and that an import by name is the typed one
// (npz and h5ad: in the tests of these formats).
#include "weft/io/importers/importers.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "tests/imported_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/importers/debian_importer.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/mtx_importer.hpp"
#include "weft/io/importers/ogb_importer.hpp"
#include "weft/io/importers/planetoid_importer.hpp"
#include "weft/io/importers/smiles_importer.hpp"
#include "weft/io/importers/tudataset_importer.hpp"
#include "weft/molecules/molecule_reader.hpp"

namespace weft {
namespace {

using test::expect_same_dataset;
using test::expect_throws;
using test::TemporaryFolder;
using test::write_content;
using Texts = std::vector<std::pair<std::string, std::string>>;

bool is_name(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

Options options_of(std::string_view format, const Texts& texts) {
  Options options(importer_info(format).options);
  for (const auto& [name, text] : texts) {
    options.set(name, text);
  }
  return options;
}

const char* const kMatrix = "%%MatrixMarket matrix coordinate real general\n3 3 4\n1 2 0.5\n4 1 1\n2 3 x\n3 1 2\n";

TEST(Importers, HaveNamesAndSayWhatTheyAre) {
  std::set<std::string_view> names;
  for (const ImporterInfo& importer : importers()) {
    SCOPED_TRACE(importer.name);
    EXPECT_TRUE(is_name(importer.name));
    EXPECT_TRUE(names.insert(importer.name).second) << "twice";
    EXPECT_EQ(importer_info(importer.name).summary, importer.summary);
    EXPECT_FALSE(importer.summary.empty());
    EXPECT_FALSE(importer.input.empty());
    EXPECT_EQ(importer.example.find(std::string("weft import ") + std::string(importer.name) + " "), 0U);
  }
  for (const char* name :
       {"debian", "edgelist", "tudataset", "npz", "planetoid", "mtx", "smiles", "ogb", "h5ad", "tables", "interactions",
        "triples", "adjlist", "json", "graphml", "gexf", "gml", "pajek", "sqlite"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(Importers, HaveOptionsThatCanBeFlags) {
  // What every import has on the command line.
  const std::set<std::string_view> taken = {"output", "order",   "feature_type", "memory_limit", "json",
                                            "quiet",  "threads", "trust",        "help",         "seed"};
  for (const ImporterInfo& importer : importers()) {
    std::set<std::string_view> names, texts;
    for (const Option& option : importer.options) {
      SCOPED_TRACE(std::string(importer.name) + " " + std::string(option.name));
      EXPECT_TRUE(is_name(option.name));
      EXPECT_TRUE(names.insert(option.name).second) << "twice";
      EXPECT_FALSE(taken.contains(option.name));
      EXPECT_FALSE(option.help.empty());
      if (std::holds_alternative<std::string>(option.fallback)) {
        texts.insert(option.name);
      } else {
        Options options(importer.options);
        options.set_value(option.name, option.fallback);  // which must be in its range
      }
    }
    for (const auto& some : {importer.files, importer.lists}) {
      EXPECT_TRUE(std::ranges::all_of(some, [&](std::string_view name) { return texts.contains(name); }));
    }
  }
}

TEST(Importers, NameTheNearestFormatAndOption) {
  expect_throws<ArgumentError>([] { (void)importer_info("edgelst"); },
                               "there is no format 'edgelst'; did you mean 'edgelist'?");
  expect_throws<ArgumentError>([] { (void)import_dataset("mtz", {.input = "a"}); }, "did you mean 'mtx'?");
  expect_throws<ArgumentError>([] { (void)options_of("mtx", {{"weight", "true"}}); }, "did you mean 'weights'?");
  const std::vector<Option> other = {{.name = "feature", .fallback = std::string("x"), .help = "of another table"}};
  expect_throws<ArgumentError>([&] { (void)import_dataset("mtx", {.input = "a", .options = Options(other)}); },
                               "there is no option of mtx 'feature'; did you mean 'features'?");
  expect_throws<ArgumentError>([] { (void)import_dataset("ogb", {}); }, "importing ogb: no input is named");
}

TEST(Importers, ReadAnEdgeListAsTheTypedFunction) {
  const TemporaryFolder folder;
  const auto edges = write_content(folder / "e.csv", "a,b,0.5\nb\nb,c,2\nd,a,1\n");
  const auto features = write_content(folder / "x.csv", "a,1\nb,2\nc,3\nd,4\n");
  const auto labels = write_content(folder / "y.csv", "a,1.5\nb,2\nc,3\nd,-1\n");
  const auto split = write_content(folder / "s.csv", "a,train\nb,val\nc,test\n");
  std::vector<std::string> told, expected_told;
  const Options options = options_of("edgelist", {{"features", features},
                                                  {"labels", labels},
                                                  {"split", split},
                                                  {"directed", "true"},
                                                  {"weights", "true"},
                                                  {"regression", "true"},
                                                  {"skip_bad_rows", "true"}});
  const ImportJob job = {.input = edges, .options = options, .seed = 7, .on_skipped = [&](const std::string& problem) {
                           told.push_back(problem);
                         }};
  const EdgelistOptions typed = {.edges = edges,
                                 .features = features,
                                 .labels = labels,
                                 .split = split,
                                 .directed = true,
                                 .weights = true,
                                 .task = TaskKind::node_regression,
                                 .name = "e",
                                 .seed = 7,
                                 .on_bad_row = [&](const std::string& problem) { expected_told.push_back(problem); }};
  const Dataset expected = import_edgelist(typed);
  expect_same_dataset(import_dataset("edgelist", job), expected);
  EXPECT_EQ(told, expected_told);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("e.csv: line 2"), std::string::npos) << told[0];
  EXPECT_EQ(import_memory_bytes("edgelist", job), edgelist_memory_bytes(typed));
  const WrittenDataset written = import_dataset_to_file("edgelist", job, {.output = folder / "e.h5"});
  EXPECT_EQ(written.name, "e");
  EXPECT_EQ(written.size.edges, 3);
  expect_same_dataset(read_dataset(folder / "e.h5"), expected);
}

TEST(Importers, ReadCellsAndTheHeaderOfAnEdgeListAsTheTypedFunction) {
  const TemporaryFolder folder;
  const auto edges = write_content(folder / "e.csv", "left;right;w\na;b;0,5\nb;c;2\nc;a;1\n");
  const auto nodes = write_content(folder / "n.csv", "id;size\na;1,5\nb;?\nc;3\n");
  const Options options = options_of(
      "edgelist", {{"nodes", nodes}, {"weights", "true"}, {"missing", "-,?"}, {"decimal", ","}, {"header", "yes"}});
  const Dataset expected = import_edgelist({.edges = edges,
                                            .weights = true,
                                            .name = "e",
                                            .header = HeaderRow::yes,
                                            .nodes = nodes,
                                            .cells = {.missing = {"-", "?"}, .decimal = ','}});
  EXPECT_EQ(expected.names.features, (std::vector<std::string>{"size", "size=missing"}));
  EXPECT_EQ(expected.names.edge_features, std::vector<std::string>{"w"});
  expect_same_dataset(import_dataset("edgelist", {.input = edges, .options = options}), expected);
}

TEST(Importers, SplitAtRandomByTheSeedOfTheJob) {
  const TemporaryFolder folder;
  std::string edges, labels;
  for (int i = 0; i < 40; ++i) {
    edges += std::to_string(i) + "," + std::to_string((i + 1) % 40) + "\n";
    labels += std::to_string(i) + ",red\n";
  }
  ImportJob job = {.input = write_content(folder / "e", edges),
                   .options = options_of("edgelist", {{"labels", write_content(folder / "y", labels)}}),
                   .seed = ~std::uint64_t{0}};
  const Dataset last = import_dataset("edgelist", job);
  expect_same_dataset(last,
                      import_edgelist({.edges = folder / "e", .labels = folder / "y", .name = "e", .seed = job.seed}));
  job.seed = 0;
  EXPECT_NE(import_dataset("edgelist", job).splits[0].train, last.splits[0].train);
}

TEST(Importers, CallAnEdgeListAsItsOptionsThenAsTheJobThenAsTheFile) {
  const TemporaryFolder folder;
  ImportJob job = {.input = write_content(folder / "net.csv", "0,1\n")};
  EXPECT_EQ(import_dataset("edgelist", job).name, "net");
  job.default_name = "web";
  EXPECT_EQ(import_dataset("edgelist", job).name, "web");
  job.options = options_of("edgelist", {{"name", "mine"}});
  EXPECT_EQ(import_dataset("edgelist", job).name, "mine");
}

TEST(Importers, ReadAMatrixAsTheTypedFunction) {
  const TemporaryFolder folder;
  const auto path = write_content(folder / "a.mtx", kMatrix);
  const auto features = write_content(folder / "x", "1\n2\n3\n"), labels = write_content(folder / "y", "1\n0.5\nnan\n");
  ImportJob job = {.input = path, .default_name = "the matrix has a name"};
  expect_throws<DataError>([&] { (void)import_dataset("mtx", job); }, "a.mtx: line 4: row 4, expected 1 to 3");
  job.options = options_of("mtx", {{"features", features},
                                   {"labels", labels},
                                   {"regression", "true"},
                                   {"weights", "true"},
                                   {"directed", "true"},
                                   {"skip_bad_rows", "true"}});
  const Dataset expected = import_mtx({.input = path,
                                       .features = features,
                                       .labels = labels,
                                       .regression = true,
                                       .weights = true,
                                       .directed = true,
                                       .on_bad_row = [](const std::string&) {}});
  expect_same_dataset(import_dataset("mtx", job), expected);
  EXPECT_EQ(import_dataset("mtx", job).name, "a");
  const WrittenDataset written = import_dataset_to_file("mtx", job, {.output = folder / "a.h5"});
  EXPECT_EQ(written.name, "a");
  expect_same_dataset(read_dataset(folder / "a.h5"), expected);
}

TEST(Importers, ReadSetsOfGraphsAsTheTypedFunctions) {
  const TemporaryFolder folder;
  for (const auto& [what, content] : Texts{{"A", "1, 2\n2, 3\n4, 5\n"},
                                           {"graph_indicator", "1\n1\n1\n2\n2\n"},
                                           {"graph_labels", "1\n-1\n"},
                                           {"graph_attributes", "0.5\n2\n"},
                                           {"node_labels", "5\n7\n5\n6\n6\n"},
                                           {"node_attributes", "1\n2\n3\n4\n5\n"}}) {
    write_content(folder / "T" / ("T_" + what + ".txt"), content);
  }
  const std::filesystem::path set = folder / "T";
  expect_same_dataset(import_dataset("tudataset", {.input = set}), import_tudataset({.input = set}));
  const Options all = options_of(
      "tudataset", {{"attributes", "true"}, {"regression", "true"}, {"directed", "true"}, {"name", "other"}});
  const Dataset data = import_dataset("tudataset", {.input = set, .options = all, .seed = 3});
  EXPECT_EQ(data.name, "other");
  expect_same_dataset(
      data, import_tudataset(
                {.input = set, .attributes = true, .regression = true, .directed = true, .name = "other", .seed = 3}));

  for (const auto& [name, content] : Texts{{"raw/num-node-list", "3\n"},
                                           {"raw/num-edge-list", "2\n"},
                                           {"raw/edge", "0,1\n2,1\n"},
                                           {"raw/node-label", "1\n0\n4\n"}}) {
    write_content(folder / "ogb" / (name + ".csv.gz"), content);
  }
  const std::filesystem::path raw = folder / "ogb";
  expect_same_dataset(import_dataset("ogb", {.input = raw}), import_ogb({.input = raw}));
  expect_same_dataset(
      import_dataset("ogb",
                     {.input = raw, .options = options_of("ogb", {{"regression", "true"}, {"directed", "true"}})}),
      import_ogb({.input = raw, .regression = true, .directed = true}));
}

TEST(Importers, ReadPackagesAsTheTypedFunction) {
  const TemporaryFolder folder;
  std::string index;
  for (int i = 0; i < 30; ++i) {
    const std::string number = std::to_string(i);
    index += "Package: p" + number + "\nVersion: 1\nSection: net\nDepends: p" + std::to_string(i * 7 % 30) +
             "\nDescription: word" + number + " same text\n\n";
  }
  const auto packages = write_content(folder / "Packages", index);
  const Dataset expected = import_debian({.packages = packages, .seed = 5, .vocabulary = 3});
  EXPECT_EQ(shape_of(expected.node_features).cols, 3);
  const Options options = options_of("debian", {{"vocabulary", "3"}});
  expect_same_dataset(import_dataset("debian", {.input = packages, .options = options, .seed = 5}), expected);
  expect_throws<ArgumentError>([] { (void)options_of("debian", {{"vocabulary", "0"}}); }, "out of range");
}

TEST(Importers, ReadMoleculesAsTheTypedFunction) {
  if (!reads_molecules()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "this Weft was built without RDKit";
    GTEST_SKIP() << "this Weft was built without RDKit";
  }
  const TemporaryFolder folder;
  const auto table = write_content(folder / "m.csv", "what,y,z\nCCO,1,0\nno molecule,1,1\nCC,0,1\nC,1,0\n");
  std::vector<std::string> told;
  const Options options = options_of("smiles", {{"smiles", "what"}, {"targets", "z,,y"}, {"task", "graph_regression"}});
  const Dataset data = import_dataset(
      "smiles", {.input = table, .options = options, .seed = 2, .on_skipped = [&](const std::string& problem) {
                   told.push_back(problem);
                 }});
  expect_same_dataset(
      data,
      import_smiles(
          {.input = table, .smiles = "what", .targets = {"z", "y"}, .task = TaskKind::graph_regression, .seed = 2}));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("m.csv: line 3"), std::string::npos) << told[0];
  const ImportJob strict{.input = table, .options = options_of("smiles", {{"smiles", "what"}}), .strict = true};
  expect_throws<DataError>([&] { (void)import_dataset("smiles", strict); }, "m.csv: line 3");
}

TEST(Importers, ReadPlanetoidsFilesOfTheNameThatIsAskedFor) {
  const auto cora = test::real_file("raw/planetoid_cora");
  if (!cora) {
    GTEST_SKIP() << "planetoid_cora is missing; set WEFT_DATA";
  }
  expect_same_dataset(import_dataset("planetoid", {.input = *cora}), import_planetoid({.folder = *cora}));
  const Options options = options_of("planetoid", {{"name", "citeseer"}});
  expect_throws<DataError>([&] { (void)import_dataset("planetoid", {.input = *cora, .options = options}); },
                           "ind.citeseer.");
}

TEST(Importers, SayWhichFormatsNeedMemory) {
  const TemporaryFolder folder;
  const auto description = write_content(folder / "graph.toml", "[edges]\nfile = \"none\"\n");
  for (const ImporterInfo& importer : importers()) {
    const ImportJob job = {.input = importer.name == "tables" ? description : std::filesystem::path("none")};
    const auto run = [&] { return import_memory_bytes(importer.name, job); };
    if (importer.can_go_to_disk) {
      EXPECT_GE(run(), 0) << importer.name;
    } else {
      expect_throws<ArgumentError>([&] { (void)run(); }, "has to be done in memory");
      expect_throws<ArgumentError>([&] { import_dataset_to_file(importer.name, job, {.output = "none.h5"}); },
                                   "has to be done in memory");
    }
  }
}

TEST(Importers, TellOfTheirProgressAndStopWhereItThrows) {
  const TemporaryFolder folder;
  const ImportJob job = {.input = write_content(folder / "e", "0,1\n"),
                         .on_progress = [](const Progress&) { throw std::runtime_error("stopped"); }};
  expect_throws<std::runtime_error>([&] { (void)import_dataset("edgelist", job); }, "stopped");
}

}  // namespace
}  // namespace weft
