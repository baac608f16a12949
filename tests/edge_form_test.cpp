// What an import of edges takes for granted, and what it refuses: columns, ids, labels, comments, repeats.
#include "weft/io/importers/edge_form.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/file_content.hpp"
#include "tests/imported_data.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/importers/edgelist_importer.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::TemporaryFolder;
using test::write_content;
using Lines = std::vector<std::string>;

/// The dataset, which is the same, sentences included, when it is made on disk.
Dataset imported(EdgelistOptions options) {
  const TemporaryFolder folder;
  Dataset data = import_edgelist(options);
  const bool can_go_to_disk =
      !options.bipartite && options.merge == MergeEdges::first && data.edge_time.empty() && data.edge_type.empty();
  if (can_go_to_disk) {
    const WrittenDataset written = import_edgelist_to_file(options, {.output = folder / "out.h5"});
    EXPECT_EQ(written.assumed, data.assumed);
    test::expect_same_dataset(read_dataset(folder / "out.h5"), data);
  }
  return data;
}

bool says(const Dataset& data, const std::string& sentence) {
  const bool found = std::ranges::any_of(
      data.assumed, [&](const std::string& said) { return said.find(sentence) != std::string::npos; });
  if (!found) {
    for (const std::string& said : data.assumed) {
      std::printf("assumed: %s\n", said.c_str());
    }
  }
  return found;
}

TEST(EdgeForm, ReadsColumnsByTheWordsOfTheHeader) {
  const TemporaryFolder folder;
  const Dataset data =
      imported({.edges = write_content(folder / "e", "weight,to,from\n0.5,b,a\n2,c,b\n"), .directed = true});
  EXPECT_EQ(data.node_names, (Lines{"a", "b", "c"}));
  EXPECT_TRUE(data.graph.has_edge({0, 1}));
  EXPECT_TRUE(data.graph.has_edge({1, 2}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.edge_features), Tensor{{0.5F}, {2.0F}}));
  EXPECT_EQ(data.weight_column, 0);
  EXPECT_EQ(data.names.edge_features, (Lines{"weight"}));
  EXPECT_TRUE(data.assumed.empty());
}

TEST(EdgeForm, AHeaderOfTextsAloneIsNoEdge) {
  const TemporaryFolder folder;
  for (const char* header : {"from,to", "user_id,item_id", "Source,Target", "a,b,km"}) {
    const Dataset data =
        imported({.edges = write_content(folder / "e", std::string(header) + "\nx,y,5\ny,z,6\n"), .directed = true});
    EXPECT_EQ(data.node_names, (Lines{"x", "y", "z"})) << header;
  }
}

TEST(EdgeForm, ReadsTheColumnsThatAreNamed) {
  const TemporaryFolder folder;
  const auto edges = write_content(folder / "e", "id,who,whom,much,when\n9,a,b,1.5,17\n8,c,a,2.5,16\n");
  const Dataset data = imported({.edges = edges,
                                 .directed = true,
                                 .source_column = "who",
                                 .target_column = "3",
                                 .weight_column = "much",
                                 .time_column = "when"});
  EXPECT_EQ(data.node_names, (Lines{"a", "b", "c"}));
  EXPECT_TRUE(std::ranges::equal(data.edge_time, std::vector<std::int64_t>{16, 17}));
  EXPECT_EQ(data.time_unit, "step");
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.edge_features), Tensor{{2.5F}, {1.5F}}));
  EXPECT_TRUE(says(data, "column 1 'id' is not read"));
  EXPECT_EQ(data.assumed.size(), 1U);
  expect_throws<DataError>([&] { (void)import_edgelist({.edges = edges, .source_column = "wo"}); },
                           "there is no column 'wo'; did you mean 'who'?, expected id, who, whom, much, when, or a "
                           "number from 1 to 5");
  expect_throws<DataError>(
      [&] { (void)import_edgelist({.edges = edges, .source_column = "2", .target_column = "who"}); },
      "column 2 'who' is both the source and the target");
}

TEST(EdgeForm, NamesColumnsThatAreNotRead) {
  const TemporaryFolder folder;
  const Dataset data = imported({.edges = write_content(folder / "e", "source,target,note\n0,1,x\n1,2,y\n")});
  EXPECT_EQ(data.assumed, (Lines{"column 3 'note' is not read"}));
  const Dataset wide = imported({.edges = write_content(folder / "e", "0,1,a,b,c,d,e,f,g,h,i,j\n")});
  ASSERT_EQ(wide.assumed.size(), 9U);
  EXPECT_EQ(wide.assumed[8], "2 more columns are not read");
}

TEST(EdgeForm, RowsOfOtherWidthsAreNoEdgesOrAreCounted) {
  const TemporaryFolder folder;
  for (const char* text :
       {"0 6 7 9\n1 4 7 8 11\n", "0 6\n1 4 7 8 11\n", "0 1\n2 3\n4 5 6\n", "a b c\nd e\n", "0,1,2\n3,4,5,6\n"}) {
    for (const std::int64_t memory : {1 << 12, 1 << 26}) {
      const EdgelistOptions options{.edges = write_content(folder / "e", text)};
      expect_throws<DataError>([&] { (void)import_edgelist(options); }, "weft import interactions");
      expect_throws<DataError>(
          [&] { (void)import_edgelist_to_file(options, {.output = folder / "o.h5", .memory_bytes = memory}); },
          "weft import interactions");
    }
  }
  const Dataset data = imported({.edges = write_content(folder / "e", "0,1\n1,2,x\n2,3\n3,4,x,y\n")});
  EXPECT_EQ(data.assumed,
            (Lines{"2 lines have another number of fields than the 2 of the first; what is in none of the "
                   "columns read is not kept, the first is e:2"}));
  // A remark at the end of a line is one field, whatever it holds.
  const Dataset remarks = imported({.edges = write_content(folder / "e", "0 1 {}\n1 2 {'weight': 3, 'b': 1}\n")});
  EXPECT_EQ(remarks.assumed, (Lines{"column 3 is not read"}));
}

TEST(EdgeForm, CountsLinesThatAreTakenForComments) {
  const TemporaryFolder folder;
  const Dataset data = imported({.edges = write_content(folder / "e", "# note\na,b\n#c,a\nb,c\n#c,d\n")});
  EXPECT_EQ(data.assumed, (Lines{"2 lines behind the first row start with '#' or '%' and are passed over as comments, "
                                 "the first is e:3"}));
  const auto good = write_content(folder / "good", "a,C#\n");
  const Dataset labels = imported({.edges = good, .labels = write_content(folder / "l", "a,x\n#b,y\nC#,x\n")});
  EXPECT_TRUE(says(labels,
                   "1 line behind the first row start with '#' or '%' and are passed over as comments, the first "
                   "is l:2"));
}

TEST(EdgeForm, KeepsTimesExactly) {
  const TemporaryFolder folder;
  const auto edges = write_content(folder / "e", "0 1 1082040961\n1 2 1082040962\n0 1 1082040999\n");
  const Dataset data = imported({.edges = edges, .directed = true, .time_column = "3"});
  EXPECT_TRUE(std::ranges::equal(data.edge_time, std::vector<std::int64_t>{1082040961, 1082040962}));
  EXPECT_EQ(data.time_unit, "s");
  EXPECT_EQ(data.assumed,
            (Lines{"1 of 3 rows repeat an edge, and are merged with it: the values of the first row count "
                   "(--merge; keep: all of them)"}));
  const Dataset last =
      imported({.edges = edges, .directed = true, .time_column = "3", .time_unit = "day", .merge = MergeEdges::last});
  EXPECT_EQ(last.edge_time[0], 1082040999);
  EXPECT_EQ(last.time_unit, "day");
  const Dataset unread = imported({.edges = edges, .directed = true});
  EXPECT_TRUE(
      says(unread, "column 3 is not read; its numbers look like times since 1970: --time 3 reads them exactly"));
  const Dataset rounded = imported({.edges = edges, .directed = true, .weights = true});
  EXPECT_TRUE(says(rounded,
                   "3 lines have a weight in column 3 that is rounded to 24 bits; whole numbers such as times "
                   "are kept exactly by --time 3, the first is e:1"));
  expect_throws<DataError>(
      [&] { (void)import_edgelist({.edges = write_content(folder / "f", "0 1 5\n1 2 5.5\n"), .time_column = "3"}); },
      "f: line 2: time '5.5' is not a whole number");
}

TEST(EdgeForm, KeepsRepeatedEdgesWhereAsked) {
  const TemporaryFolder folder;
  const auto edges = write_content(folder / "e", "0 1 30\n1 2 10\n0 1 20\n0 1 20\n");
  const Dataset data = imported({.edges = edges, .directed = true, .time_column = "3", .merge = MergeEdges::keep});
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{0, 0, 0, 1}));
  EXPECT_TRUE(std::ranges::equal(data.edge_time, std::vector<std::int64_t>{30, 20, 20, 10}));
  EXPECT_TRUE(data.graph.has_repeats());
  EXPECT_TRUE(data.assumed.empty());
  EXPECT_EQ(imported({.edges = edges, .time_column = "3", .merge = MergeEdges::keep}).graph.num_edges(), 8);
  write_dataset(data, folder / "t.h5");
  test::expect_same_dataset(read_dataset(folder / "t.h5"), data);
  expect_throws<ArgumentError>(
      [&] { (void)import_edgelist({.edges = write_content(folder / "f", "0 1\n0 1\n"), .merge = MergeEdges::keep}); },
      "merge: is keep, and");
}

TEST(EdgeForm, KeepsEveryRelationBetweenTwoNodes) {
  const TemporaryFolder folder;
  const auto edges =
      write_content(folder / "e", "source,target,relation,weight\na,b,knows,1\na,b,pays,2\nb,a,pays,4\na,b,knows,8\n");
  const Dataset data = imported({.edges = edges, .directed = true, .merge = MergeEdges::sum});
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 0, 0}));
  EXPECT_TRUE(std::ranges::equal(data.edge_type, std::vector<std::int32_t>{1, 0, 1}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.edge_features), Tensor{{4}, {9}, {2}}));
  EXPECT_TRUE(says(data, "1 of 4 rows repeat an edge"));
  EXPECT_EQ(imported({.edges = edges}).graph.num_edges(), 4);
}

TEST(EdgeForm, SaysWhichFlagReadsNumbersAsWeights) {
  const TemporaryFolder folder;
  const auto assumed = [&](const std::string& text, const std::string& weight = "") {
    return imported({.edges = write_content(folder / "e", text), .weight_column = weight}).assumed;
  };
  EXPECT_EQ(
      assumed("source,target,montant,id\na,b,3.5,1\nb,c,4,2\n"),
      (Lines{"column 3 'montant' is not read; --weight 3 reads its numbers as weights", "column 4 'id' is not read"}));
  EXPECT_EQ(assumed("source;target;montant\na;b;3,5\nb;c;4,25\n"),
            (Lines{"column 3 'montant' is not read; --weight 3 --decimal , reads its numbers as weights"}));
  EXPECT_EQ(assumed("source,target,note\na,b,3.5\nb,c,much\n"), (Lines{"column 3 'note' is not read"}));
  EXPECT_EQ(assumed("source,target,montant\na,b,3.5\nb,c,4\n", "none"), (Lines{"column 3 'montant' is not read"}));
  EXPECT_TRUE(says(imported({.edges = write_content(folder / "t", "0 1 2 10\n0 1 3 20\n"),
                             .directed = true,
                             .weight_column = "3",
                             .time_column = "4",
                             .merge = MergeEdges::sum}),
                   "the sum of their weights counts, and the first time (--merge"));
}

TEST(EdgeForm, MergesRepeatedEdgesAsAsked) {
  const TemporaryFolder folder;
  const auto edges = write_content(folder / "e", "0 1 1\n1 2 5\n1 0 4\n0 1 7\n");
  const auto weight_of_0_1 = [&](MergeEdges merge) {
    const Dataset data = imported({.edges = edges, .weights = true, .merge = merge});
    EXPECT_TRUE(says(data, "2 of 4 rows repeat an edge, in this or the other direction"));
    const Tensor& weights = std::get<Tensor>(data.edge_features);
    EXPECT_EQ(weights.rows(), 4);
    EXPECT_EQ(weights(0, 0), weights(1, 0)) << "both directions";
    return weights(0, 0);
  };
  EXPECT_EQ(weight_of_0_1(MergeEdges::first), 1.0F);
  EXPECT_EQ(weight_of_0_1(MergeEdges::last), 7.0F);
  EXPECT_EQ(weight_of_0_1(MergeEdges::sum), 12.0F);
  EXPECT_EQ(weight_of_0_1(MergeEdges::mean), 4.0F);
  EXPECT_EQ(weight_of_0_1(MergeEdges::max), 7.0F);
}

TEST(EdgeForm, AListOfBothDirectionsRepeatsNothing) {
  const TemporaryFolder folder;
  EXPECT_TRUE(imported({.edges = write_content(folder / "e", "0 1\n1 0\n1 2\n2 1\n2 2\n")}).assumed.empty());
  EXPECT_TRUE(says(imported({.edges = write_content(folder / "e", "0 1\n0 1\n1 2\n2 1\n")}), "2 of 4 rows repeat"));
  EXPECT_TRUE(says(imported({.edges = write_content(folder / "e", "0 1\n1 0\n2 2\n2 2\n")}), "1 of 4 rows repeat"));
}

TEST(EdgeForm, KeepsRelations) {
  const TemporaryFolder folder;
  const Dataset data =
      imported({.edges = write_content(folder / "e", "source,target,type\nb,a,likes\nc,a,knows\nb,c,likes\n"),
                .directed = true});
  EXPECT_EQ(data.names.edge_types, (Lines{"likes", "knows"}));
  // b is 0, a is 1, c is 2: edges 0->1, 2->1, 0->2.
  EXPECT_TRUE(std::ranges::equal(data.edge_type, std::vector<std::int32_t>{0, 1, 0}));
}

TEST(EdgeForm, RefusesTriplesWithoutAHeader) {
  const TemporaryFolder folder;
  const auto expect_refused = [&](const char* text) {
    expect_throws<DataError>([&] { (void)import_edgelist({.edges = write_content(folder / "e", text)}); },
                             "e: line 1: looks like triples of head, relation and tail");
  };
  expect_refused("/m/1\t/film/genre\t/m/2\n/m/3\t/film/actor\t/m/4\n");
  expect_refused("anna\tknows\tbob\nbob\tknows\tcarl\ncarl\tlikes\tanna\nanna\tlikes\tbob\n");
  // Names of nodes, and a note.
  EXPECT_EQ(imported({.edges = write_content(folder / "e", "a\tb\tx\nb\tc\tx\n")}).graph.num_nodes(), 3);
  EXPECT_EQ(imported({.edges = write_content(folder / "e", "/m/1\t/film/genre\t/m/2\n/m/3\t/film/actor\t/m/4\n"),
                      .source_column = "1",
                      .target_column = "3"})
                .node_names,
            (Lines{"/m/1", "/m/2", "/m/3", "/m/4"}));
}

TEST(EdgeForm, IdsLike12Point0AreIntegersIfAllAre) {
  const TemporaryFolder folder;
  const Dataset dense = imported({.edges = write_content(folder / "e", "0.0,1.0\n2,1.0\n"),
                                  .labels = write_content(folder / "l", "0,a\n1,b\n2.0,a\n")});
  EXPECT_TRUE(dense.node_names.empty());
  EXPECT_EQ(std::get<1>(dense.node_labels), (std::vector<std::int64_t>{0, 1, 0}));
  EXPECT_TRUE(says(dense, "2 lines call a node like 12.0, which is node 12, the first is e:1"));
  const Dataset sparse = imported({.edges = write_content(folder / "e", "10.0,700.0\n3,10\n")});
  EXPECT_EQ(sparse.node_names, (Lines{"10", "700", "3"}));
  EXPECT_TRUE(says(sparse, "1 line call a node like 12.0, which is node 12, the first is e:1"));
  const Dataset text = imported({.edges = write_content(folder / "e", "v1.0,2.0\nx,2\n")});
  EXPECT_EQ(text.node_names, (Lines{"v1.0", "2.0", "x", "2"}));
}

TEST(EdgeForm, MissingLabelsAreNoClass) {
  const TemporaryFolder folder;
  const auto edges = write_content(folder / "e", "0,1\n1,2\n2,3\n3,4\n");
  for (const std::string none : {"-1", "nan", "NaN", "NA", "null", "None", "", "-1.0"}) {
    const Dataset data = imported(
        {.edges = edges, .labels = write_content(folder / "l", "node,label\n0,x\n1," + none + "\n2,y\n3,x\n4,y\n")});
    EXPECT_EQ(data.class_names, (Lines{"x", "y"})) << none;
    EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{0, -1, 1, 0, 1}));
    EXPECT_TRUE(says(data, "1 row of the labels are taken for none, the first is l:3, '" + none + "'"));
  }
  const Dataset reals =
      imported({.edges = edges, .labels = write_content(folder / "l", "0,1.0\n1,0\n2,\n3,1\n4,2.0\n")});
  EXPECT_EQ(reals.class_names, (Lines{"0", "1", "2"}));
  EXPECT_EQ(std::get<1>(reals.node_labels), (std::vector<std::int64_t>{1, 0, -1, 1, 2}));
  const Dataset signs =
      imported({.edges = edges, .labels = write_content(folder / "l", "0,1\n1,-1\n2,-1\n3,1\n4,nan\n")});
  EXPECT_EQ(signs.class_names, (Lines{"-1", "1"}));
  EXPECT_EQ(std::get<1>(signs.node_labels), (std::vector<std::int64_t>{1, 0, 0, 1, -1}));
}

TEST(EdgeForm, NamesFeaturesAndCountsNodesOfNoEdge) {
  const TemporaryFolder folder;
  const Dataset data = imported({.edges = write_content(folder / "e", "a,b\n"),
                                 .features = write_content(folder / "x", "name,height,width\na,1,2\nb,3,4\nc,5,6\n")});
  EXPECT_EQ(data.names.features, (Lines{"height", "width"}));
  EXPECT_EQ(data.assumed, (Lines{"1 node in x is in no edge"}));
  const Dataset numbers = imported(
      {.edges = write_content(folder / "e", "0,3\n"), .features = write_content(folder / "x", "0,1\n1,1\n2,1\n3,1\n")});
  EXPECT_EQ(numbers.assumed, (Lines{"2 nodes in x are in no edge"}));
}

TEST(EdgeForm, FeaturesThatAreCalledAlikeHaveNoNames) {
  const TemporaryFolder folder;
  const Dataset data = imported({.edges = write_content(folder / "e", "a,b\n"),
                                 .features = write_content(folder / "x", "id,f,f\na,1,2\nb,3,4\n")});
  EXPECT_TRUE(data.names.features.empty());
  EXPECT_EQ(data.assumed, (Lines{"the header of x has two columns 'f', so the features have no names"}));
}

TEST(EdgeForm, UsersAndItemsAreTwoKindsWhereAsked) {
  const TemporaryFolder folder;
  const auto edges = write_content(folder / "e", "user_id,item_id\n0,0\n1,0\n1,1\n0,2\n");
  const Dataset one = imported({.edges = edges});
  EXPECT_EQ(one.graph.num_nodes(), 3);
  EXPECT_TRUE(says(one, "2 nodes are in both columns 1 'user_id' and 2 'item_id'"));
  const Dataset two = imported({.edges = edges, .bipartite = true});
  EXPECT_EQ(two.node_names, (Lines{"user:0", "user:1", "item:0", "item:1", "item:2"}));
  EXPECT_EQ(two.names.node_types, (Lines{"user", "item"}));
  EXPECT_TRUE(std::ranges::equal(two.node_type, std::vector<std::int32_t>{0, 0, 1, 1, 1}));
  EXPECT_EQ(two.graph.num_edges(), 8);
  EXPECT_TRUE(two.graph.has_edge({0, 4}));
  EXPECT_TRUE(two.assumed.empty());
  // Items 0, 5 and 9 are three nodes, not ten.
  const Dataset gaps = imported({.edges = write_content(folder / "g", "0,5\n1,0\n0,9\n"), .bipartite = true});
  EXPECT_EQ(gaps.node_names, (Lines{"source:0", "source:1", "target:5", "target:0", "target:9"}));
}

}  // namespace
}  // namespace weft
