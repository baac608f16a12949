// Edge lists: the forms of their lines, what joins them, what is refused; and the same dataset in bounded memory.
#include "weft/io/importers/edgelist_importer.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "tests/compressed_text.hpp"
#include "tests/imported_data.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

using test::content_of;
using test::expect_same_dataset;
using test::expect_throws;
using test::gzipped;
using test::same_bits;
using test::TemporaryFolder;
using test::write_content;
using test::xzipped;

using Lines = std::vector<std::string>;

TEST(Edgelist, KeepsNumbersAsNodes) {
  const TemporaryFolder folder;
  const Dataset data =
      import_edgelist({.edges = write_content(folder / "e.csv", "2,0\n0,1\n1,0\n3,3\n"), .name = "tiny"});
  EXPECT_EQ(data.graph.num_nodes(), 4);
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 2, 3, 4, 5}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 2, 0, 0, 3}));
  EXPECT_TRUE(data.node_names.empty());
  EXPECT_FALSE(data.directed);
  EXPECT_EQ(data.task, TaskKind::link_prediction);
  EXPECT_EQ(data.name, "tiny");
}

TEST(Edgelist, KeepsDirection) {
  const TemporaryFolder folder;
  const Dataset data = import_edgelist({.edges = write_content(folder / "e", "0 1\n2 1\n"), .directed = true});
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 0, 2, 2}));
  EXPECT_TRUE(data.directed);
}

TEST(Edgelist, ReadsEverySeparatorHeaderAndCompression) {
  const TemporaryFolder folder;
  const std::vector<std::string> texts = {
      "source,target\n0,1\n1,2\n",   "# note\n0\t1\textra\n1\t2\textra\n", "0 1\n\n1   2",
      "id_1;id_2\r\n0;1\r\n1;2\r\n", "\xef\xbb\xbf\"0\",\"1\"\n1 , 2\n",   gzipped("0,1\n1,2\n"),
      xzipped("0 1\n1 2\n")};
  for (const std::string& text : texts) {
    const Dataset data = import_edgelist({.edges = write_content(folder / "e", text)});
    EXPECT_EQ(data.graph.num_nodes(), 3) << text;
    EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 0, 2, 1})) << text;
  }
}

TEST(Edgelist, NumbersNamesByFirstAppearance) {
  const TemporaryFolder folder;
  const Dataset data = import_edgelist({.edges = write_content(folder / "e", "\"b, \"\"b\"\"\",a\na,7\n")});
  EXPECT_EQ(data.node_names, (Lines{"b, \"b\"", "a", "7"}));
  const Dataset gap = import_edgelist({.edges = write_content(folder / "gap", "0,2\n")});
  EXPECT_EQ(gap.node_names, (Lines{"0", "2"})) << "1 is nowhere, so names are no numbers";
}

TEST(Edgelist, JoinsFeaturesLabelsAndSplit) {
  const TemporaryFolder folder;
  const Dataset data =
      import_edgelist({.edges = write_content(folder / "e", "b,a\na,c\n"),
                       .features = write_content(folder / "f", "id,w,h\na,1,-2.5e1\nc,3,4\nb,5,+6\nz,7,1e-50\n"),
                       .labels = write_content(folder / "l", "a,red\nz,blue\nb,red\n"),
                       .split = write_content(folder / "s", "z,train\na,val\nb,test\n")});
  EXPECT_EQ(data.node_names, (Lines{"b", "a", "c", "z"}));
  EXPECT_TRUE(same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{5, 6}, {1, -25}, {3, 4}, {7, 0}}));
  EXPECT_EQ(data.class_names, (Lines{"blue", "red"}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{1, 1, -1, 0}));
  ASSERT_EQ(data.splits.size(), 1U);
  EXPECT_EQ(data.splits[0].train, std::vector<std::int64_t>{3});
  EXPECT_EQ(data.splits[0].val, std::vector<std::int64_t>{1});
  EXPECT_EQ(data.splits[0].test, std::vector<std::int64_t>{0});
  write_dataset(data, folder / "data.h5");
  EXPECT_EQ(read_dataset(folder / "data.h5").class_names, data.class_names);
}

TEST(Edgelist, TakesAFirstLineThatCallsNoNodeForTheHeaderOfLabels) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& labels) {
    return import_edgelist({.edges = write_content(folder / "e.csv", "a,b\nb,c\nc,d\n"),
                            .labels = write_content(folder / "y.csv", labels)});
  };
  const Dataset data = read("firm,sector\na,bank\nb,mine\nc,bank\nd,mine\n");
  EXPECT_EQ(data.class_names, (Lines{"bank", "mine"}));
  EXPECT_EQ(data.graph.num_nodes(), 4);
  EXPECT_EQ(data.assumed, (Lines{"the first line of y.csv is taken for a header, as 'firm' is no node of the edges, "
                                 "and 'sector' the label of no other line"}));
  // A node more, a node that edges have, and words that are known anyway.
  EXPECT_EQ(read("firm,bank\na,bank\nb,mine\nc,bank\nd,mine\n").graph.num_nodes(), 5);
  EXPECT_EQ(read("a,sector\nb,mine\nc,bank\nd,mine\n").num_classes, 3);
  EXPECT_TRUE(read("node,label\na,bank\nb,mine\nc,bank\nd,mine\n").assumed.empty());
}

TEST(Edgelist, OrdersClassesThatAreNumbersAsNumbers) {
  const TemporaryFolder folder;
  const Dataset data = import_edgelist(
      {.edges = write_content(folder / "e", "0,1\n1,2\n"), .labels = write_content(folder / "l", "0,10\n1,9\n2,9\n")});
  EXPECT_EQ(data.class_names, (Lines{"9", "10"}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{1, 0, 0}));
  EXPECT_EQ(data.splits[0].name, "rand0");
}

TEST(Edgelist, KeepsTargetsAndWeights) {
  const TemporaryFolder folder;
  const Dataset data = import_edgelist({.edges = write_content(folder / "e", "0,1,0.5\n1,0,9\n2,1,0.25\n"),
                                        .labels = write_content(folder / "l", "0,1.5\n2,-2\n"),
                                        .weights = true,
                                        .task = TaskKind::node_regression});
  const Tensor& y = std::get<Tensor>(data.node_labels);
  EXPECT_EQ(y(0, 0), 1.5F);
  EXPECT_TRUE(std::isnan(y(1, 0)));
  EXPECT_EQ(y(2, 0), -2.0F);
  // Edges by destination: 1->0, 0->1, 2->1, 1->2.
  EXPECT_TRUE(same_bits(std::get<Tensor>(data.edge_features), Tensor{{0.5F}, {0.5F}, {0.25F}, {0.25F}}));
}

TEST(Edgelist, TakesLabelsWithFractionsForTargetsUnlessSomeAreNoNumbers) {
  const TemporaryFolder folder;
  const std::filesystem::path edges = write_content(folder / "e", "a,b\nb,c\nc,d\n");
  const auto read = [&](const std::string& rows, char decimal = '\0') {
    return import_edgelist({.edges = edges,
                            .nodes = write_content(folder / "n.csv", "id;x;price\n" + rows),
                            .label_column = "price",
                            .cells = {.decimal = decimal}});
  };
  const Dataset data = read("a;1;0.5\nb;2;3\nc;3;-1\nd;4;\n");
  EXPECT_EQ(data.task, TaskKind::node_regression);
  EXPECT_EQ(data.names.targets, (Lines{"price"}));
  const Tensor& targets = std::get<Tensor>(data.node_labels);
  EXPECT_EQ(targets(0, 0), 0.5F);
  EXPECT_EQ(targets(1, 0), 3.0F);
  EXPECT_TRUE(std::isnan(targets(2, 0)) && std::isnan(targets(3, 0)));
  EXPECT_TRUE(std::ranges::any_of(data.assumed, [](const std::string& sentence) {
    return sentence == "column 'price' of n.csv holds numbers with fractions, which are predicted as numbers";
  }));
  EXPECT_EQ(read("a;1;0,5\nb;2;3\nc;3;2\nd;4;1\n", ',').task, TaskKind::node_regression);
  for (const char* rows : {"a;1;0.5\nb;2;3\nc;3;low\nd;4;1\n", "a;1;2.0\nb;2;3\nc;3;1.0\nd;4;\n"}) {
    EXPECT_EQ(read(rows).task, TaskKind::node_classification) << rows;
  }
}

TEST(Edgelist, ReadsEmptyLastCellsBetweenTabs) {
  const TemporaryFolder folder;
  const Dataset data = import_edgelist(
      {.edges = write_content(folder / "e.tsv", "src\tdst\tnote\na\tb\tx\nb\tc\t\nc\td\t\n"),
       .nodes = write_content(folder / "n.tsv", "id\tx\ty\t\na\t1\tp\t\nb\t\tq\nc\t3\t\nd\t4\tp\t\t\r\n"),
       .label_column = "y"});
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{0, 1, -1, 0}));
  EXPECT_EQ(data.names.features, (Lines{"x", "x=missing"}));
  for (const std::string& sentence : data.assumed) {
    EXPECT_EQ(sentence.find("another number of fields"), std::string::npos) << sentence;
  }
  const Dataset commas = import_edgelist({.edges = write_content(folder / "e.csv", "src,dst,note\na,b,x\nb,c,\n")});
  for (const std::string& sentence : commas.assumed) {
    EXPECT_EQ(sentence.find("another number of fields"), std::string::npos) << sentence;
  }
}

TEST(Edgelist, TakesMasksForTheSplit) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& rows) {
    return import_edgelist({.edges = write_content(folder / "e", "a,b\nb,c\nc,d\n"),
                            .nodes = write_content(folder / "n.csv", "id,x,y,train_mask,val_mask,test_mask\n" + rows),
                            .label_column = "y"});
  };
  const Dataset data = read("a,1,p,True,False,False\nb,2,q,False,True,False\nc,3,p,False,False,True\nd,4,q,0,0,0\n");
  EXPECT_EQ(data.names.features, (Lines{"x"}));
  ASSERT_EQ(data.splits.size(), 1U);
  EXPECT_EQ(data.splits[0].name, "masks");
  EXPECT_EQ(data.splits[0].train, std::vector<std::int64_t>{0});
  EXPECT_EQ(data.splits[0].val, std::vector<std::int64_t>{1});
  EXPECT_EQ(data.splits[0].test, std::vector<std::int64_t>{2});
  expect_throws<DataError>([&] { (void)read("a,1,p,1,0,1\nb,2,q,0,1,0\n"); },
                           "is in two parts of the split, by its masks");
  // Columns of other values are no masks.
  EXPECT_EQ(read("a,1,p,2,0,1\nb,2,q,0,1,0\nc,3,p,3,0,1\nd,4,q,0,1,0\n").splits[0].name, "rand0");
}

TEST(Edgelist, SaysWhichColumnsTellTheLabel) {
  const TemporaryFolder folder;
  std::string nodes = "id,y,code,color,x\n";
  for (int i = 0; i < 60; ++i) {
    const int label = i % 3;
    nodes += concat("n", i, ",", std::string_view("abc").substr(static_cast<std::size_t>(label), 1), ",", 10 + label,
                    ",", i % 2 == 0 || label == 0 ? "red" : "blue", ",", i, "\n");
  }
  const Dataset data = import_edgelist({.edges = write_content(folder / "e", "n0,n1\nn1,n2\n"),
                                        .nodes = write_content(folder / "n.csv", nodes),
                                        .label_column = "y"});
  std::int64_t told = 0;
  for (const std::string& sentence : data.assumed) {
    told += sentence.find("tells the label") == std::string::npos ? 0 : 1;
  }
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(std::ranges::any_of(data.assumed, [](const std::string& sentence) {
    return sentence.starts_with("column 'code' tells the label 'y' of every row and is read; ");
  }));
}

TEST(Edgelist, KeepsSeveralLabelsOfEachNode) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& rows, const std::string& label,
                        TaskKind task = TaskKind::node_classification) {
    return import_edgelist({.edges = write_content(folder / "e", "a,b\nb,c\nc,d\n"),
                            .task = task,
                            .nodes = write_content(folder / "n.csv", "id;x;likes;buys;part\n" + rows),
                            .label_column = label,
                            .split_column = "part"});
  };
  const Dataset labels = read("a;1;yes;0;train\nb;2;no;1;train\nc;3;;1;val\nd;4;;;test\n", "likes,buys");
  EXPECT_EQ(labels.task, TaskKind::node_classification);
  EXPECT_EQ(labels.num_classes, 2);
  EXPECT_EQ(labels.names.targets, (Lines{"likes", "buys"}));
  EXPECT_EQ(labels.names.features, (Lines{"x"}));
  const Tensor& y = std::get<Tensor>(labels.node_labels);
  EXPECT_EQ(y(0, 0), 1.0F);
  EXPECT_EQ(y(0, 1), 0.0F);
  EXPECT_EQ(y(1, 0), 0.0F);
  EXPECT_TRUE(std::isnan(y(2, 0)));
  EXPECT_EQ(y(2, 1), 1.0F);
  // Of which nothing is known is in no part.
  EXPECT_EQ(labels.splits.at(0).val, std::vector<std::int64_t>{2});
  EXPECT_TRUE(labels.splits.at(0).test.empty());
  const Dataset numbers = read("a;1;0.5;3;train\nb;2;1;1;train\nc;3;2;-1;val\nd;4;3;4;test\n", "buys,likes");
  EXPECT_EQ(numbers.task, TaskKind::node_regression);
  EXPECT_EQ(numbers.names.targets, (Lines{"buys", "likes"}));
  EXPECT_EQ(std::get<Tensor>(numbers.node_labels)(2, 0), -1.0F);
  EXPECT_EQ(read("a;1;1;0;train\nb;2;0;1;val\n", "likes,buys", TaskKind::node_regression).task,
            TaskKind::node_regression);
  expect_throws<DataError>([&] { (void)read("a;1;red;0;train\nb;2;no;1;val\n", "likes,buys"); },
                           "'red' in column 'likes' is neither a number nor yes or no");
  expect_throws<ArgumentError>([&] { (void)read("a;1;1;0;train\n", "likes,likes"); }, "named twice");
}

TEST(Edgelist, ReadsDecimalCommasAndMarksOfMissingValues) {
  const TemporaryFolder folder;
  const std::filesystem::path labels = write_content(folder / "y", "id;y\na;0,5\nb;?\n");
  for (const char* text : {"a;b;1,5\nb;c;2\n", "source,target,w\na,b,\"1,5\"\nb,c,2\n", "a b 1,5\nb c 2\n"}) {
    const Dataset data = import_edgelist({.edges = write_content(folder / "e", text),
                                          .labels = labels,
                                          .directed = true,
                                          .weights = true,
                                          .task = TaskKind::node_regression,
                                          .cells = {.missing = {"?"}, .decimal = ','}});
    EXPECT_TRUE(same_bits(std::get<Tensor>(data.edge_features), Tensor{{1.5F}, {2}})) << text;
    EXPECT_EQ(data.node_names, (Lines{"a", "b", "c"}));
    EXPECT_EQ(std::get<Tensor>(data.node_labels)(0, 0), 0.5F);
    EXPECT_TRUE(std::isnan(std::get<Tensor>(data.node_labels)(1, 0)));
  }
  expect_throws<DataError>(
      [&] { (void)import_edgelist({.edges = write_content(folder / "e", "a;b;1,5\n"), .weights = true}); },
      "e: line 1: '1,5' is not a finite number of 32 bits, in column 3; --decimal , reads it as one");
}

TEST(Edgelist, TakesAFirstLineOfUnknownWordsForAHeaderWhereItsNamesNeverComeAgain) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text, EdgelistOptions options = {}) {
    options.edges = write_content(folder / "e.csv", text);
    return import_edgelist(options);
  };
  const std::string rows = "acme,bolt\nbolt,core\nacme,core\n";
  const Dataset data = read("firm_a,firm_b\n" + rows);
  EXPECT_EQ(data.node_names, (Lines{"acme", "bolt", "core"}));
  EXPECT_EQ(data.assumed, (Lines{"line 1 of e.csv, 'firm_a', 'firm_b', is taken for a header, as none of its names "
                                 "comes again in the next 3 rows (--header no)"}));
  EXPECT_EQ(read("firm_a,firm_b\n" + rows, {.header = HeaderRow::no}).node_names.size(), 5U);
  EXPECT_TRUE(read("firm_a,firm_b\n" + rows, {.header = HeaderRow::yes}).assumed.empty());
  EXPECT_EQ(read(rows, {.header = HeaderRow::yes}).graph.num_edges(), 4);
  EXPECT_EQ(read("source,target\n" + rows, {.header = HeaderRow::no}).node_names.size(), 5U);
  // Named by the user.
  EXPECT_TRUE(read("firm_a,firm_b\nx,y\n", {.source_column = "firm_a", .target_column = "firm_b"}).assumed.empty());
  // Columns that are told; a name that comes again; too few rows; and pairs, which all are alone.
  EXPECT_EQ(read("when,firm_a,firm_b\n1,a,b\n2,b,c\n3,a,c\n", {.source_column = "2", .target_column = "3"}).node_names,
            (Lines{"a", "b", "c"}));
  for (const std::string& text : {"core,dyn\n" + rows, std::string("firm_a,firm_b\nacme,bolt\nbolt,acme\n"),
                                  std::string("a,b\nc,d\ne,f\ng,h\ni,j\n")}) {
    const Dataset all = read(text);
    EXPECT_NE(std::ranges::find(all.node_names, text.substr(0, text.find(','))), all.node_names.end()) << text;
    EXPECT_TRUE(std::ranges::none_of(all.assumed, [](const auto& line) { return line.starts_with("line 1"); })) << text;
  }
  const Dataset blanks = read("firm_a firm_b\nacme bolt\nbolt core\nacme core\n");
  EXPECT_EQ(blanks.node_names.size(), 5U);
  EXPECT_EQ(blanks.assumed, (Lines{"line 1 of e.csv, 'firm_a', 'firm_b', is read as a row, though none of its names "
                                   "comes again, as in a header, in the next 3 rows (--header yes)"}));
  EXPECT_EQ(read("left,right\n0,1\n1,2\n").graph.num_nodes(), 3);
}

TEST(Edgelist, SaysNegativeWeightsAndRefusesSumsThatAreNotFinite) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text, EdgelistOptions options) {
    options.edges = write_content(folder / "e.csv", text);
    return import_edgelist(options);
  };
  EXPECT_EQ(read("a,b,1\nb,c,-2\nc,d,+-1\n", {.weights = true, .on_bad_row = [](const std::string&) {}}).assumed,
            (Lines{"1 line have a weight below 0 in column 3; models that read weights refuse them, unless "
                   "edge_weights=false, the first is e.csv:2"}));
  const std::string large = "source,target,weight\na,b,3e38\nb,c,1\na,b,3e38\n";
  EXPECT_EQ(std::get<Tensor>(read(large, {.directed = true, .merge = MergeEdges::mean}).edge_features)(0, 0), 3e38F);
  expect_throws<DataError>([&] { (void)read(large, {.directed = true, .merge = MergeEdges::sum}); },
                           "e.csv: the sum of the weights of the edges from 'a' to 'b' is no finite number");
}

TEST(Edgelist, ReadsDatesAsSecondsSince1970) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text, EdgelistOptions options = {}) {
    options.edges = write_content(folder / "e.csv", text);
    options.directed = true;
    return import_edgelist(options);
  };
  const Dataset data = read(
      "from,to,time\na,b,2024-03-01\nb,c,2024-03-01T12:30:00Z\nc,d,2024-03-01 12:30:00\n"
      "d,e,2024-03-01T12:30:00+02:00\ne,f,1969-12-31 23:59:58.5\n");
  EXPECT_TRUE(std::ranges::equal(data.edge_time,
                                 std::vector<std::int64_t>{1709251200, 1709296200, 1709296200, 1709289000, -2}));
  EXPECT_EQ(data.time_unit, "s");
  EXPECT_EQ(data.assumed,
            (Lines{"column 3 'time' holds dates, which are read as seconds since 1970 in UTC",
                   "1 line have a time with parts of a second, which are left out, the first is e.csv:6"}));
  // Without a header, and below a word that is a time where dates are.
  EXPECT_EQ(read("a,b,2024-03-01\n", {.time_column = "3"}).edge_time[0], 1709251200);
  EXPECT_EQ(read("from,to,date\na,b,01.03.2024\n").edge_time[0], 1709251200);
  EXPECT_EQ(read("from,to,date\na,b,monday\n").assumed, (Lines{"column 3 'date' is not read"}));
  EXPECT_EQ(read("a,b,2024-03-01\n").assumed,
            (Lines{"column 3 is not read; its cells look like dates: --time 3 reads them"}));
  // Below any word for a time where all are dates.
  for (const std::string word : {"sent_at", "created", "Order Date", "day"}) {
    const Dataset dated = read("from,to," + word + "\na,b,2024-03-01\nb,c,2024-03-02\n");
    ASSERT_EQ(dated.edge_time.size(), 2U) << word;
    EXPECT_EQ(dated.assumed, (Lines{concat("column 3 '", word,
                                           "' holds dates, which are read as seconds since 1970 in "
                                           "UTC, and are when edges came (--time none leaves them out)")}));
  }
  EXPECT_TRUE(read("from,to,birthdate\na,b,2024-03-01\n").edge_time.empty());
  EXPECT_TRUE(read("from,to,sent_at\na,b,2024-03-01\n", {.time_column = "none"}).edge_time.empty());
  EXPECT_EQ(read("from,to,sent_at,time\na,b,2024-03-01,7\n").edge_time[0], 7);
  const auto expect = [&](const std::string& text, const std::string& message, EdgelistOptions options = {}) {
    expect_throws<DataError>([&] { (void)read(text, std::move(options)); }, message);
  };
  expect("from,to,time\na,b,2024-02-29\na,c,2024-02-30\n",
         "e.csv: line 3: time '2024-02-30' in column 3 'time' is no date that there is");
  expect("from,to,time\na,b,2024-02-29\na,c,17\n", "e.csv: line 3: time '17' in column 3 'time' is no date such as");
  expect("from,to,time\na,b,17\na,c,soon\n", "e.csv: line 3: time 'soon' is not a whole number of 64 bits");
  expect("from,to,time\na,b,2024-02-29\n", "time_unit is 'day', expected s", {.time_unit = "day"});
}

TEST(Edgelist, LeavesOutBadRowsWhereAsked) {
  const TemporaryFolder folder;
  std::vector<std::string> told;
  EdgelistOptions options;
  options.edges = write_content(folder / "e", "0,1,0.5\n1\n1,,2\n3,2,x\n1,2,1\n");
  options.features = write_content(folder / "f", "0,1\n1,2\n1,3\n2,nan\n2,4\n2\n");
  options.labels = write_content(folder / "l", "0,a\n1,b\n2,a,c\n2,a\n");
  options.split = write_content(folder / "s", "0,train\n9,train\n1,dev\n1,val\n2,test\n");
  options.weights = true;
  options.directed = true;
  expect_throws<DataError>([&] { static_cast<void>(import_edgelist(options)); }, "e: line 2: has 1 fields");
  options.on_bad_row = [&](const std::string& problem) { told.push_back(problem); };
  const Dataset data = import_edgelist(options);
  // Node 3 is in a row that is left out alone.
  EXPECT_EQ(data.graph.num_nodes(), 3);
  EXPECT_TRUE(same_bits(std::get<Tensor>(data.edge_features), Tensor{{0.5F}, {1.0F}}));
  EXPECT_TRUE(same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{1}, {2}, {4}}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{0, 1, 0}));
  EXPECT_EQ(data.splits[0].val, (std::vector<std::int64_t>{1}));
  const Lines expected = {"e: line 2", "e: line 3", "e: line 4", "f: line 3", "f: line 4",
                          "f: line 6", "l: line 3", "s: line 2", "s: line 3"};
  ASSERT_EQ(told.size(), expected.size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_NE(told[i].find(expected[i]), std::string::npos) << told[i];
  }
}

TEST(Edgelist, WeighsEdges1WhoseWeightIsSaidToBeMissing) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text, std::vector<std::string> missing) {
    return import_edgelist(
        {.edges = write_content(folder / "e.csv", text), .directed = true, .cells = {.missing = std::move(missing)}});
  };
  for (const std::string word : {"?", "-9"}) {
    const Dataset data = read("from,to,weight\n0,1,2.5\n1,2," + word + "\n2,3,4\n", {"-9", "?"});
    EXPECT_EQ(std::get<Tensor>(data.edge_features)(1, 0), 1.0F) << word;
    EXPECT_EQ(data.assumed,
              (Lines{"1 line have a missing weight in column 3 'weight', and weigh 1, the first is e.csv:3"}));
  }
  const auto expect = [&](const std::string& cell, const std::string& message) {
    expect_throws<DataError>([&] { (void)read("from,to,weight\n0,1,2.5\n1,2," + cell + "\n", {}); },
                             "e.csv: line 3: '" + message);
  };
  expect("?",
         "?' is not a finite number of 32 bits, in column 3 'weight'; --missing \"?\" takes it for a missing value, "
         "and the edge weighs 1");
  expect("nan",
         "nan' is not a finite number of 32 bits, in column 3 'weight', and an edge has no missing weight; "
         "--missing \"nan\" takes");
  expect("",
         "' is not a finite number of 32 bits, in column 3 'weight', and an edge has no missing weight; "
         "--skip-bad-rows");
  expect("\"1,234.5\"",
         "1,234.5' is not a finite number of 32 bits, in column 3 'weight'; it looks like a number with "
         "separators of thousands, expected 1234.5 in the file");
  expect("5 %", "5 %' is not a finite number of 32 bits, in column 3 'weight'; expected a number without '%'");
}

TEST(Edgelist, NamesFileAndLineOfWhatIsWrong) {
  const TemporaryFolder folder;
  const auto expect = [&](const EdgelistOptions& options, const std::string& message) {
    expect_throws<DataError>([&] { static_cast<void>(import_edgelist(options)); }, message);
  };
  const auto good = write_content(folder / "good", "0,1\n");
  expect({.edges = write_content(folder / "e", "# note\n0,1\n2\n")}, "e: line 3: has 1 fields, expected 2 or more");
  expect({.edges = write_content(folder / "e", "0,1\n2,\n")}, "e: line 2: a node has an empty name");
  expect({.edges = write_content(folder / "e", "0,1\n2,\xff\n")}, "e: line 2: is not valid UTF-8");
  expect({.edges = write_content(folder / "e", "0,1\n\"2,3\n")}, "e: line 2: a quoted field does not end");
  expect({.edges = write_content(folder / "e", "0,1,x\n"), .weights = true}, "e: line 1: 'x' is not a finite number");
  for (const std::string bad : {"1.5x", "nan", "inf", "1e99", "", "0x1", "1,5"}) {
    expect({.edges = good, .features = write_content(folder / "f", "0,1\n1," + bad + "\n")}, "f: line 2: ");
  }
  expect({.edges = good, .features = write_content(folder / "f", "0,1\n")}, "f: node '1' has no row");
  expect({.edges = good, .features = write_content(folder / "f", "0,1\n1,2\n0,3\n")},
         "f: line 3: node '0' has a second row");
  expect({.edges = good, .labels = write_content(folder / "l", "0,a\n1,a,b\n")}, "l: line 2: has 3 fields, expected 2");
  expect({.edges = good, .labels = write_content(folder / "l", "0,\n")}, "l: holds no labels");
  expect({.edges = good,
          .labels = write_content(folder / "l", "0,a\n1,a\n"),
          .split = write_content(folder / "s", "0,train\n5,val\n")},
         "s: line 2: node '5' is in no other file");
  expect({.edges = good,
          .labels = write_content(folder / "l", "0,a\n1,a\n"),
          .split = write_content(folder / "s", "0,dev\n")},
         "s: line 1: 'dev' is not a set");
  expect(
      {.edges = good, .labels = write_content(folder / "l", "0,a\n"), .split = write_content(folder / "s", "1,val\n")},
      "s: node '1' is unlabeled");
}

/// What the nodes are called: 0 .. n - 1, integers with gaps, or texts.
enum class Names { dense, sparse, text };

std::string name_of_node(std::uint64_t node, Names names) {
  return names == Names::dense    ? std::to_string(node)
         : names == Names::sparse ? std::to_string(3 * node + 5)
                                  : "\"node \"\"" + std::to_string(node) + "\"\"\"";
}

/// Edges between random nodes of 500, repeats and self-loops among them, more than a block of text; every node has
/// two features, all but a seventh a class.
EdgelistOptions write_inputs(const std::filesystem::path& folder, Names names) {
  const Random random(7);
  std::string edges = "source,target,weight\n", features, labels;
  for (std::uint64_t i = 0; i < 90000; ++i) {
    edges += name_of_node(random.below(480, i, 0), names) + "," + name_of_node(random.below(480, i, 1), names) + "," +
             std::to_string(i % 100) + ".5\n";
  }
  for (std::uint64_t v = 500; v-- > 0;) {
    features += name_of_node(v, names) + "," + std::to_string(v) + ",0.25\n";
    labels += v % 7 == 0 ? "" : name_of_node(v, names) + ",class " + std::to_string(v % 3) + "\n";
  }
  return {.edges = write_content(folder / "edges.csv", edges),
          .features = write_content(folder / "features.csv", features),
          .labels = write_content(folder / "labels.csv", labels)};
}

TEST(EdgelistFile, HoldsTheDatasetInMemoryWhateverTheNamesAndTheMemory) {
  for (const Names names : {Names::dense, Names::sparse, Names::text}) {
    const TemporaryFolder folder;
    EdgelistOptions options = write_inputs(folder.path(), names);
    for (const bool directed : {false, true}) {
      options.directed = directed;
      options.weights = directed;
      const Dataset expected = import_edgelist(options);
      EXPECT_EQ(expected.graph.num_nodes(), 500);
      EXPECT_EQ(expected.node_names.empty(), names == Names::dense);
      for (const std::int64_t memory : {1 << 12, 1 << 26}) {
        const DatasetSize size =
            import_edgelist_to_file(options, {.output = folder / "out.h5", .memory_bytes = memory}).size;
        EXPECT_EQ(size.edges, expected.graph.num_edges());
        expect_same_dataset(read_dataset(folder / "out.h5"), expected);
      }
    }
  }
}

TEST(EdgelistFile, IsTheSameFileForEveryMemoryAndThreadCount) {
  const TemporaryFolder folder;
  const EdgelistOptions options = write_inputs(folder.path(), Names::dense);
  std::string first;
  for (const std::int64_t memory : {1 << 12, 1 << 20, 1 << 26}) {
    for (const int threads : {1, 4}) {
      with_threads(threads,
                   [&] { import_edgelist_to_file(options, {.output = folder / "out.h5", .memory_bytes = memory}); });
      const std::string bytes = content_of(folder / "out.h5");
      first = first.empty() ? bytes : first;
      EXPECT_TRUE(bytes == first) << memory << " bytes, " << threads << " threads";
    }
  }
}

TEST(EdgelistFile, IntegersWithoutTheirPredecessorsAreNames) {
  const TemporaryFolder folder;
  import_edgelist_to_file({.edges = write_content(folder / "e", "7 0\n0 4000000000\n")}, {.output = folder / "out.h5"});
  const Dataset data = read_dataset(folder / "out.h5");
  EXPECT_EQ(data.node_names, (std::vector<std::string>{"7", "0", "4000000000"}));
  EXPECT_TRUE(data.graph.has_edge({2, 1}));
  EXPECT_FALSE(data.graph.has_edge({2, 0}));
}

TEST(EdgelistFile, EveryFormOfALineGivesTheSameEdge) {
  const TemporaryFolder folder;
  for (const char* line :
       {"1,2", " 1 , 2 ", "1,\t2", "1,2,text", "1,2,\"a, b\"", "\"1\",2", "1,2,", "1,2\r", "1,2,\xC3\xA9"}) {
    const std::filesystem::path edges = write_content(folder / "e", std::string("0,1\n# note\n\n") + line + "\n");
    const Dataset data = import_edgelist({.edges = edges, .directed = true});
    ASSERT_EQ(data.graph.num_nodes(), 3) << line;
    EXPECT_TRUE(data.graph.has_edge({1, 2})) << line;
    EXPECT_EQ(data.graph.num_edges(), 2) << line;
  }
  for (const char* text : {"0 1\n1\t 2", "0 1 x\n 1  2 y\n", "%\n0\t1\n1\t2\t\n", "0;1\n1;2"}) {
    const Dataset data = import_edgelist({.edges = write_content(folder / "e", text), .directed = true});
    EXPECT_EQ(data.graph.num_nodes(), 3) << text;
    EXPECT_TRUE(data.graph.has_edge({1, 2})) << text;
  }
  for (const char* line : {"1,2,0.25", "1 ,2, +0.25 ,x", "1,2,2.5e-1", "\"1\",2,0.25"}) {
    const std::filesystem::path edges = write_content(folder / "e", std::string("0,1,7\n") + line);
    const Dataset data = import_edgelist({.edges = edges, .directed = true, .weights = true});
    EXPECT_EQ(std::get<Tensor>(data.edge_features).data()[1], 0.25F) << line;
  }
  const Dataset leading_zero = import_edgelist({.edges = write_content(folder / "e", "0,1\n01,2\n")});
  EXPECT_EQ(leading_zero.node_names, (std::vector<std::string>{"0", "1", "01", "2"}));
}

TEST(EdgelistFile, NamesTheBrokenLineOfALaterBlockAndWritesNothing) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 400000; ++i) {
    text += i == 333332 ? "5\n" : i == 399999 ? "x,\"y\n" : "12,34\n";
  }
  const EdgelistOptions options{.edges = write_content(folder / "e.csv", text)};
  for (const std::int64_t memory : {1 << 12, 1 << 26}) {
    expect_throws<DataError>(
        [&] { import_edgelist_to_file(options, {.output = folder / "out.h5", .memory_bytes = memory}); },
        "e.csv: line 333333: has 1 fields, expected 2 or more: source, target");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  }
}

TEST(EdgelistFile, SaysWhichNodeHasNoFeatures) {
  const TemporaryFolder folder;
  const EdgelistOptions options{.edges = write_content(folder / "e", "0 1\n1 2\n"),
                                .features = write_content(folder / "x", "0 1\n2 1\n")};
  expect_throws<DataError>([&] { import_edgelist_to_file(options, {.output = folder / "out.h5"}); },
                           "node '1' has no row, expected one for every node");
}

}  // namespace
}  // namespace weft
