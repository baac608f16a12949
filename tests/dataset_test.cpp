// Dataset files: every form comes back as it was written, and the public files say what their list says.
#include "weft/io/dataset.hpp"

#include <array>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include <sys/resource.h>

#include <gtest/gtest.h>

#include "tests/public_files.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::random_tensor;
using test::same_bits;
using test::TemporaryFolder;
using test::two_communities;

// 0 - 1 - 2, and 3 alone.
Dataset path_graph() {
  const std::vector<Edge> edges = {{0, 1}, {1, 2}};
  Dataset data;
  data.name = "path";
  data.task = TaskKind::node_classification;
  data.num_classes = 2;
  data.graph = CsrGraph::from_edges(4, edges, {.symmetrize = true});
  data.node_labels = std::vector<std::int64_t>{0, 1, 0, -1};
  data.splits.push_back({.name = "public", .train = {0}, .val = {2}, .test = {1}});
  return data;
}

Dataset written_and_read(const Dataset& data) {
  const TemporaryFolder folder;
  write_dataset(data, folder / "data.h5");
  return read_dataset(folder / "data.h5");
}

template <class T>
std::vector<T> values_of(std::span<const T> values) {
  return {values.begin(), values.end()};
}

TEST(Dataset, NamesEveryTask) {
  for (const std::string name : {"node_classification", "node_regression", "graph_classification", "graph_regression",
                                 "link_prediction", "generation"}) {
    ASSERT_TRUE(task_of(name).has_value()) << name;
    EXPECT_EQ(name_of(*task_of(name)), name);
  }
  EXPECT_FALSE(task_of("node classification").has_value());
}

TEST(Dataset, KeepsLinksOfSplitsBesideNodesAndAlone) {
  Dataset data = path_graph();
  data.splits[0].test_edges = {{3, 0}, {1, 2}};
  data.splits.push_back({.name = "links", .train = {}, .val = {}, .test = {}, .train_edges = {{0, 1}}});
  const Dataset again = written_and_read(data);
  ASSERT_EQ(again.splits.size(), 2U);
  EXPECT_EQ(again.find_split("public")->test, std::vector<std::int64_t>{1});
  EXPECT_EQ(again.find_split("public")->test_edges, (std::vector<Edge>{{3, 0}, {1, 2}}));
  EXPECT_TRUE(again.find_split("public")->train_edges.empty());
  EXPECT_EQ(again.find_split("links")->train_edges, (std::vector<Edge>{{0, 1}}));
  EXPECT_TRUE(again.find_split("links")->train.empty());
}

TEST(Dataset, FindsASplitByName) {
  const Dataset data = path_graph();
  ASSERT_NE(data.find_split("public"), nullptr);
  EXPECT_EQ(data.find_split("public")->test, std::vector<std::int64_t>{1});
  EXPECT_EQ(data.find_split("rand0"), nullptr);
}

TEST(DatasetFile, KeepsAttributesGraphLabelsAndSplits) {
  Dataset data = path_graph();
  data.source = "https://example.org/ä";
  data.license = "CC0";
  data.class_names = {"even", "odd"};
  const Dataset read = written_and_read(data);
  EXPECT_EQ(read.name, "path");
  EXPECT_EQ(read.source, "https://example.org/ä");
  EXPECT_EQ(read.license, "CC0");
  EXPECT_EQ(read.task, TaskKind::node_classification);
  EXPECT_FALSE(read.directed);
  EXPECT_EQ(read.num_classes, 2);
  EXPECT_EQ(read.class_names, data.class_names);
  EXPECT_EQ(values_of(read.graph.offsets()), (std::vector<EdgeId>{0, 1, 3, 4, 4}));
  EXPECT_EQ(values_of(read.graph.sources()), (std::vector<NodeId>{1, 0, 2, 1}));
  EXPECT_EQ(std::get<1>(read.node_labels), (std::vector<std::int64_t>{0, 1, 0, -1}));
  ASSERT_EQ(read.splits.size(), 1U);
  EXPECT_EQ(read.splits[0].train, std::vector<std::int64_t>{0});
  EXPECT_EQ(read.splits[0].val, std::vector<std::int64_t>{2});
  EXPECT_EQ(read.splits[0].test, std::vector<std::int64_t>{1});
  EXPECT_FALSE(read.has_many_graphs());
  EXPECT_EQ(read.num_graphs(), 1);
}

TEST(DatasetFile, KeepsDenseFeaturesAboveAndBelowTheSizeThatIsCompressed) {
  for (const std::int64_t width : {3, 9000}) {
    Dataset data = path_graph();
    data.node_features = test::random_tensor(4, width);
    data.edge_features = test::random_tensor(4, 2, 7);
    const Dataset read = written_and_read(data);
    EXPECT_TRUE(test::same_bits(std::get<Tensor>(read.node_features.in_memory()),
                                std::get<Tensor>(data.node_features.in_memory())));
    EXPECT_TRUE(test::same_bits(std::get<Tensor>(read.edge_features), std::get<Tensor>(data.edge_features)));
  }
}

TEST(DatasetFile, KeepsNamesOfFewAndOfManyColumnsAndWhatWasAssumed) {
  for (const std::int64_t width : {3, 5000}) {
    Dataset data = path_graph();
    data.node_features = test::random_tensor(4, width);
    data.edge_features = test::random_tensor(4, 2, 7);
    for (std::int64_t j = 0; j < width; ++j) {
      data.names.features.push_back("column " + std::to_string(j) + " ä");
    }
    data.names.edge_features = {"length", "trust"};
    data.weight_column = 1;
    data.assumed = {"rows are people", "and columns what is known of them"};
    data.encoder = "{\"kind\": 1}";
    const Dataset read = written_and_read(data);
    EXPECT_EQ(read.names.features, data.names.features);
    EXPECT_EQ(read.names.edge_features, data.names.edge_features);
    EXPECT_EQ(read.weight_column, 1);
    EXPECT_EQ(read.assumed, data.assumed);
    EXPECT_EQ(read.encoder, data.encoder);
  }
}

TEST(DatasetFile, RefusesNamesThatCannotBeKept) {
  const auto refused = [](const auto& change, const std::string& expected) {
    Dataset data = path_graph();
    data.node_features = test::random_tensor(4, 2);
    change(data);
    expect_throws<ArgumentError>([&] { (void)written_and_read(data); }, expected);
  };
  refused([](Dataset& d) { d.names.features = {"a", "a"}; }, "has two columns 'a'");
  refused([](Dataset& d) { d.names.features = {"a"}; }, "has 1 entries, expected 2");
  refused([](Dataset& d) { d.names.features = {"a", "b\nc"}; }, "the name at 1 holds the end of a line");
  refused([](Dataset& d) { d.class_names = {"even", "o\ndd"}; }, "the name at 1 holds the end of a line");
  refused([](Dataset& d) { d.class_names = {"even", "even"}; }, "has two classes 'even'");
  refused([](Dataset& d) { d.weight_column = 0; }, "attribute weight is 0");
}

TEST(DatasetFile, KeepsSparseFeatures) {
  Dataset data = path_graph();
  data.node_features = SparseMatrix(4, 10, Buffer<EdgeId>::copy_of(std::vector<EdgeId>{0, 2, 2, 3, 3}),
                                    Buffer<std::uint32_t>::copy_of(std::vector<std::uint32_t>{1, 9, 0}),
                                    Buffer<float>::copy_of(std::vector<float>{0.5F, -2.0F, 3.0F}));
  const Dataset read = written_and_read(data);
  const SparseMatrix& x = std::get<SparseMatrix>(read.node_features.in_memory());
  EXPECT_EQ(x.shape(), (Shape{4, 10}));
  EXPECT_EQ(values_of<EdgeId>(x.by_row().offsets), (std::vector<EdgeId>{0, 2, 2, 3, 3}));
  EXPECT_EQ(values_of<std::uint32_t>(x.by_row().columns), (std::vector<std::uint32_t>{1, 9, 0}));
  EXPECT_EQ(values_of<float>(x.by_row().values), (std::vector<float>{0.5F, -2.0F, 3.0F}));
}

TEST(DatasetFile, KeepsCategoricalFeaturesAndTypes) {
  Dataset data = path_graph();
  data.node_features =
      CategoricalMatrix{.rows = 4,
                        .num_categories = {3, 100},
                        .values = Buffer<std::int32_t>::copy_of(std::vector<std::int32_t>{0, 99, 1, 0, 2, 5, 0, 7})};
  data.node_type = Buffer<std::int32_t>::copy_of(std::vector<std::int32_t>{0, 0, 1, 2});
  data.edge_type = Buffer<std::int32_t>::copy_of(std::vector<std::int32_t>{4, 3, 2, 1});
  // Numbers that 32-bit floats would round.
  data.edge_time = Buffer<std::int64_t>::copy_of(
      std::vector<std::int64_t>{1'700'000'001, 1'700'000'002, -1, std::numeric_limits<std::int64_t>::min()});
  data.node_time = Buffer<std::int64_t>(static_cast<std::size_t>(data.graph.num_nodes()), 7);
  data.time_unit = "ms";
  const Dataset read = written_and_read(data);
  const CategoricalMatrix& x = std::get<CategoricalMatrix>(read.node_features.in_memory());
  EXPECT_EQ(x.num_categories, (std::vector<std::int64_t>{3, 100}));
  EXPECT_EQ(values_of<std::int32_t>(x.values), (std::vector<std::int32_t>{0, 99, 1, 0, 2, 5, 0, 7}));
  EXPECT_EQ(values_of<std::int32_t>(read.node_type), (std::vector<std::int32_t>{0, 0, 1, 2}));
  EXPECT_EQ(values_of<std::int32_t>(read.edge_type), (std::vector<std::int32_t>{4, 3, 2, 1}));
  EXPECT_EQ(values_of<std::int64_t>(read.edge_time), values_of<std::int64_t>(data.edge_time));
  EXPECT_EQ(values_of<std::int64_t>(read.node_time), values_of<std::int64_t>(data.node_time));
  EXPECT_EQ(read.time_unit, "ms");
}

TEST(DatasetFile, KeepsNamesWithEveryKindOfCharacter) {
  Dataset data = path_graph();
  data.node_names = {"", "plain", "Grüße 漢字 🙂", "with, comma\nand line"};
  EXPECT_EQ(written_and_read(data).node_names, data.node_names);
}

TEST(DatasetFile, KeepsRealTargetsWithMissingOnes) {
  Dataset data = path_graph();
  data.task = TaskKind::node_regression;
  data.num_classes = 0;
  data.node_labels = Tensor{{1.5F, std::nanf("")}, {0.0F, -1.0F}, {2.0F, 2.0F}, {std::nanf(""), 9.0F}};
  const Dataset read = written_and_read(data);
  const Tensor& y = std::get<Tensor>(read.node_labels);
  ASSERT_EQ(y.shape(), (Shape{4, 2}));
  EXPECT_EQ(y(0, 0), 1.5F);
  EXPECT_TRUE(std::isnan(y(0, 1)));
  EXPECT_TRUE(std::isnan(y(3, 0)));
  EXPECT_EQ(y(3, 1), 9.0F);
}

TEST(DatasetFile, KeepsManyGraphs) {
  Dataset data = path_graph();
  data.task = TaskKind::graph_classification;
  data.node_labels = std::monostate{};
  data.node_ptr = {0, 3, 3, 4};
  data.graph_labels = std::vector<std::int64_t>{1, 0, 1};
  data.smiles = {"CCO", "", "[Na+]"};
  data.splits[0] = {.name = "strat0", .train = {2}, .val = {}, .test = {0, 1}};
  const Dataset read = written_and_read(data);
  EXPECT_EQ(read.num_graphs(), 3);
  EXPECT_EQ(read.node_ptr, data.node_ptr);
  EXPECT_EQ(std::get<1>(read.graph_labels), std::get<1>(data.graph_labels));
  EXPECT_EQ(read.smiles, data.smiles);
  EXPECT_TRUE(read.splits[0].val.empty());
  EXPECT_EQ(read.splits[0].test, (std::vector<std::int64_t>{0, 1}));
}

TEST(DatasetFile, ListsSplitsInTheOrderOfTheirNumbers) {
  Dataset data = path_graph();
  data.splits.clear();
  for (const char* name : {"10", "strat10", "2", "strat9", "0", "public", "9"}) {
    data.splits.push_back({.name = name, .train = {0}, .val = {1}, .test = {2}});
  }
  std::vector<std::string> names;
  for (const Split& split : written_and_read(data).splits) {
    names.push_back(split.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"0", "2", "9", "10", "public", "strat9", "strat10"}));
}

TEST(DatasetFile, HoldsAGraphWithoutNodes) {
  Dataset data;
  data.task = TaskKind::generation;
  data.graph = CsrGraph::from_edges(0, {});
  const Dataset read = written_and_read(data);
  EXPECT_EQ(read.graph.num_nodes(), 0);
  EXPECT_EQ(read.graph.num_edges(), 0);
}

TEST(DatasetFile, IsNotWrittenIfTheDatasetBreaksTheFormat) {
  const TemporaryFolder folder;
  Dataset data = path_graph();
  data.splits[0].test = {0};
  test::expect_throws<ArgumentError>([&] { write_dataset(data, folder / "data.h5"); },
                                     "/split/public/test: node 0 at 0 is already in train");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(DatasetFile, NamesTheFileThatCannotBeWritten) {
  const TemporaryFolder folder;
  test::expect_throws<DataError>([&] { write_dataset(path_graph(), folder / "none" / "data.h5"); }, "none/data.h5");
  test::expect_throws<DataError>([&] { write_dataset(path_graph(), folder.path()); }, "it is a folder");
}

// A limit on the size of files stands in for a full disk: writing and flushing fail half way. The child must
// also survive its own exit, where libhdf5 cleans up.
TEST(DatasetFileDeathTest, LeavesNothingBehindOnAFullDisk) {
  const TemporaryFolder folder;
  Dataset data = path_graph();
  data.node_features = test::random_tensor(4, 200000);
  const auto write_and_exit = [&](rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {bytes, bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_dataset(data, folder / "data.h5");
    } catch (const DataError& error) {
      // The death test's own output is a file under the same limit, so the code tells what was said.
      std::exit(std::string(error.what()).find("File too large") != std::string::npos ? 3 : 4);
    }
    std::exit(0);
  };
  for (const rlim_t bytes : {rlim_t{0}, rlim_t{100}, rlim_t{3000}, rlim_t{100000}, rlim_t{1000000}}) {
    EXPECT_EXIT(write_and_exit(bytes), testing::ExitedWithCode(3), "") << bytes;
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << bytes;
  }
}

TEST(DatasetFile, ReportsProgressAndCanBeStopped) {
  const TemporaryFolder folder;
  write_dataset(path_graph(), folder / "data.h5");
  std::vector<std::string> details;
  static_cast<void>(read_dataset(folder / "data.h5", [&](const Progress& p) { details.push_back(p.detail); }));
  EXPECT_EQ(details, (std::vector<std::string>{"/graph", "/edge", "/node", "/graphs", "/split", "checks"}));
  struct Stopped {};
  EXPECT_THROW(static_cast<void>(read_dataset(folder / "data.h5", [](const Progress&) { throw Stopped(); })), Stopped);
}

// What the data folder's README says of each file. -1: not stated.
struct Figures {
  const char* file;
  TaskKind task;
  std::int64_t nodes, edges, graphs, index_sum;
  const char* features;
  std::int64_t feature_cols;
  double feature_sum;
  std::int64_t classes;
  std::size_t splits;
  std::array<std::size_t, 3> first_split;
};

constexpr TaskKind kNodes = TaskKind::node_classification;
constexpr TaskKind kGraphs = TaskKind::graph_classification;
constexpr TaskKind kReal = TaskKind::graph_regression;
constexpr TaskKind kMade = TaskKind::generation;
const std::vector<Figures> kFigures = {
    {"actor", kNodes, 7600, 53318, 1, 200476127, "sparse", 932, 40977, 5, 10, {3648, 2432, 1520}},
    {"chameleon_filtered", kNodes, 890, 17708, 1, 8099949, "sparse", 2325, 9903, 5, 10, {409, 287, 194}},
    {"community_small", kMade, 1528, 7030, 100, 5372924, "none", 0, 0, 0, 1, {80, 10, 10}},
    {"cora", kNodes, 2708, 10556, 1, 13820218, "sparse", 1433, 49216, 7, 1, {140, 500, 1000}},
    {"esol", kReal, 14991, 30856, 1128, 231117589, "categorical", 9, 275431, 0, 4, {902, 113, 113}},
    {"facebook_pages", kNodes, 22470, 341825, 1, 3845180659, "sparse", 4714, 314583, 4, 5, {13482, 4494, 4494}},
    {"gowalla", TaskKind::link_prediction, 70839, 1620256, 1, 47084227382, "none", 0, 0, 0, 1, {0, 0, 0}},
    {"grid", kMade, 21639, 80666, 100, 871713179, "none", 0, 0, 0, 1, {80, 10, 10}},
    {"hiv", kGraphs, 1069968, 2303884, 41913, 1232990455048, "categorical", 9, 19152613, 2, 4, {33530, 4191, 4192}},
    {"imdb_binary", kGraphs, 19773, 193062, 1000, 1933369691, "none", 0, 0, 2, 20, {900, 0, 100}},
    {"minesweeper", kNodes, 10000, 78804, 1, 393980598, "dense", 7, 10000, 2, 10, {5000, 2500, 2500}},
    {"mutag", kGraphs, 3371, 7442, 188, 12490737, "dense", 7, 3371, 2, 20, {170, 0, 18}},
    {"pbmc68k_knn", kNodes, 700, 9992, 1, 3485056, "dense", 50, 0.00182055, 10, 5, {420, 138, 142}},
    {"planar", kMade, 12800, 71134, 200, 455239172, "none", 0, 0, 0, 1, {128, 32, 40}},
    {"proteins", kGraphs, 43471, 162088, 1113, 3492710240, "dense", 3, 43471, 2, 20, {1002, 0, 111}},
    {"pubmed_topology", kNodes, 19717, 88648, 1, 864444687, "none", 0, 0, 3, 1, {60, 500, 1000}},
    {"qm9_smiles",
     kMade,
     1177628,
     2517932,
     133882,
     1482731041475,
     "categorical",
     9,
     21132860,
     0,
     1,
     {105431, 15062, 13389}},
    {"sbm", kMade, 20802, 200164, 200, 2084811108, "none", 0, 0, 0, 1, {128, 32, 40}},
    {"tox21", kGraphs, 148350, 308220, 8014, 22866284336, "categorical", 9, 2704832, 2, 4, {6411, 801, 802}},
    {"wisconsin", kNodes, 251, 900, 1, 107935, "sparse", 1703, 24057, 5, 10, {120, 80, 51}},
    {"wordnet", kNodes, 117659, 367587, 1, 20519763219, "dense", 128, 323988, 45, 4, {900, 5000, 10000}},
    {"zinc12k", kReal, 277376, 596656, 12000, 82756679897, "categorical", 9, 5027901, 0, 1, {10000, 1000, 1000}},
};

std::pair<std::string, double> form_and_sum(const Features& features) {
  if (const auto* dense = std::get_if<Tensor>(&features)) {
    return {"dense", std::accumulate(dense->values().begin(), dense->values().end(), 0.0)};
  }
  if (const auto* sparse = std::get_if<SparseMatrix>(&features)) {
    return {"sparse", std::accumulate(sparse->by_row().values.begin(), sparse->by_row().values.end(), 0.0)};
  }
  if (const auto* columns = std::get_if<CategoricalMatrix>(&features)) {
    return {"categorical", std::accumulate(columns->values.begin(), columns->values.end(), 0.0)};
  }
  return {"none", 0.0};
}

class PublicFile : public testing::TestWithParam<Figures> {};

TEST_P(PublicFile, HoldsThePublishedFigures) {
  const Figures& expected = GetParam();
  const std::optional<Dataset> read = test::public_dataset(expected.file);
  if (!read) {
    GTEST_SKIP() << expected.file << ".h5 is missing; set WEFT_DATA";
  }
  const Dataset& data = *read;
  EXPECT_EQ(data.task, expected.task);
  EXPECT_EQ(data.graph.num_nodes(), expected.nodes);
  EXPECT_EQ(data.graph.num_edges(), expected.edges);
  EXPECT_EQ(data.num_graphs(), expected.graphs);
  const std::span<const NodeId> sources = data.graph.sources();
  EXPECT_EQ(std::accumulate(sources.begin(), sources.end(), std::int64_t{0}), expected.index_sum);
  const auto [form, sum] = form_and_sum(data.node_features);
  EXPECT_EQ(form, expected.features);
  EXPECT_EQ(shape_of(data.node_features).cols, expected.feature_cols);
  EXPECT_NEAR(sum, expected.feature_sum, 1e-5 * std::max(1.0, expected.feature_sum));
  EXPECT_EQ(data.num_classes, expected.classes);
  ASSERT_EQ(data.splits.size(), expected.splits);
  if (!data.splits.empty()) {
    const Split& split = data.splits[0];
    EXPECT_EQ((std::array{split.train.size(), split.val.size(), split.test.size()}), expected.first_split);
  }
}

INSTANTIATE_TEST_SUITE_P(DataFolder, PublicFile, testing::ValuesIn(kFigures),
                         [](const auto& file) { return std::string(file.param.file); });

TEST(DatasetSize, IsReadFromTheShapesAlone) {
  const TemporaryFolder folder;
  const Dataset data = two_communities(300, 8);
  write_dataset(data, folder / "data.h5");
  const DatasetSize size = read_dataset_size(folder / "data.h5");
  EXPECT_EQ(size.nodes, 300);
  EXPECT_EQ(size.edges, data.graph.num_edges());
  EXPECT_EQ(size.features, 8);
  EXPECT_EQ(size.feature_bytes, 300 * 8 * 4);
  EXPECT_TRUE(size.has_dense_features);
}

}  // namespace
}  // namespace weft
