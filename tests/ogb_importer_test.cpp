// The Open Graph Benchmark's raw folders: one graph with node labels, many graphs with their own.
#include <cmath>
#include <map>

#include "tests/imported_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/importers/ogb_importer.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;
using Files = std::map<std::string, std::string>;

// Compression is recognized by content, so that plain text under these names serves as well.
void write_set(const std::filesystem::path& folder, const Files& files) {
  std::filesystem::remove_all(folder);
  for (const auto& [name, text] : files) {
    test::write_content(folder / (name + ".csv.gz"), text);
  }
}

Files node_set() {
  return {{"raw/num-node-list", "3\n"},    {"raw/num-edge-list", "2\n"},
          {"raw/edge", "0,1\n2,1\n"},      {"raw/node-feat", "0.5,1\n1,2\n2,3\n"},
          {"raw/node-label", "1\n0\n4\n"}, {"split/time/train", "2\n0\n"},
          {"split/time/valid", "1\n"},     {"split/time/test", ""}};
}

Files graph_set() {
  return {{"raw/num-node-list", "2\n1\n3\n"}, {"raw/num-edge-list", "1\n0\n2\n"},
          {"raw/edge", "0,1\n0,2\n2,1\n"},    {"raw/node-feat", "5,0\n6,0\n7,1\n5,1\n5,0\n8,0\n"},
          {"raw/edge-feat", "0\n3\n1\n"},     {"raw/graph-label", "0,1\n,1\n1,0\n"},
          {"split/scaffold/train", "0\n"},    {"split/scaffold/valid", "2\n"},
          {"split/scaffold/test", "1\n"}};
}

TEST(Ogb, ReadsOneGraphWithNodeLabels) {
  const TemporaryFolder folder;
  write_set(folder / "arxiv", node_set());
  const Dataset data = import_ogb({.input = folder / "arxiv", .directed = true});
  EXPECT_EQ(data.name, "arxiv");
  EXPECT_EQ(data.task, TaskKind::node_classification);
  EXPECT_FALSE(data.has_many_graphs());
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 0, 2, 2}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{0.5F, 1}, {1, 2}, {2, 3}}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{1, 0, 4}));
  EXPECT_EQ(data.num_classes, 5);
  ASSERT_NE(data.find_split("time"), nullptr);
  EXPECT_EQ(data.splits[0].train, (std::vector<std::int64_t>{0, 2}));
  EXPECT_EQ(import_ogb({.input = folder / "arxiv"}).graph.num_edges(), 4);
  EXPECT_EQ(import_ogb({.input = folder / "arxiv", .regression = true}).task, TaskKind::node_regression);
}

// Two authors, three papers: features and labels of papers.
Files typed_set() {
  return {{"raw/num-node-dict", "author,paper\n2,3\n"},
          {"raw/triplet-type-list", "author,writes,paper\npaper,cites,paper\n"},
          {"raw/relations/author___writes___paper/edge", "0,1\n1,0\n1,1\n"},
          {"raw/relations/paper___cites___paper/edge", "2,0\n0,1\n"},
          {"raw/nodetype-has-feat", "author,paper\nFalse,True\n"},
          {"raw/node-feat/paper/node-feat", "1,2\n3,4\n5,6\n"},
          {"raw/nodetype-has-label", "author,paper\nFalse,True\n"},
          {"raw/node-label/paper/node-label", "1\n0\n1\n"},
          {"split/time/nodetype-has-split", "author,paper\nFalse,True\n"},
          {"split/time/paper/train", "0\n1\n"},
          {"split/time/paper/valid", "2\n"},
          {"split/time/paper/test", ""}};
}

TEST(Ogb, ReadsTypesOfNodesAndRelations) {
  const TemporaryFolder folder;
  write_set(folder / "mag", typed_set());
  const Dataset data = import_ogb({.input = folder / "mag"});
  EXPECT_EQ(data.name, "mag");
  EXPECT_TRUE(data.directed);
  EXPECT_TRUE(std::ranges::equal(data.node_type, std::vector<std::int32_t>{0, 0, 1, 1, 1}));
  EXPECT_EQ(data.names.node_types, (std::vector<std::string>{"author", "paper"}));
  EXPECT_EQ(data.names.edge_types, (std::vector<std::string>{"writes", "cites"}));
  // Paper 0 is node 2: written by author 1, cited by paper 2; paper 1 by authors 0 and 1, and paper 0.
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 0, 0, 2, 5, 5}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 4, 0, 1, 2}));
  EXPECT_TRUE(std::ranges::equal(data.edge_type, std::vector<std::int32_t>{0, 1, 0, 0, 1}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()),
                              Tensor{{0, 0}, {0, 0}, {1, 2}, {3, 4}, {5, 6}}));
  EXPECT_EQ(data.names.features, (std::vector<std::string>{"paper_0", "paper_1"}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{-1, -1, 1, 0, 1}));
  EXPECT_EQ(data.num_classes, 2);
  EXPECT_EQ(data.splits[0].train, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(data.splits[0].val, std::vector<std::int64_t>{4});
  EXPECT_EQ(data.assumed.back(), "features are those of paper; they are zero in rows of other types");
  write_dataset(data, folder / "m.h5");
  test::expect_same_data(read_dataset(folder / "m.h5"), data);
  Files with_reading = typed_set();
  with_reading["raw/triplet-type-list"] += "author,reads,paper\n";
  with_reading["raw/relations/author___reads___paper/edge"] = "0,1\n0,1\n";
  write_set(folder / "reading", with_reading);
  const Dataset reading = import_ogb({.input = folder / "reading"});
  EXPECT_TRUE(std::ranges::equal(reading.graph.sources(), std::vector<NodeId>{1, 4, 0, 0, 0, 1, 2}));
  EXPECT_TRUE(std::ranges::equal(reading.edge_type, std::vector<std::int32_t>{0, 1, 0, 2, 2, 0, 1}));
  EXPECT_EQ(reading.assumed.front(),
            "1 edges repeat another of their relation between the same nodes, and are kept as they are");
  const Dataset both = import_ogb({.input = folder / "mag", .undirected = true});
  EXPECT_FALSE(both.directed);
  EXPECT_EQ(both.graph.num_edges(), 10);
}

TEST(Ogb, GivesFeaturesOfSeveralTypesColumnsOfTheirOwn) {
  const TemporaryFolder folder;
  Files files = typed_set();
  files["raw/nodetype-has-feat"] = "author,paper\nTrue,True\n";
  files["raw/node-feat/author/node-feat"] = "7\n8\n";
  write_set(folder / "mag", files);
  const Dataset data = import_ogb({.input = folder / "mag"});
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()),
                              Tensor{{7, 0, 0}, {8, 0, 0}, {0, 1, 2}, {0, 3, 4}, {0, 5, 6}}));
  EXPECT_EQ(data.names.features, (std::vector<std::string>{"author_0", "paper_0", "paper_1"}));
}

TEST(Ogb, NamesWhatIsWrongWithTypes) {
  const TemporaryFolder folder;
  const auto expect = [&](const std::string& name, const std::string& text, const std::string& message) {
    Files files = typed_set();
    files[name] = text;
    write_set(folder / "s", files);
    test::expect_throws<DataError>([&] { static_cast<void>(import_ogb({.input = folder / "s"})); }, message);
  };
  expect("raw/num-node-dict", "author,paper\n2,3\n1,1\n", "line 3: is a second graph");
  expect("raw/num-node-dict", "author,author\n2,3\n", "line 1: names the type 'author' twice");
  expect("raw/num-node-dict", "author,paper\n", "has one row, expected the numbers of nodes in the second");
  expect("raw/triplet-type-list", "author,writes,papers\n", "line 1: 'papers' is no type of num-node-dict");
  expect("raw/relations/author___writes___paper/edge", "0,3\n", "line 1: node 3, expected 0 to 2");
  expect("raw/node-feat/paper/node-feat", "1\n2\n", "has 2 rows, expected 3, one for each node of its type");
  expect("raw/nodetype-has-label", "author,paper\nFalse,yes\n", "'yes' is neither True nor False");
  expect("split/time/paper/train", "3\n", "line 1: node 3, expected 0 to 2");
  write_set(folder / "s", {});
  test::write_content(folder / "s" / "raw" / "data.npz", "x");
  test::expect_throws<DataError>([&] { static_cast<void>(import_ogb({.input = folder / "s"})); },
                                 "holds raw/data.npz, the binary form, which is not read");
}

TEST(Ogb, ReadsManyGraphsWithCategories) {
  const TemporaryFolder folder;
  write_set(folder / "mol", graph_set());
  const Dataset data = import_ogb({.input = folder / "mol"});
  EXPECT_EQ(data.task, TaskKind::graph_classification);
  EXPECT_EQ(data.node_ptr, (std::vector<std::int64_t>{0, 2, 3, 6}));
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 1, 2, 2, 3, 4, 6}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 0, 5, 5, 3, 4}));
  EXPECT_EQ(std::get<CategoricalMatrix>(data.node_features.in_memory()).num_categories,
            (std::vector<std::int64_t>{9, 2}));
  const auto& bonds = std::get<CategoricalMatrix>(data.edge_features);
  EXPECT_TRUE(std::ranges::equal(bonds.values, std::vector<std::int32_t>{0, 0, 3, 1, 3, 1}));
  const Tensor& y = std::get<Tensor>(data.graph_labels);
  EXPECT_EQ(y(0, 1), 1.0F);
  EXPECT_TRUE(std::isnan(y(1, 0)));
  EXPECT_EQ(data.num_classes, 2);
  EXPECT_EQ(data.splits[0].name, "scaffold");
  write_dataset(data, folder / "m.h5");
  test::expect_same_data(read_dataset(folder / "m.h5"), data);
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [name, text] : graph_set()) {
    members.emplace_back("mol/" + name + ".csv.gz", text);
  }
  test::expect_same_data(import_ogb({.input = test::write_zip(folder / "mol.zip", members)}), data);
}

TEST(Ogb, NamesFileAndLineOfWhatIsWrong) {
  const TemporaryFolder folder;
  const auto expect = [&](const std::string& name, const std::string& text, const std::string& message) {
    Files files = graph_set();
    files[name] = text;
    write_set(folder / "s", files);
    test::expect_throws<DataError>([&] { static_cast<void>(import_ogb({.input = folder / "s"})); }, message);
  };
  expect("raw/edge", "0,1\n0,3\n2,1\n", "raw/edge.csv.gz: line 2: node 3, expected 0 to 2");
  expect("raw/edge", "0,1\n0,2\n2,1\n0,0\n", "raw/edge.csv.gz: line 4: is one edge more than the 3 of num-edge-list");
  expect("raw/edge", "0,1\n0,2\n", "raw/edge.csv.gz: has 2 rows, expected more");
  expect("raw/edge", "0,-1\n0,2\n2,1\n", "raw/edge.csv.gz: line 1: node -1");
  expect("raw/edge", "\x1f\x8b\x08", "raw/edge.csv.gz: the compressed data is cut short");
  expect("raw/num-node-list", "2\n1\n4294967295\n", "num-node-list.csv.gz: adds up to more than 4294967295 nodes");
  expect("raw/num-node-list", "2\n1\n99999999999\n", "num-node-list.csv.gz: line 3: count 99999999999");
  expect("raw/num-node-list", "2\n1\n4000000000\n", "num-node-list.csv.gz: declares 4000000003 nodes for 3 edges");
  expect("raw/num-edge-list", "1\n", "num-edge-list.csv.gz: has 1 rows, expected 3");
  expect("raw/node-feat", "1\n2\n", "node-feat.csv.gz: has 2 rows, expected 6, one for each node");
  expect("raw/node-feat", "1\nnan\n", "node-feat.csv.gz: line 2: 'nan' is not a finite number");
  expect("raw/edge-feat", "1\n2\n3\n4\n", "edge-feat.csv.gz: line 4: is one row more than 3");
  expect("raw/graph-label", "1\n", "graph-label.csv.gz: has 1 rows, expected 3, one for each graph");
  expect("split/scaffold/train", "3\n", "split/scaffold/train.csv.gz: line 1: graph 3, expected 0 to 2");
  expect("split/scaffold/test", "0\n", "/split/scaffold/test: graph 0 at 0 is already in train");
  Files files = graph_set();
  files.erase("split/scaffold/valid");
  write_set(folder / "s", files);
  test::expect_throws<DataError>([&] { static_cast<void>(import_ogb({.input = folder / "s"})); },
                                 "split/scaffold/valid.csv.gz: is missing");
  test::expect_throws<DataError>([&] { static_cast<void>(import_ogb({.input = folder / "s" / "split"})); },
                                 "holds 0 files raw/edge.csv.gz, expected one");
}

}  // namespace
}  // namespace weft
