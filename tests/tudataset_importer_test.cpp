// Sets of graphs from TUDataset's text files, in folders and in zip archives.
#include <map>

#include "tests/imported_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/importers/tudataset_importer.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;
using test::write_content;
using Files = std::map<std::string, std::string>;

// Two graphs: a path of three nodes, and one edge.
Files small_set() {
  return {{"A", "1, 2\n2, 1\n2, 3\n3, 2\n4, 5\n5, 4\n"},
          {"graph_indicator", "1\n1\n1\n2\n2\n"},
          {"graph_labels", "1\n-1\n"},
          {"node_labels", "5\n7\n5\n6\n6\n"},
          {"edge_labels", "3\n3\n4\n4\n5\n5\n"}};
}

void write_set(const std::filesystem::path& folder, const Files& files) {
  std::filesystem::remove_all(folder);
  for (const auto& [what, text] : files) {
    write_content(folder / ("TINY_" + what + ".txt"), text);
  }
}

TEST(TuDataset, ReadsGraphsLabelsAndFeatures) {
  const TemporaryFolder folder;
  write_set(folder / "TINY", small_set());
  const Dataset data = import_tudataset({.input = folder / "TINY"});
  EXPECT_EQ(data.name, "TINY");
  EXPECT_EQ(data.task, TaskKind::graph_classification);
  EXPECT_EQ(data.node_ptr, (std::vector<std::int64_t>{0, 3, 5}));
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 1, 3, 4, 5, 6}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 0, 2, 1, 4, 3}));
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"-1", "1"}));
  EXPECT_EQ(std::get<1>(data.graph_labels), (std::vector<std::int64_t>{1, 0}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()),
                              Tensor{{1, 0, 0}, {0, 0, 1}, {1, 0, 0}, {0, 1, 0}, {0, 1, 0}}));
  const auto& kinds = std::get<CategoricalMatrix>(data.edge_features);
  EXPECT_EQ(kinds.num_categories, std::vector<std::int64_t>{3});
  EXPECT_TRUE(std::ranges::equal(kinds.values, std::vector<std::int32_t>{0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(data.splits.size(), 10U);
  write_dataset(data, folder / "tiny.h5");
  test::expect_same_data(read_dataset(folder / "tiny.h5"), data);
}

TEST(TuDataset, AddsAttributesWhereAsked) {
  const TemporaryFolder folder;
  Files files = small_set();
  files["node_attributes"] = "0.5, 1\n1.5, 2\n 2.5, 3\n3.5, 4\n4.5, 5e0\n";
  write_set(folder / "s", files);
  const Dataset without = import_tudataset({.input = folder / "s"});
  EXPECT_EQ(shape_of(without.node_features), (Shape{5, 3}));
  const Dataset with = import_tudataset({.input = folder / "s", .attributes = true});
  const Tensor& x = std::get<Tensor>(with.node_features.in_memory());
  ASSERT_EQ(x.shape(), (Shape{5, 5}));
  EXPECT_EQ(x(1, 2), 1.0F);
  EXPECT_EQ(x(1, 3), 1.5F);
  EXPECT_EQ(x(4, 4), 5.0F);
  files.erase("node_labels");
  write_set(folder / "s", files);
  EXPECT_EQ(shape_of(import_tudataset({.input = folder / "s"}).node_features), (Shape{5, 2}));
}

TEST(TuDataset, GivesAReversedEdgeTheLabelOfItsOwnRow) {
  const TemporaryFolder folder;
  // 1 - 2 stands both ways with labels of their own; 3 - 2 stands once.
  write_set(folder / "s", {{"A", "1,2\n2,1\n3,2\n"},
                           {"graph_indicator", "1\n1\n1\n"},
                           {"graph_labels", "0\n"},
                           {"edge_labels", "0\n1\n2\n"}});
  const Dataset data = import_tudataset({.input = folder / "s"});
  // 2 -> 1, 1 -> 2, 3 -> 2, 2 -> 3.
  const auto& kinds = std::get<CategoricalMatrix>(data.edge_features);
  EXPECT_TRUE(std::ranges::equal(kinds.values, std::vector<std::int32_t>{1, 0, 2, 2}));
  const Dataset directed = import_tudataset({.input = folder / "s", .directed = true});
  EXPECT_TRUE(directed.directed);
  EXPECT_EQ(directed.graph.num_edges(), 3);
}

TEST(TuDataset, ReadsTargetsWhereThereAreNoClasses) {
  const TemporaryFolder folder;
  Files files = small_set();
  files.erase("graph_labels");
  files["graph_attributes"] = "0.5, nan\n-1, 2\n";
  write_set(folder / "s", files);
  const Dataset data = import_tudataset({.input = folder / "s"});
  EXPECT_EQ(data.task, TaskKind::graph_regression);
  const Tensor& y = std::get<Tensor>(data.graph_labels);
  EXPECT_EQ(y(0, 0), 0.5F);
  EXPECT_TRUE(std::isnan(y(0, 1)));
  EXPECT_EQ(y(1, 1), 2.0F);
}

TEST(TuDataset, NamesColumnsAfterTheValuesThatOccur) {
  const TemporaryFolder folder;
  Files files = small_set();
  files["node_labels"] = "5, 0\n9, 0\n5, 1\n5, 1\n9, 1\n";
  files["node_attributes"] = "0.5\n1.5\n2.5\n3.5\n4.5\n";
  write_set(folder / "s", files);
  const Dataset data = import_tudataset({.input = folder / "s", .attributes = true});
  EXPECT_EQ(data.names.features, (std::vector<std::string>{"node_label_0=5", "node_label_0=9", "node_label_1=0",
                                                           "node_label_1=1", "node_attribute_0"}));
  EXPECT_TRUE(test::same_bits(
      std::get<Tensor>(data.node_features.in_memory()),
      Tensor{{1, 0, 1, 0, 0.5F}, {0, 1, 1, 0, 1.5F}, {1, 0, 0, 1, 2.5F}, {1, 0, 0, 1, 3.5F}, {0, 1, 0, 1, 4.5F}}));
  EXPECT_EQ(data.names.edge_features, (std::vector<std::string>{"edge_label=3", "edge_label=4", "edge_label=5"}));
  write_dataset(data, folder / "s.h5");
  EXPECT_EQ(read_dataset(folder / "s.h5").names.edge_features, data.names.edge_features);
  files["edge_attributes"] = "1\n1\n2\n2\n3\n3\n";
  files["graph_attributes"] = "0.5, 1\n-1, 2\n";
  write_set(folder / "s", files);
  const Dataset more = import_tudataset({.input = folder / "s", .attributes = true, .regression = true});
  EXPECT_EQ(more.names.edge_features.back(), "edge_attribute_0");
  EXPECT_EQ(more.names.targets, (std::vector<std::string>{"graph_attribute_0", "graph_attribute_1"}));
}

TEST(TuDataset, RefusesNumbersThatStartAgainInEveryGraph) {
  const TemporaryFolder folder;
  const Files files = {{"A", "1,2\n2,3\n1,2\n1,3\n2,1\n"},
                       {"graph_indicator", "1\n1\n1\n2\n2\n3\n3\n3\n"},
                       {"graph_labels", "0\n1\n0\n"}};
  write_set(folder / "s", files);
  test::expect_throws<DataError>([&] { static_cast<void>(import_tudataset({.input = folder / "s"})); },
                                 "TINY_A.txt: 2 of 3 graphs of several nodes have no edge, and no node of an edge is "
                                 "above 3, while the largest graph has 3: numbers seem to start again in every graph; "
                                 "nodes are numbered through all graphs, from 1 to 8");
}

TEST(TuDataset, CountsGraphsOfSeveralNodesWithoutAnEdge) {
  const TemporaryFolder folder;
  // The second graph has two nodes and no edge, the third one node.
  write_set(folder / "s",
            {{"A", "1,2\n6,7\n"}, {"graph_indicator", "1\n1\n2\n2\n3\n4\n4\n"}, {"graph_labels", "0\n1\n0\n1\n"}});
  EXPECT_EQ(import_tudataset({.input = folder / "s"}).assumed,
            std::vector<std::string>{"1 of 3 graphs of several nodes has no edge"});
  write_set(folder / "s", small_set());
  EXPECT_TRUE(import_tudataset({.input = folder / "s"}).assumed.empty());
}

TEST(TuDataset, ReadsGraphsWithoutLabels) {
  const TemporaryFolder folder;
  Files files = small_set();
  files.erase("graph_labels");
  write_set(folder / "s", files);
  const Dataset data = import_tudataset({.input = folder / "s"});
  EXPECT_EQ(data.task, TaskKind::generation);
  EXPECT_EQ(data.num_graphs(), 2);
  EXPECT_EQ(data.assumed.size(), 1U);
  test::expect_throws<DataError>(
      [&] { static_cast<void>(import_tudataset({.input = folder / "s", .regression = true})); },
      "TINY_graph_attributes.txt: is missing");
}

TEST(TuDataset, ReadsTheSameFromAZipArchive) {
  const TemporaryFolder folder;
  write_set(folder / "TINY", small_set());
  std::vector<std::pair<std::string, std::string>> members = {{"TINY/README.txt", "not read"}};
  for (const auto& [what, text] : small_set()) {
    members.emplace_back("TINY/TINY_" + what + ".txt", text);
  }
  const Dataset data = import_tudataset({.input = test::write_zip(folder / "TINY.zip", members)});
  test::expect_same_data(data, import_tudataset({.input = folder / "TINY"}));
}

TEST(TuDataset, NamesFileAndLineOfWhatIsWrong) {
  const TemporaryFolder folder;
  const auto expect = [&](const std::string& what, const std::string& text, const std::string& message) {
    Files files = small_set();
    files[what] = text;
    write_set(folder / "s", files);
    test::expect_throws<DataError>([&] { static_cast<void>(import_tudataset({.input = folder / "s"})); }, message);
  };
  expect("A", "1, 2\n2, 6\n", "TINY_A.txt: line 2: node 6, expected 1 to 5");
  expect("A", "1, 2\n0, 1\n", "TINY_A.txt: line 2: node 0, expected 1 to 5");
  expect("A", "1, 2\n\n3, 4\n", "TINY_A.txt: line 3: joins a node of graph 1 with one of graph 2");
  expect("A", "1, 2\n2\n", "TINY_A.txt: line 2: has 1 columns, expected 2");
  expect("A", "1, 2.5\n", "TINY_A.txt: line 1: '2.5' is not an integer");
  expect("A", "1, 99999999999999999999\n", "is not an integer of 64 bits");
  expect("graph_indicator", "0\n0\n1\n1\n1\n", "TINY_graph_indicator.txt: line 1: graph 0, expected numbers from 1");
  expect("graph_indicator", "1\n1\n1\n3\n3\n", "TINY_graph_indicator.txt: line 4: graph 3 after 1");
  expect("graph_indicator", "1\n1\n2\n2\n1\n", "TINY_graph_indicator.txt: line 5: graph 1 after 2");
  expect("graph_indicator", "", "TINY_graph_indicator.txt: holds no nodes");
  expect("graph_labels", "1\n", "TINY_graph_labels.txt: has 1 rows, expected 2, one for each graph");
  expect("node_labels", "1\n2\n3\n4\n", "TINY_node_labels.txt: has 4 rows, expected 5, one for each node");
  expect("node_labels", "1\n2\n3\n4\n9000000000\n", "has labels from 1 to 9000000000");
  expect("edge_labels", "1\n", "TINY_edge_labels.txt: has 1 rows, expected 6, one for each row of DS_A.txt");
  Files files = small_set();
  files.erase("node_labels");
  for (const std::string bad : {"nan", "inf", "1e39", "x", "0x1"}) {
    files["node_attributes"] = "1\n2\n" + bad + "\n4\n5\n";
    write_set(folder / "s", files);
    test::expect_throws<DataError>([&] { static_cast<void>(import_tudataset({.input = folder / "s"})); },
                                   "TINY_node_attributes.txt: line 3: '" + bad + "' is not a finite number");
  }
  files.erase("graph_indicator");
  write_set(folder / "s", files);
  test::expect_throws<DataError>([&] { static_cast<void>(import_tudataset({.input = folder / "s"})); },
                                 "TINY_graph_indicator.txt: is missing");
  write_content(folder / "s" / "OTHER_A.txt", "1, 2\n");
  test::expect_throws<DataError>([&] { static_cast<void>(import_tudataset({.input = folder / "s"})); },
                                 "holds 2 files DS_A.txt, expected one");
}

TEST(TuDataset, SurvivesDamagedArchives) {
  const TemporaryFolder folder;
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [what, text] : small_set()) {
    members.emplace_back("TINY_" + what + ".txt", text);
  }
  const auto path = test::write_zip(folder / "TINY.zip", members);
  test::expect_no_surprise(path, [&] { static_cast<void>(import_tudataset({.input = path})); });
}

// Splits of the .h5 files are those files' own.
class RealTuDataset : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(RealTuDataset, EqualsTheDatasetFile) {
  const auto raw = test::real_file(std::string("raw/tu/") + GetParam().first);
  const auto h5 = test::real_file(std::string("h5/") + GetParam().second + ".h5");
  if (!raw || !h5) {
    GTEST_SKIP() << GetParam().first << " is missing; set WEFT_DATA";
  }
  test::expect_same_data(import_tudataset({.input = *raw}), read_dataset(*h5));
}

INSTANTIATE_TEST_SUITE_P(DataFolder, RealTuDataset,
                         testing::Values(std::pair{"MUTAG", "mutag"}, std::pair{"PROTEINS", "proteins"},
                                         std::pair{"IMDB-BINARY.zip", "imdb_binary"}),
                         [](const auto& set) { return std::string(set.param.second); });

}  // namespace
}  // namespace weft
