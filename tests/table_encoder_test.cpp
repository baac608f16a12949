// Tables of nodes: kinds of columns, what is missing, encoders that are kept, labels and splits by columns.
#include "weft/io/importers/table_encoder.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/file_content.hpp"
#include "tests/imported_data.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/error.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/model_file.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::same_bits;
using test::TemporaryFolder;
using test::write_content;
using Lines = std::vector<std::string>;

const char* const kFirms =
    "id,size,city,founded,listed,about,serial\n"
    "a,1,Bonn,1970-01-02,yes,\"sells bread and\nbutter\",x1\n"
    "b,NA,Ulm,1970-01-04 12:00,no,sells steel,x2\n"
    "c,3,Bonn,,true,makes fine bread,x3\n"
    "d,5,,1970-01-06,F,,x4\n";

Dataset firms(const TemporaryFolder& folder, EdgelistOptions options, const std::string& table = kFirms) {
  options.edges = write_content(folder / "e.csv", "a,b\nb,c\nc,d\n");
  options.nodes = write_content(folder / "firms.csv", table);
  Dataset data = import_edgelist(options);
  import_edgelist_to_file(options, {.output = folder / "disk.h5", .memory_bytes = 1 << 12});
  test::expect_same_dataset(read_dataset(folder / "disk.h5"), data);
  EXPECT_EQ(read_dataset(folder / "disk.h5").assumed, data.assumed);
  return data;
}

const Tensor& features_of(const Dataset& data) {
  return std::get<Tensor>(data.node_features.in_memory());
}

TEST(TableEncoder, GuessesTheKindOfEveryColumnAndSaysSo) {
  const TemporaryFolder folder;
  const Dataset data = firms(folder, {});
  EXPECT_EQ(data.names.features, (Lines{"size", "size=missing", "city=Bonn", "city=Ulm", "city=missing", "founded",
                                        "founded=missing", "listed", "about~and", "about~bread", "about~butter",
                                        "about~fine", "about~makes", "about~sells", "about~steel", "about=missing"}));
  EXPECT_TRUE(
      same_bits(features_of(data), Tensor{{1, 0, 1, 0, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1, 0, 0},
                                          {3, 1, 0, 1, 0, 3.5F, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0},
                                          {3, 0, 1, 0, 0, static_cast<float>(9.5 / 3), 1, 1, 0, 1, 0, 1, 1, 0, 0, 0},
                                          {5, 0, 1, 0, 1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}));
  EXPECT_EQ(data.assumed.size(), 6U);
  EXPECT_EQ(data.assumed[0], "column 'size' is a number, 1 missing are the mean 3 and marked in 'size=missing'");
  EXPECT_EQ(data.assumed[1],
            "column 'city' is a category of 2 values, 1 missing are 'Bonn' and marked in 'city=missing'");
  EXPECT_EQ(data.assumed[5],
            "column 'serial' is not read: it has 4 different texts in 4 cells (--kind serial=category or "
            "text reads it)");
}

TEST(TableEncoder, ReadsColumnsAsItIsTold) {
  const TemporaryFolder folder;
  const Dataset data = firms(folder, {.id_column = "1",
                                      .drop = {"about", "city", "founded", "listed"},
                                      .kinds = {"size=category", "serial=category"}});
  EXPECT_EQ(data.names.features,
            (Lines{"size=1", "size=3", "size=5", "size=missing", "serial=x1", "serial=x2", "serial=x3", "serial=x4"}));
  EXPECT_EQ(data.assumed, (Lines{"column 'size': 1 missing are '1' and marked in 'size=missing'"}));
  const auto expect = [&](EdgelistOptions options, const std::string& message) {
    expect_throws<DataError>([&] { (void)firms(folder, std::move(options)); }, message);
  };
  expect({.kinds = {"city=number"}}, "firms.csv: line 2: 'Bonn' in column 'city' is no number");
  expect({.kinds = {"cty=number"}}, "there is no column 'cty'; did you mean 'city'?");
  expect({.label_column = "citi"}, "there is no column 'citi'; did you mean 'city'?");
  expect_throws<ArgumentError>([&] { (void)firms(folder, {.kinds = {"city=word"}}); }, "kind is 'city=word'");
  expect_throws<DataError>([&] { (void)firms(folder, {}, "id,a,a\na,1,2\n"); }, "has two columns 'a'");
  expect_throws<DataError>([&] { (void)firms(folder, {}, "id,a\na,1\nb\n"); }, "line 3: has 1 fields, expected 2");
  expect_throws<DataError>([&] { (void)firms(folder, {}, "id,a\na,1\na,2\n"); }, "line 3: node 'a' has a second row");
}

TEST(TableEncoder, NamesTheCellThatKeepsAColumnFromBeingNumbers) {
  const TemporaryFolder folder;
  const auto said = [&](const std::string& cell, EdgelistOptions options = {}) {
    const Dataset data = firms(folder, std::move(options), concat("id;size\na;1\nb;", cell, "\nc;3\nd;5\n"));
    return data.assumed.empty() ? std::string() : data.assumed.front();
  };
  const std::string start = "column 'size' is not read: it has 4 different texts in 4 cells; 1 of its 4 cells is no ";
  EXPECT_EQ(said("?"), start +
                           "number, '?' in line 3 (--missing \"?\" takes it for a missing value) (--kind "
                           "size=category or text reads it)");
  EXPECT_NE(said("inf").find(start + "number, 'inf' in line 3 (--missing \"inf\""), std::string::npos);
  EXPECT_NE(said("-").find("'-' in line 3 (--missing=\"-\""), std::string::npos);
  const std::string thousands = "its cells look like numbers with separators of thousands, as ";
  EXPECT_NE(said("1 234").find(thousands + "'1 234' in line 3, expected 1234 in the file"), std::string::npos);
  EXPECT_NE(said("1.234,5").find(thousands + "'1.234,5' in line 3, expected 1234,5 in the file"), std::string::npos);
  EXPECT_NE(said("1,234").find(thousands + "'1,234' in line 3, expected 1234 in the file (or --decimal , if they"),
            std::string::npos);
  EXPECT_EQ(said("1,23").find(thousands), std::string::npos);
  EXPECT_NE(said("1,5").find("'1,5' in line 3 (--decimal , reads it as one)"), std::string::npos);
  // Two of four are another thing.
  const Dataset half = firms(folder, {}, "id,size\na,1\nb,x\nc,3\nd,y\n");
  EXPECT_EQ(half.assumed, (Lines{"column 'size' is not read: it has 4 different texts in 4 cells (--kind "
                                 "size=category or text reads it)"}));
  expect_throws<DataError>(
      [&] { (void)said("5kg", {.kinds = {"size=number"}}); },
      "line 3: '5kg' in column 'size' is no number; --missing \"5kg\" takes it for a missing value");
  expect_throws<DataError>([&] { (void)said("1,234.5", {.kinds = {"size=number"}}); },
                           "line 3: '1,234.5' in column 'size' is no number; it looks like a number with separators of "
                           "thousands, expected 1234.5 in the file");
  const Dataset dates = firms(folder, {}, "id,day\na,2024-02-28\nb,2024-02-30\nc,2024-03-01\nd,2024-03-02\n");
  EXPECT_NE(dates.assumed.front().find("1 of its 4 cells is no date, '2024-02-30' in line 3"), std::string::npos);
}

TEST(TableEncoder, ReadsPercentagesAsTheNumbersBeforeTheSign) {
  const TemporaryFolder folder;
  const Dataset data = firms(folder, {}, "id,share\na,12 %\nb,0.5%\nc,3\nd,\n");
  EXPECT_EQ(data.assumed.front(),
            "column 'share' is a number, 2 of its 3 cells are percentages, read without '%', 1 missing are the mean "
            "5.16667 and marked in 'share=missing'");
  const auto& x = std::get<Tensor>(data.node_features.in_memory());
  EXPECT_EQ(x(0, 0), 12.0F);
  EXPECT_EQ(x(1, 0), 0.5F);
  const Dataset words = firms(folder, {}, "id,share\na,%\nb,% of 3\nc,%\nd,%\n");
  EXPECT_EQ(words.names.features.front(), "share=%");
}

TEST(TableEncoder, TakesTextsForMissingAndCommasForPointsAsItIsTold) {
  const TemporaryFolder folder;
  const std::string table = "id;size;kind\na;1,5;big\nb;?;?\nc;3;big\nd;4,5;small\n";
  const Dataset untold = firms(folder, {}, "id;size\na;1,5\nb;2,5\nc;3,25\nd;4,5\n");
  EXPECT_EQ(untold.assumed,
            (Lines{"column 'size' is not read: it has 4 different texts in 4 cells; its cells look like numbers with "
                   "decimal commas, as '1,5' in line 2 (--decimal , reads them so) (--kind size=category or text reads "
                   "it)"}));
  const EdgelistOptions told = {.cells = {.missing = {"?", "-"}, .decimal = ','}};
  const Dataset data = firms(folder, told, table);
  EXPECT_EQ(data.names.features, (Lines{"size", "size=missing", "kind=big", "kind=small", "kind=missing"}));
  EXPECT_TRUE(
      same_bits(features_of(data), Tensor{{1.5F, 0, 1, 0, 0}, {3, 1, 1, 0, 1}, {3, 0, 1, 0, 0}, {4.5F, 0, 0, 1, 0}}));
  // Other tables are read so too, unless it is said otherwise.
  write_dataset(data, folder / "first.h5");
  const Dataset like = firms(folder, {.like = folder / "first.h5"}, table);
  EXPECT_TRUE(same_bits(features_of(like), features_of(data)));
  EXPECT_EQ(like.encoder, data.encoder);
  const Dataset points = firms(folder, {.like = folder / "first.h5", .cells = {.decimal = '.'}},
                               "id,size,kind\na,1.5,big\nb,?,?\nc,3,big\nd,4.5,small\n");
  EXPECT_TRUE(same_bits(features_of(points), features_of(data)));
  EXPECT_NE(firms(folder, told, "id;size\na;1.5\nb;2\nc;3\nd;4\n")
                .assumed.front()
                .find("'1.5' in line 2 (--decimal . reads it as one)"),
            std::string::npos);
}

TEST(TableEncoder, IsKeptForOtherTables) {
  const TemporaryFolder folder;
  const Dataset first = firms(folder, {});
  write_dataset(first, folder / "first.h5");
  // Other cities, one more column, columns in another order.
  const std::string table =
      "city,id,more,serial,about,listed,founded,size\n"
      "Ulm,a,1,y,bread,no,1970-01-02,7\n"
      "Kiel,b,1,y,wood,no,1970-01-02,\n"
      "Ulm,c,1,y,,NA,1970-01-02,9\n";
  const Dataset second = firms(folder, {.like = folder / "first.h5"}, table);
  EXPECT_EQ(second.names.features, first.names.features);
  EXPECT_EQ(second.encoder, first.encoder);
  EXPECT_TRUE(same_bits(features_of(second),
                        Tensor{{7, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0},
                               {3, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                               {9, 0, 0, 1, 0, 1, 0, 0.5F, 0, 0, 0, 0, 0, 0, 0, 1},
                               {3, 1, 1, 0, 1, static_cast<float>(9.5 / 3), 1, 0.5F, 0, 0, 0, 0, 0, 0, 0, 1}}));
  EXPECT_EQ(second.assumed,
            (Lines{"column 'city': 1 cell has a category that the encoder does not know, the first is 'Kiel' in line 3",
                   "column 'listed': 1 cell is missing, which none was when the encoder was made, the first in line 4",
                   "1 of 4 nodes have no row in firms.csv, and are encoded as if all cells were missing"}));
  // A run keeps it in its model.
  std::filesystem::create_directory(folder / "run");
  ModelFile model;
  model.config["encoder"] = first.encoder;
  write_model_file(model, folder / "run/model.h5");
  EXPECT_EQ(firms(folder, {.like = folder / "run"}, table).names.features, first.names.features);
  expect_throws<DataError>([&] { (void)firms(folder, {.like = folder / "first.h5"}, "id,size\na,1\n"); },
                           "firms.csv: lacks columns that the encoder reads: city, founded, listed, about");
  Dataset without = firms(folder, {});
  without.encoder.clear();
  write_dataset(without, folder / "without.h5");
  expect_throws<DataError>([&] { (void)firms(folder, {.like = folder / "without.h5"}); }, "holds no encoder");
}

TEST(TableEncoder, RemembersWhatTheColumnsOfBothTablesWere) {
  const TemporaryFolder folder;
  const auto import = [&](EdgelistOptions options, const std::string& nodes, const std::string& edges) {
    options.edges = write_content(folder / "e.csv", edges);
    options.nodes = write_content(folder / "n.csv", nodes);
    options.directed = true;
    return import_edgelist(options);
  };
  const Dataset first = import({.task = TaskKind::node_regression,
                                .source_column = "seller",
                                .target_column = "buyer",
                                .weight_column = "3",
                                .id_column = "firm",
                                .label_column = "profit"},
                               "size,firm,profit\n1,a,0.5\n2,b,1.5\n", "buyer,seller,sum\nb,a,4\n");
  write_dataset(first, folder / "first.h5");
  const Dataset next =
      import({.like = folder / "first.h5"}, "profit,size,firm\n2.5,7,c\n3.5,8,d\n", "sum,buyer,seller\n4,d,c\n");
  EXPECT_EQ(next.node_names, (Lines{"c", "d"}));
  EXPECT_EQ(next.assumed, (Lines{"columns of n.csv are what they were for first.h5: id 'firm', label 'profit'",
                                 "columns of e.csv are what they were for first.h5: source 'seller', target 'buyer', "
                                 "weight 'sum'"}));
  EXPECT_EQ(next.task, TaskKind::node_regression);
  EXPECT_TRUE(same_bits(std::get<Tensor>(next.node_labels), Tensor{{2.5F}, {3.5F}}));
  EXPECT_TRUE(std::ranges::equal(next.graph.offsets(), std::vector<EdgeId>{0, 0, 1}));
  EXPECT_EQ(next.encoder, first.encoder);
  // The same on disk, with what it says.
  import_edgelist_to_file(
      {.edges = folder / "e.csv", .directed = true, .nodes = folder / "n.csv", .like = folder / "first.h5"},
      {.output = folder / "disk.h5"});
  const Dataset on_disk = read_dataset(folder / "disk.h5");
  test::expect_same_dataset(on_disk, next);
  EXPECT_EQ(on_disk.assumed, next.assumed);
  EXPECT_EQ(on_disk.encoder, next.encoder);
  const auto expect = [&](EdgelistOptions options, const std::string& message) {
    options.like = folder / "first.h5";
    expect_throws<ArgumentError>([&] { (void)import(options, "size,firm\n7,c\n8,d\n", "seller,buyer\nc,d\n"); },
                                 message);
  };
  expect({.kinds = {"size=category"}}, "kinds of columns are those of `like`");
  expect({.drop = {"size"}}, "column 'size' is dropped, and a feature of `like`");
  // What is said counts, and what is not there is not looked for.
  const Dataset said =
      import({.source_column = "x", .target_column = "y", .id_column = "other", .like = folder / "first.h5"},
             "firm,size,other\nu,7,c\nv,8,d\n", "x,y\nd,c\n");
  EXPECT_EQ(said.node_names, (Lines{"d", "c"}));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(said.node_labels));
}

TEST(TableEncoder, RefusesTwoUsesOfAColumn) {
  const TemporaryFolder folder;
  const auto expect = [&](EdgelistOptions options, const std::string& message) {
    expect_throws<ArgumentError>([&] { (void)firms(folder, std::move(options)); }, message);
  };
  expect({.label_column = "city", .drop = {"city"}}, "column 'city' is named by --label and by --drop");
  expect({.label_column = "city", .kinds = {"3=category"}}, "column 'city' is named by --label and by --kind");
  expect({.drop = {"size"}, .kinds = {"size=number"}}, "column 'size' is named by --drop and by --kind");
  expect({.id_column = "serial", .label_column = "7"}, "column 'serial' is named by --id and by --label");
  expect({.drop = {"id"}}, "column 'id' is named by its name as the nodes' id and by --drop");
  expect({.kinds = {"size=number", "2=category"}}, "column 'size' has the kinds number and category");
  EXPECT_EQ(firms(folder, {.label_column = "listed", .drop = {"size", "2", "serial"}, .split_group = "serial"})
                .names.features.front(),
            "city=Bonn");
}

TEST(TableEncoder, RefusesTextsThatAreNoEncoder) {
  const std::string good = encoder_text(TableEncoder({{.name = "a", .kind = ColumnKind::number, .mean = 2.5}}));
  EXPECT_EQ(encoder_text(parse_encoder(good, "x")), good);
  for (const char* bad :
       {"", "{", "[]", "{\"version\":2,\"columns\":[]}", "{\"version\":1}",
        "{\"version\":1,\"columns\":[],\"decimal\":\"x\"}", "{\"version\":1,\"columns\":[],\"missing\":[1]}",
        "{\"version\":1,\"columns\":[{\"name\":\"a\",\"kind\":\"word\"}]}",
        "{\"version\":1,\"columns\":[{\"name\":\"a\",\"kind\":\"number\",\"mean\":1e99}]}",
        "{\"version\":1,\"columns\":[{\"name\":\"a\",\"kind\":\"number\",\"values\":[\"x\"]}]}"}) {
    expect_throws<DataError>([&] { (void)parse_encoder(bad, "x.h5"); }, "x.h5: encoder: is no encoder of a table");
  }
}

TEST(TableEncoder, CategoriesThatAreManyShareAColumn) {
  const TemporaryFolder folder;
  std::string table = "id,kind\n";
  for (int i = 0; i < 100; ++i) {
    table += concat(i == 0 ? "a" : concat("n", i), ",k", i < 20 ? 0 : i - 19, "\n");
  }
  const Dataset data = firms(folder, {.kinds = {"kind=category"}}, table);
  EXPECT_EQ(data.names.features.size(), 64U + 1U);
  EXPECT_EQ(data.names.features.front(), "kind=k0");
  EXPECT_EQ(data.names.features.back(), "kind=(other)");
}

TEST(TableEncoder, ColumnsThatWouldBeCalledAlikeAreToldApart) {
  const TemporaryFolder folder;
  const Dataset data = firms(folder, {.kinds = {"kind=category"}}, "id,kind,kind=x\na,missing,1\nb,x,2\nc,,3\nd,x,4\n");
  EXPECT_EQ(data.names.features, (Lines{"kind=missing", "kind=x", "kind=missing'", "kind=x'"}));
}

TEST(TableEncoder, KindsOfCells) {
  EXPECT_EQ(date_value("1970-01-02"), 1.0);
  EXPECT_EQ(date_value("1969/12/31"), -1.0);
  EXPECT_EQ(date_value("03.01.1970"), 2.0);
  EXPECT_EQ(date_value("1970-01-01T06:00:00Z"), 0.25);
  EXPECT_EQ(date_value("1970-01-01 12:00"), 0.5);
  for (const char* text : {"", "1970", "1970-13-01", "1970-02-30", "1970-01-01x", "1970-01-01 25:00", "70-01-01", "1.2",
                           "1-2-3", "1970-01-01 12:00:00:00", "....", "1.1."}) {
    EXPECT_FALSE(date_value(text)) << text;
  }
  EXPECT_EQ(flag_value("TRUE"), 1.0);
  EXPECT_EQ(flag_value("no"), 0.0);
  EXPECT_FALSE(flag_value("maybe"));
}

const char* const kLabeled =
    "id,when,kind,team,set\n"
    "a,2020-01-05,x,t1,train\n"
    "b,2020-01-01,y,t1,train\n"
    "c,2020-01-02,x,t2,val\n"
    "d,2020-01-03,y,t2,test\n"
    "f,2020-01-04,-1,t3,test\n"
    "g,2020-01-04,y,t3,\n";

TEST(TableEncoder, SplitsByAColumnByTimeOrByGroup) {
  const TemporaryFolder folder;
  using Nodes = std::vector<std::int64_t>;
  const Dataset by_column =
      firms(folder, {.label_column = "kind", .split_column = "set", .drop = {"team", "when"}}, kLabeled);
  EXPECT_EQ(by_column.class_names, (Lines{"x", "y"}));
  EXPECT_EQ(by_column.splits[0].name, "set");
  EXPECT_EQ(by_column.splits[0].train, (Nodes{0, 1}));
  EXPECT_EQ(by_column.splits[0].val, (Nodes{2}));
  EXPECT_EQ(by_column.splits[0].test, (Nodes{3}));
  const Dataset by_time = firms(folder, {.label_column = "kind", .split_time = "0.4,0.7"}, kLabeled);
  // In order of time b, c, d, f, g, a; f has no class.
  EXPECT_EQ(by_time.splits[0].train, (Nodes{1, 2, 3}));
  EXPECT_EQ(by_time.splits[0].val, (Nodes{5}));
  EXPECT_EQ(by_time.splits[0].test, (Nodes{0}));
  const Dataset by_group = firms(folder, {.label_column = "kind", .split_group = "team"}, kLabeled);
  const Split& split = by_group.splits[0];
  for (const Nodes& team : {Nodes{0, 1}, Nodes{2, 3}}) {
    int parts = 0;
    for (const Nodes* part : {&split.train, &split.val, &split.test}) {
      const auto members =
          std::ranges::count_if(team, [&](std::int64_t v) { return std::ranges::count(*part, v) > 0; });
      EXPECT_TRUE(members == 0 || members == 2);
      parts += members > 0 ? 1 : 0;
    }
    EXPECT_EQ(parts, 1);
  }
  EXPECT_EQ(split.train.size() + split.val.size() + split.test.size(), 5U);
  expect_throws<DataError>([&] { (void)firms(folder, {.label_column = "kind", .split_column = "team"}, kLabeled); },
                           "firms.csv: line 2: 't1' in column 'team' is not a set, expected train, val or test");
  expect_throws<ArgumentError>(
      [&] { (void)firms(folder, {.label_column = "kind", .split_time = "0.9,0.8"}, kLabeled); },
      "split_time is '0.9,0.8'");
}

TEST(TableEncoder, ColumnsWithoutANameAreNotRead) {
  const TemporaryFolder folder;
  const Dataset data = firms(folder, {}, "id,,size\na,0,1\nb,1,3\nc,2,5\nd,3,7\n");
  EXPECT_EQ(data.names.features, Lines{"size"});
  EXPECT_NE(std::ranges::find(data.assumed, "column 2 has no name, and is not read"), data.assumed.end());
}

TEST(TableEncoder, TablesThatShareNoNodeWithTheEdgesAreRefused) {
  const TemporaryFolder folder;
  expect_throws<DataError>(
      [&] { (void)firms(folder, {}, "id,size\n1,1\n2,3\n"); },
      "none of its 2 nodes, such as '1', is in an edge, and none of the 4 nodes of e.csv, such as 'a', "
      "has a row in it");
}

}  // namespace
}  // namespace weft
