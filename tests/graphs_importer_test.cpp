// Many graphs in tables: what becomes of each column, and what is wrong is named by file and line.
#include "weft/io/importers/graphs_importer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/file_content.hpp"
#include "tests/imported_data.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::same_bits;
using test::TemporaryFolder;
using test::write_content;
using Lines = std::vector<std::string>;

struct Texts {
  std::string graphs = "graph_id,label,split,note\n7,b,train,x\n5,a,val,y\n9,,test,z\n";
  std::string nodes =
      "node_id,graph_id,kind,feat\n0,5,p,\"1, 2\"\n1,5,q,\"3, 4\"\n0,7,q,\"5 6\"\nu,9,p,\n0,9,p,\"[7;8]\"\n";
  std::string edges = "graph_id,src_id,dst_id,weight,order\n5,0,1,2.5,x\n9,0,u,1,y\n5,1,0,9,y\n";
};

class GraphsImporter : public testing::Test {
 protected:
  Dataset read(const Texts& texts, GraphsOptions options = {}) {
    options.graphs = write_content(folder_ / "g.csv", texts.graphs);
    options.nodes = texts.nodes.empty() ? "" : write_content(folder_ / "n.csv", texts.nodes);
    options.edges = write_content(folder_ / "e.csv", texts.edges);
    options.name = "g";
    return import_graphs(options);
  }
  void expect_fails(const Texts& texts, const std::string& message, const GraphsOptions& options = {}) {
    expect_throws<DataError>([&] { (void)read(texts, options); }, message);
  }
  TemporaryFolder folder_;
};

TEST_F(GraphsImporter, KeepTheOrderOfGraphsAndJoinNodesAndEdgesByName) {
  const Dataset data = read({});
  EXPECT_EQ(data.task, TaskKind::graph_classification);
  EXPECT_EQ(data.graph_names, (Lines{"7", "5", "9"}));
  EXPECT_EQ(data.node_ptr, (std::vector<std::int64_t>{0, 1, 3, 5}));
  EXPECT_EQ(data.class_names, (Lines{"a", "b"}));
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(data.graph_labels), (std::vector<std::int64_t>{1, 0, -1}));
  EXPECT_EQ(data.splits[0].train, std::vector<std::int64_t>{0});
  EXPECT_EQ(data.splits[0].val, std::vector<std::int64_t>{1});
  EXPECT_TRUE(data.splits[0].test.empty());
  // Node 0 is that of graph 7; 1 and 2 of graph 5; 3 is 'u' of graph 9 and 4 its '0'.
  EXPECT_EQ(edges_of(data.graph), (std::vector<Edge>{{2, 1}, {1, 2}, {4, 3}, {3, 4}}));
  EXPECT_EQ(data.names.features, (Lines{"kind=p", "kind=q", "feat_0", "feat_0=missing", "feat_1", "feat_1=missing"}));
  const auto& x = std::get<Tensor>(data.node_features.in_memory());
  EXPECT_EQ(x(0, 2), 5.0F);
  EXPECT_EQ(x(2, 4), 4.0F);
  EXPECT_EQ(x(3, 3), 1.0F);
  EXPECT_EQ(x(4, 2), 7.0F);
  EXPECT_EQ(data.weight_column, 0);
  EXPECT_EQ(data.names.edge_features, (Lines{"weight", "order=x", "order=y"}));
  EXPECT_TRUE(
      test::same_bits(std::get<Tensor>(data.edge_features), Tensor{{2.5F, 1, 0}, {2.5F, 1, 0}, {1, 0, 1}, {1, 0, 1}}));
  const auto says = [&](const std::string& sentence) { return std::ranges::count(data.assumed, sentence) == 1; };
  EXPECT_TRUE(says("1 of 3 rows of e.csv repeat an edge, in this or the other direction, and the first row counts"));
  EXPECT_TRUE(says("not read of g.csv: note"));
  EXPECT_TRUE(says("1 graphs of the split have no label and are in no part"));
  EXPECT_TRUE(says("cells of 'feat' in n.csv are lists of 2 numbers, which are a column each"));
  write_dataset(data, folder_ / "g.h5");
  test::expect_same_dataset(read_dataset(folder_ / "g.h5"), data);
}

TEST_F(GraphsImporter, TakeNumbersSeveralLabelsAndNodesThatOnlyEdgesName) {
  Texts texts;
  texts.graphs = "graph_id,label\n7,1.5\n5,2\n9,\n";
  texts.edges += "7,s,t,1,x\n";
  texts.nodes.clear();
  const Dataset numbers = read(texts, {.directed = true});
  EXPECT_EQ(numbers.task, TaskKind::graph_regression);
  EXPECT_TRUE(std::isnan(std::get<Tensor>(numbers.graph_labels)(2, 0)));
  EXPECT_EQ(numbers.node_ptr, (std::vector<std::int64_t>{0, 2, 4, 6}));
  EXPECT_EQ(edges_of(numbers.graph), (std::vector<Edge>{{0, 1}, {3, 2}, {2, 3}, {4, 5}}));
  EXPECT_EQ(numbers.splits.size(), 3U);
  texts.graphs = "graph_id,label\n7,1.0\n5,2\n9,-1\n";
  const Dataset classes = read(texts);
  EXPECT_EQ(classes.class_names, (Lines{"1", "2"}));
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(classes.graph_labels), (std::vector<std::int64_t>{0, 1, -1}));
  EXPECT_EQ(read(texts, {.regression = true}).task, TaskKind::graph_regression);
  texts.graphs = "graph_id,p,q\n7,1,yes\n5,0,no\n9,,no\n";
  const Dataset several = read(texts, {.label_columns = {"p", "q"}});
  EXPECT_EQ(several.names.targets, (Lines{"p", "q"}));
  EXPECT_EQ(read(texts).task, TaskKind::generation);
}

TEST_F(GraphsImporter, ReadTablesLikeThoseOfADataset) {
  const Texts old = {.graphs = "molecule,kind,split\n1,a,train\n2,b,test\n3,a,val\n",
                     .nodes = "molecule,atom,element,charge\n1,x,C,0\n1,y,N,?\n2,x,C,2\n2,y,N,1\n3,x,O,1\n3,y,O,2\n",
                     .edges = "molecule,source,target,order\n1,x,y,single\n2,x,x,double\n"};
  const GraphsOptions told = {.graph_column = "molecule",
                              .id_column = "atom",
                              .label_columns = {"kind"},
                              .directed = true,
                              .cells = {.missing = {"?"}}};
  const Dataset known = read(old, told);
  write_dataset(known, folder_ / "old.h5");
  // Columns are found as they were called, and in another order; O and triple were never seen, or are not again.
  const Texts fresh = {.graphs = "molecule,note\n8,new\n",
                       .nodes = "charge,extra,molecule,element,atom\n?,7,8,C,x\n4,7,8,P,y\n",
                       .edges = "molecule,source,target,order\n8,y,x,double\n"};
  GraphsOptions like = {.like = folder_ / "old.h5"};
  const Dataset data = read(fresh, like);
  EXPECT_EQ(data.names.features, known.names.features);
  EXPECT_EQ(data.names.edge_features, known.names.edge_features);
  const Lines names = {"element=C", "element=N", "element=O", "charge", "charge=missing"};
  EXPECT_EQ(data.names.features, names);
  EXPECT_TRUE(same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{1, 0, 0, 1.2F, 1}, {0, 0, 0, 4, 0}}));
  EXPECT_TRUE(same_bits(std::get<Tensor>(data.edge_features), Tensor{{1, 0}}));
  EXPECT_EQ(edges_of(data.graph), (std::vector<Edge>{{1, 0}}));
  EXPECT_TRUE(data.directed);
  const auto says = [&](const std::string& sentence) { return std::ranges::count(data.assumed, sentence) == 1; };
  EXPECT_TRUE(says("not read of n.csv: extra"));
  EXPECT_TRUE(
      says("column 'element': 1 cell has a category that the encoder does not know, the first is 'P' in line 3"));
  Texts lacking = fresh;
  lacking.nodes = "molecule,atom,element\n8,x,C\n8,y,C\n";
  expect_fails(lacking, "n.csv: lacks columns that the encoder reads: charge", like);
  lacking.nodes.clear();
  expect_fails(lacking, "g.csv: has no table of nodes beside it", like);
  like.kinds = {"charge=category"};
  expect_throws<ArgumentError>([&] { (void)read(fresh, like); }, "expected no kinds");
  write_content(folder_ / "e2.csv", "a,b\n");
  write_dataset(import_dataset("edgelist", {.input = folder_ / "e2.csv"}), folder_ / "edges.h5");
  expect_fails(fresh,
               "edges.h5: holds no encoder of a table, expected a dataset made of tables by `weft import graphs`",
               {.like = folder_ / "edges.h5"});
}

TEST_F(GraphsImporter, ReadCellsAndFirstLinesAsTheyAreTold) {
  const Texts texts = {.graphs = "7;1,5\n5;-\n9;2\n", .nodes = "7;0;2,5\n5;0;3\n9;0;-\n", .edges = "7;0;0\n"};
  const Dataset data = read(texts, {.header = HeaderRow::no, .cells = {.missing = {"-"}, .decimal = ','}});
  EXPECT_EQ(data.graph_names, (Lines{"7", "5", "9"}));
  EXPECT_EQ(data.names.features, (Lines{"3", "3=missing"}));
  EXPECT_EQ(std::get<Tensor>(data.node_features.in_memory())(0, 0), 2.5F);
  EXPECT_EQ(data.task, TaskKind::graph_regression);
  EXPECT_EQ(std::get<Tensor>(data.graph_labels)(0, 0), 1.5F);
  EXPECT_TRUE(std::isnan(std::get<Tensor>(data.graph_labels)(1, 0)));
  EXPECT_EQ(data.assumed.front().substr(0, 54), "there is no header, so columns that are not named are,");
  expect_fails({.graphs = "7;x\n5;y\n", .nodes = "7;0;2\n5;1;3\n", .edges = "7;0;1\n5;1;1\n"},
               "expected --graph COLUMN, or --header no where the first line is a row");
}

TEST_F(GraphsImporter, NameWhatIsWrong) {
  const auto with = [](std::string Texts::*table, const std::string& text) {
    Texts texts;
    texts.*table = text;
    return texts;
  };
  const std::string nodes = Texts().nodes, edges = Texts().edges;
  expect_fails(with(&Texts::graphs, "name,label\nx,1\n"),
               "g.csv: has no column that calls the graphs among name, label");
  expect_fails(with(&Texts::graphs, Texts().graphs + "7,a,train,x\n"), "g.csv: line 5: graph '7' has a second row");
  expect_fails(with(&Texts::graphs, Texts().graphs + "8,a,train,x\n"), "n.csv: graph '8' has no nodes");
  expect_fails(with(&Texts::graphs, "graph_id,label,split\n7,b,train\n5,a,val\n9,b,tset\n"),
               "g.csv: line 4: 'tset' in column 'split' is not a set");
  expect_fails(with(&Texts::nodes, nodes + "0,6,p,\n"), "n.csv: line 7: graph '6' has no row in g.csv");
  expect_fails(with(&Texts::nodes, nodes + "u,9,p,\n"), "n.csv: line 7: node 'u' of graph '9' has a second row");
  expect_fails(with(&Texts::edges, edges + "5,0,u,1,x\n"), "e.csv: line 5: node 'u' of graph '5' has no row in n.csv");
  expect_fails(with(&Texts::edges, "graph_id,a,b\n5,0,1\n"), "e.csv: has no column of sources among graph_id, a, b");
  expect_fails({}, "g.csv: there is no column 'lable'; did you mean 'label'?", {.label_columns = {"lable"}});
  expect_fails({}, "has no column 'zzz' to drop", {.drop = {"zzz"}});
  expect_fails(with(&Texts::graphs, "graph_id,label\n7,1.5\n5,many\n9,2\n"), "'many' in column 'label' is no number",
               {.regression = true});
}

TEST_F(GraphsImporter, LeaveListsOfUnequalLengthAsTheyAre) {
  Texts texts;
  texts.nodes = "node_id,graph_id,feat\n0,5,\"1, 2\"\n1,5,\"3, 4, 5\"\n0,7,1\nu,9,\n0,9,\"7 8\"\n";
  const Dataset data = read(texts);
  EXPECT_TRUE(std::ranges::none_of(data.names.features, [](const auto& name) { return name.starts_with("feat_"); }));
}

}  // namespace
}  // namespace weft
