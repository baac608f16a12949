// Users and items from LightGCN's lines, RecBole's and MovieLens's tables; triples; adjacency lists.
#include "weft/io/importers/interactions_importer.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/file_content.hpp"
#include "tests/imported_data.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/importers/adjlist_importer.hpp"
#include "weft/io/importers/triples_importer.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::same_bits;
using test::TemporaryFolder;
using test::write_content;
using Lines = std::vector<std::string>;

TEST(Interactions, ReadsAUserAndItsItemsALine) {
  const TemporaryFolder folder;
  const Dataset data = import_interactions({.input = write_content(folder / "train.txt", "0 2 0\n1 1\n2\n"),
                                            .test = write_content(folder / "test.txt", "0 1\n1 1 2\n")});
  EXPECT_EQ(data.node_names, (Lines{"user:0", "user:1", "user:2", "item:0", "item:1", "item:2"}));
  EXPECT_EQ(data.names.node_types, (Lines{"user", "item"}));
  EXPECT_TRUE(std::ranges::equal(data.node_type, std::vector<std::int32_t>{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(data.graph.num_edges(), 10);
  EXPECT_TRUE(data.graph.has_edge({5, 0}));
  EXPECT_EQ(data.task, TaskKind::link_prediction);
  ASSERT_EQ(data.splits.size(), 1U);
  EXPECT_EQ(data.splits[0].train_edges, (std::vector<Edge>{{0, 3}, {0, 5}, {1, 4}}));
  EXPECT_EQ(data.splits[0].test_edges, (std::vector<Edge>{{0, 4}, {1, 5}}));
  EXPECT_EQ(data.assumed,
            (Lines{"1 user has no item",
                   "1 of 3 links for test join nodes that an earlier part joins already, and are not judged",
                   "1 of 6 interactions repeat one, and the first counts"}));
  write_dataset(data, folder / "i.h5");
  test::expect_same_dataset(read_dataset(folder / "i.h5"), data);
}

TEST(Interactions, ItemsThatNobodyChoseAreNodes) {
  const TemporaryFolder folder;
  const Dataset data = import_interactions({.input = write_content(folder / "train.txt", "0 4 0\n1 1 2 0\n")});
  EXPECT_EQ(data.node_names, (Lines{"user:0", "user:1", "item:0", "item:1", "item:2", "item:3", "item:4"}));
  EXPECT_TRUE(data.graph.has_edge({6, 0}));
  EXPECT_EQ(data.graph.in_degree(5), 0);
  EXPECT_EQ(data.assumed, (Lines{"1 of the items 0 to 4 are in no row, and are nodes without links (--ids names)"}));
  // Numbers far apart are names.
  const Dataset apart = import_interactions({.input = write_content(folder / "train.txt", "0 4 0\n1 1 900 0\n")});
  EXPECT_EQ(apart.node_names, (Lines{"user:0", "user:1", "item:4", "item:0", "item:1", "item:900"}));
}

TEST(Interactions, InventNobodyWhereIdsCountFromOne) {
  const TemporaryFolder folder;
  for (const char* text : {"1 2 1\n2 1 3 2\n", "1,1,4\n1,2,3\n2,2,5\n2,1,1\n2,3,1\n"}) {
    const Dataset data = import_interactions({.input = write_content(folder / "r", text)});
    EXPECT_EQ(data.graph.num_nodes(), 5) << text;
    EXPECT_EQ(std::ranges::count(data.node_names, "user:0") + std::ranges::count(data.node_names, "item:0"), 0) << text;
  }
  // A table leaves out whom it leaves out; numbers may be asked for.
  const auto input = write_content(folder / "r", "user,item\n0,3\n1,0\n");
  EXPECT_EQ(import_interactions({.input = input}).graph.num_nodes(), 4);
  const Dataset told = import_interactions({.input = input, .ids = "numbers"});
  EXPECT_EQ(told.graph.num_nodes(), 6);
  EXPECT_EQ(told.assumed, (Lines{"2 of the items 0 to 3 are in no row, and are nodes without links"}));
  EXPECT_EQ(
      import_interactions({.input = write_content(folder / "l", "0 4 0\n1 1 2 0\n"), .ids = "names"}).graph.num_nodes(),
      6);
  expect_throws<DataError>(
      [&] { (void)import_interactions({.input = write_content(folder / "r", "0,a\n1,b\n"), .ids = "numbers"}); },
      "r: item 'a' is no number from 0 on; expected --ids names");
  expect_throws<DataError>(
      [&] { (void)import_interactions({.input = write_content(folder / "r", "0,0\n1,900\n"), .ids = "numbers"}); },
      "r: item '900' is far beyond the 2 that there are");
}

TEST(Interactions, ReadRatingsAsTheyAreToldToBeWritten) {
  const TemporaryFolder folder;
  const Dataset data = import_interactions({.input = write_content(folder / "r", "user;item;rating\nu;i;4,5\nu;j;?\n"),
                                            .cells = {.missing = {"?"}, .decimal = ','}});
  EXPECT_TRUE(same_bits(std::get<Tensor>(data.edge_features), Tensor{{4.5F}, {1}, {4.5F}, {1}}));
  EXPECT_EQ(data.assumed, (Lines{"1 rating is missing, and counted as 1"}));
  const auto input = write_content(folder / "h", "customer,thing\nanna,bread\nbob,milk\n");
  EXPECT_EQ(import_interactions({.input = input, .header = HeaderRow::no}).graph.num_nodes(), 6);
  EXPECT_EQ(import_interactions({.input = input, .user = "1", .item = "2", .header = HeaderRow::yes}).graph.num_nodes(),
            4);
  const auto expect = [&](const char* text, const std::string& message) {
    expect_throws<DataError>([&] { (void)import_interactions({.input = write_content(folder / "r", text)}); }, message);
  };
  expect("u,i,4\nu,j,-\n",
         "r: line 2: rating '-' is not a finite number of 32 bits, in column 3; --missing=\"-\" takes "
         "it for a missing value, which counts as 1");
  expect("u,i,4\nu,j,\n", "--rating none reads none, --skip-bad-rows leaves such rows out");
  const Dataset dated = import_interactions(
      {.input = write_content(folder / "r", "user,item,rated_at\nu,i,2024-03-01\nu,j,2024-03-02\n")});
  EXPECT_EQ(dated.edge_time[0], 1709251200);
}

TEST(Interactions, ReadsTablesOfPairs) {
  const TemporaryFolder folder;
  for (const char* text :
       {"user_id:token\titem_id:token\trating:float\ttimestamp:float\nu\ti\t4.5\t881250949.0\nu\tj\t3\t881250950\n",
        "userId,movieId,rating,timestamp\nu,i,4.5,881250949\nu,j,3,8.8125095e8\n",
        "u::i::4.5::881250949\nu::j::3::881250950\n", "u\ti\t4.5\t881250949\nu\tj\t3\t881250950\n",
        "timestamp,item,user,rating\n881250949,i,u,4.5\n881250950,j,u,3\n"}) {
    const Dataset data = import_interactions({.input = write_content(folder / "r", text)});
    EXPECT_EQ(data.node_names, (Lines{"user:u", "item:i", "item:j"})) << text;
    EXPECT_TRUE(same_bits(std::get<Tensor>(data.edge_features), Tensor{{4.5F}, {3}, {4.5F}, {3}})) << text;
    EXPECT_TRUE(
        std::ranges::equal(data.edge_time, std::vector<std::int64_t>{881250949, 881250950, 881250949, 881250950}))
        << text;
    EXPECT_EQ(data.weight_column, 0);
  }
  const Dataset two = import_interactions({.input = write_content(folder / "r", "0 0\n0 1\n1 1\n")});
  EXPECT_EQ(two.graph.num_nodes(), 4);
  EXPECT_EQ(two.graph.num_edges(), 6);
}

TEST(Interactions, ReadsDatesAndNamesWhatItDoesNotRead) {
  const TemporaryFolder folder;
  for (const char* text :
       {"user,item,time\nu,i,2024-03-01\nu,j,2024-03-01T00:00:01Z\n",
        "user,item,date\nu,i,2024-03-01\nu,j,2024-03-01T00:00:01Z\n", "u,i,2024-03-01\nu,j,2024-03-01T00:00:01Z\n"}) {
    const Dataset data = import_interactions({.input = write_content(folder / "r", text)});
    EXPECT_TRUE(
        std::ranges::equal(data.edge_time, std::vector<std::int64_t>{1709251200, 1709251201, 1709251200, 1709251201}))
        << text;
    EXPECT_EQ(data.time_unit, "s");
    EXPECT_NE(data.assumed.front().find("holds dates, which are read as seconds since 1970 in UTC"), std::string::npos);
  }
  const Dataset more =
      import_interactions({.input = write_content(folder / "r", "user,item,rating,note,shop\nu,i,4,x,y\nv,i,3,x,y\n")});
  EXPECT_EQ(more.assumed, (Lines{"column 4 'note' is not read", "column 5 'shop' is not read"}));
  const Dataset told = import_interactions(
      {.input = write_content(folder / "r", "firm,code\nu,i\nv,i\n"), .user = "firm", .item = "code"});
  EXPECT_EQ(told.node_names, (Lines{"user:u", "user:v", "item:i"}));
  expect_throws<DataError>(
      [&] {
        (void)import_interactions(
            {.input = write_content(folder / "r", "user,item,time\nu,i,2024-03-01\nu,j,2024-02-30\n")});
      },
      "r: line 3: time '2024-02-30' in column 3 'time' is no date that there is");
}

TEST(Interactions, NamesWhatIsWrong) {
  const TemporaryFolder folder;
  const auto expect = [&](const char* text, const std::string& message) {
    expect_throws<DataError>([&] { (void)import_interactions({.input = write_content(folder / "r", text)}); }, message);
  };
  expect("u,i,4,1\nu,j,x,1\n", "r: line 2: rating 'x' is not a finite number");
  expect("u,i,4,1\nu,j,4,1.5\n", "r: line 2: time '1.5' is not a whole number");
  expect("u,i,4,1\nu,j\n", "r: line 2: has 2 fields, expected 4");
  expect("u,i,4,1\n,j,4,1\n", "r: line 2: a user or an item has an empty name");
  expect("user,thing\nu,i\n", "r: has no column of items");
  expect("", "holds no interactions");
}

TEST(Triples, KeepEntitiesRelationsAndParts) {
  const TemporaryFolder folder;
  const Dataset data = import_triples(
      {.input = write_content(folder / "train", "/m/a\tlikes\t/m/b\n/m/b\tknows\t/m/c\n/m/a\tknows\t/m/b\n"),
       .val = write_content(folder / "valid", "/m/c\tlikes\t/m/d\n"),
       .test = write_content(folder / "test", "/m/d\thates\t/m/a\n/m/b\thates\t/m/a\n")});
  EXPECT_EQ(data.node_names, (Lines{"/m/a", "/m/b", "/m/c", "/m/d"}));
  EXPECT_EQ(data.names.edge_types, (Lines{"likes", "knows", "hates"}));
  EXPECT_TRUE(data.directed);
  // Edges b->a, d->a, a->b twice, b->c, c->d.
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 3, 0, 0, 1, 2}));
  EXPECT_TRUE(std::ranges::equal(data.edge_type, std::vector<std::int32_t>{2, 2, 0, 1, 1, 0}));
  EXPECT_EQ(data.splits[0].val_edges, (std::vector<Edge>{{2, 3}}));
  EXPECT_EQ(data.splits[0].test_edges, (std::vector<Edge>{{3, 0}}));
  EXPECT_EQ(data.assumed.size(), 1U);
  write_dataset(data, folder / "kg.h5");
  test::expect_same_dataset(read_dataset(folder / "kg.h5"), data);
}

TEST(Triples, RefuseACountThatTheRowsContradict) {
  const TemporaryFolder folder;
  const auto read = [&](const char* text) { return import_triples({.input = write_content(folder / "t", text)}); };
  EXPECT_EQ(read("2\n0 1 0\n1 2 0\n").graph.num_edges(), 2);
  expect_throws<DataError>([&] { (void)read("3\n0 1 0\n1 2 0\n"); }, "t: line 1: counts 3 triples, but 2 follow it");
  expect_throws<DataError>([&] { (void)read("1\n0 1 0\n1 2 0\n"); }, "t: line 1: counts 1 triples, but 2 follow it");
}

TEST(Adjlist, RefusesMetisWhoseDirectionsContradict) {
  const TemporaryFolder folder;
  const auto read = [&](const char* text) {
    return import_adjlist({.input = write_content(folder / "m.graph", text)});
  };
  EXPECT_TRUE(read("3 2 1\n2 5\n1 5 3 7\n2 7\n").assumed.empty());
  expect_throws<DataError>([&] { (void)read("3 2 1\n2 5\n% note\n1 5 3 7\n2 8\n"); },
                           "m.graph: line 5: the edge between nodes 2 and 3 has the weight 8, but in line 4 7");
  const Dataset one_sided = read("3 2\n2\n1 3\n\n");
  EXPECT_EQ(one_sided.assumed.back(),
            "1 edge is in the line of one of their nodes only, the first is that between nodes 2 and 3");
  EXPECT_EQ(read("2 1 1\n2 -5\n1 -5\n").assumed.front(),
            "2 weights are below 0; models that read weights refuse them, unless edge_weights=false");
}

TEST(Triples, TakeAFirstLineOfUnknownWordsForAHeader) {
  const TemporaryFolder folder;
  const std::string text = "gene,does,disease\nA,causes,X\nB,causes,X\nA,treats,Y\nB,treats,Z\n";
  const Dataset data = import_triples({.input = write_content(folder / "t.csv", text)});
  EXPECT_EQ(data.names.edge_types, (Lines{"causes", "treats"}));
  EXPECT_EQ(data.assumed.front().substr(0, 57), "line 1 of t.csv, 'gene', 'disease', 'does', is taken for ");
  EXPECT_EQ(import_triples({.input = folder / "t.csv", .header = HeaderRow::no}).names.edge_types.size(), 3U);
}

TEST(Triples, SayWhichRepeat) {
  const TemporaryFolder folder;
  const auto input = write_content(folder / "t", "a\tr\tb\nb\tr\ta\na\tr\tb\na\tq\tb\nc\tr\tc\n");
  const auto repeats = [&](bool undirected) {
    return import_triples({.input = input, .undirected = undirected}).assumed;
  };
  EXPECT_EQ(repeats(false), (Lines{"1 of 5 triples repeat one, and count once"}));
  EXPECT_EQ(repeats(true), (Lines{"2 of 5 triples repeat one, and count once"}));
}

TEST(Triples, ReadHeadersColumnsAndOpenKE) {
  const TemporaryFolder folder;
  const auto expect = [&](TriplesOptions options, const char* text, const Lines& assumed) {
    options.input = write_content(folder / "t", text);
    const Dataset data = import_triples(options);
    ASSERT_EQ(data.graph.num_edges(), 2) << text;
    EXPECT_TRUE(data.graph.has_edge({0, 1})) << text;
    EXPECT_TRUE(data.graph.has_edge({1, 2})) << text;
    EXPECT_EQ(data.names.edge_types.size(), 2U) << text;
    EXPECT_EQ(data.assumed, assumed) << text;
  };
  expect({}, "head,relation,tail\n0,7,1\n1,8,2\n", {});
  expect({}, "relation,tail,head\n7,1,0\n8,2,1\n", {});
  expect({}, "0 7 1\n1 8 2\n", {});
  expect({.head = "3", .relation = "1", .tail = "2"}, "7 1 0\n8 2 1\n", {});
  expect({}, "2\n0 1 7\n1 2 8\n",
         {"the first line is a number alone, as OpenKE writes it, so the columns are head, tail, "
          "relation"});
  expect({.time = "4"}, "0 7 1 100\n1 8 2 90\n", {});
  expect_throws<DataError>([&] { (void)import_triples({.input = write_content(folder / "t", "a b c\na b\n")}); },
                           "t: line 2: has 2 fields");
}

TEST(Adjlist, ReadsTheLinesOfNetworkx) {
  const TemporaryFolder folder;
  const Dataset data =
      import_adjlist({.input = write_content(folder / "g", "#written by x\na b c # two\nd\nc b\n"), .directed = true});
  EXPECT_EQ(data.node_names, (Lines{"a", "b", "c", "d"}));
  EXPECT_EQ(data.graph.num_edges(), 3);
  EXPECT_TRUE(data.graph.has_edge({0, 1}) && data.graph.has_edge({0, 2}) && data.graph.has_edge({2, 1}));
  EXPECT_EQ(import_adjlist({.input = write_content(folder / "g", "0 1 2\n1 2\n2\n")}).graph.num_edges(), 6);
  expect_throws<DataError>([&] { (void)import_adjlist({.input = write_content(folder / "g", "\n# x\n")}); },
                           "holds no nodes");
}

TEST(Adjlist, ReadsTheLinesOfMetis) {
  const TemporaryFolder folder;
  const Dataset data =
      import_adjlist({.input = write_content(folder / "g.graph", "% note\n4 2 011\n5 2 7\n1 1 7 4 9\n3\n1 2 9\n")});
  EXPECT_EQ(data.graph.num_nodes(), 4);
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 0, 3, 1}));
  EXPECT_TRUE(same_bits(std::get<Tensor>(data.edge_features), Tensor{{7}, {7}, {9}, {9}}));
  EXPECT_EQ(data.assumed, (Lines{"weights and sizes of nodes are not read"}));
  // A blank line is a node without neighbors.
  EXPECT_EQ(import_adjlist({.input = write_content(folder / "h.graph", "3 1\n3\n\n1\n")}).graph.num_nodes(), 3);
  const auto expect = [&](const char* text, const std::string& message) {
    expect_throws<DataError>([&] { (void)import_adjlist({.input = write_content(folder / "b.graph", text)}); },
                             message);
  };
  expect("2 1\n2\n3\n", "b.graph: line 3: neighbor '3', expected 1 to 2");
  expect("2 1\n2\n", "has neighbors of 1 nodes, expected 2");
  expect("1 0\n\n1\n", "line 3: is the line of node 2, expected 1");
  expect("2 1 2\n", "line 1: format '2'");
  expect("2 1 1\n2\n1 5\n", "line 2: has 1 fields");
  expect("", "holds no header of METIS");
}

}  // namespace
}  // namespace weft
