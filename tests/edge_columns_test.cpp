// Columns of a table of edges as features of its edges: each edge has the values of its own row, in both directions.
#include "weft/io/importers/edge_columns.hpp"

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/error.hpp"
#include "weft/io/importers/edgelist_words.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::TemporaryFolder;
using test::write_content;
using Lines = std::vector<std::string>;

class EdgeColumnsOfTrade : public testing::Test {
 protected:
  [[nodiscard]] EdgelistOptions options(Lines features, const std::string& text = kTrade) const {
    return {.edges = write_content(folder_ / "trade.csv", text), .edge_features = std::move(features)};
  }
  /// The features of the edge from one node to another, by their names.
  static std::vector<float> of(const Dataset& data, const std::string& source, const std::string& destination) {
    const auto number = [&](const std::string& name) {
      return static_cast<NodeId>(std::ranges::find(data.node_names, name) - data.node_names.begin());
    };
    const NodeId v = number(destination);
    const auto sources = data.graph.sources_of(v);
    const auto at = std::ranges::find(sources, number(source)) - sources.begin();
    const auto row = std::get<Tensor>(data.edge_features).row(data.graph.offsets()[v] + at);
    return {row.begin(), row.end()};
  }

  static constexpr const char* kTrade =
      "from,to,weight,kind,price\n"
      "a,b,2,food,1.5\n"
      "c,a,3,steel,8\n"
      "b,c,4,food,\n"
      "a,b,9,steel,100\n";
  TemporaryFolder folder_;
};

TEST_F(EdgeColumnsOfTrade, StandBehindTheWeightInBothDirections) {
  const Dataset data = import_edgelist(options({"kind", "price"}));
  EXPECT_EQ(data.names.edge_features, (Lines{"weight", "kind=food", "kind=steel", "price", "price=missing"}));
  EXPECT_EQ(data.weight_column, 0);
  EXPECT_EQ(data.graph.num_edges(), 6);
  // Of a repeated edge the first row counts, and what is missing is the mean of what is there.
  const float mean = (1.5F + 8.0F + 100.0F) / 3.0F;
  for (const bool back : {false, true}) {
    const auto pair = [&](const char* u, const char* v) { return back ? of(data, v, u) : of(data, u, v); };
    EXPECT_EQ(pair("a", "b"), (std::vector<float>{2, 1, 0, 1.5F, 0}));
    EXPECT_EQ(pair("c", "a"), (std::vector<float>{3, 0, 1, 8, 0}));
    EXPECT_EQ(pair("b", "c"), (std::vector<float>{4, 1, 0, mean, 1}));
  }
  for (const std::string& sentence : data.assumed) {
    EXPECT_EQ(sentence.find("is not read"), std::string::npos) << sentence;
  }
}

TEST_F(EdgeColumnsOfTrade, AreAllThatAreNothingElse) {
  EdgelistOptions all = options({"all"});
  all.weight_column = "none";
  all.directed = true;
  all.merge = MergeEdges::last;
  all.edge_kinds = {"weight=category"};
  const Dataset data = import_edgelist(all);
  EXPECT_EQ(data.names.edge_features, (Lines{"weight=2", "weight=3", "weight=4", "weight=9", "kind=food", "kind=steel",
                                             "price", "price=missing"}));
  EXPECT_EQ(data.weight_column, -1);
  EXPECT_EQ(of(data, "a", "b"), (std::vector<float>{0, 0, 0, 1, 0, 1, 100, 0}));
}

TEST_F(EdgeColumnsOfTrade, OfATableWithoutAHeaderAreCalledByTheirNumbers) {
  const Dataset data = import_edgelist(options({"3"}, "a b 0.5\nb c 7\n"));
  EXPECT_EQ(data.names.edge_features, (Lines{"3"}));
  EXPECT_EQ(of(data, "b", "a"), (std::vector<float>{0.5F}));
  EXPECT_EQ(of(data, "b", "c"), (std::vector<float>{7}));
}

TEST_F(EdgeColumnsOfTrade, AreReadAgainAsTheyWere) {
  const Dataset first = import_edgelist(options({"price", "kind"}));
  const EdgelistWords words = words_in(first.encoder, "data").value();
  EXPECT_FALSE(words.edge_encoder.empty());
  EdgelistOptions again = options_like(first.encoder, "data");
  again.edges = write_content(folder_ / "more.csv", "kind,weight,to,from,price\nwood,1,y,x,2\nsteel,2,z,y,3\n");
  const Dataset data = import_edgelist(again);
  EXPECT_EQ(data.names.edge_features, first.names.edge_features);
  // A category that nobody saw is none of those.
  EXPECT_EQ(of(data, "x", "y"), (std::vector<float>{1, 2, 0, 0, 0}));
  EXPECT_EQ(of(data, "z", "y"), (std::vector<float>{2, 3, 0, 0, 1}));
  again.edges = write_content(folder_ / "more.csv", "weight,to,from,price\n1,y,x,2\n");
  expect_throws<DataError>([&] { (void)import_edgelist(again); }, "kind");
}

TEST_F(EdgeColumnsOfTrade, AreRefusedWhereTheyCannotBeMeant) {
  const auto refuses = [&](const EdgelistOptions& wrong, const std::string& problem) {
    expect_throws<std::exception>([&] { (void)import_edgelist(wrong); }, problem);
  };
  refuses(options({"kinds"}), "'kinds'");
  refuses(options({"weight"}), "is an end, the weight, the time or the relation of the edges, and no feature too");
  refuses(options({"all"}, "from,to\na,b\n"), "has no more columns");
  refuses(options({"kind"}, "from,to,kind\na,b,x\nb,c\n"), "trade.csv");
  EdgelistOptions wrong = options({"kind"});
  wrong.edge_kinds = {"price=number"};
  refuses(wrong, "edge_kind names column 'price', which is no feature of the edges");
  wrong.edge_kinds = {"kind=colour"};
  refuses(wrong, "expected COLUMN=number, category, flag, date or text");
  wrong = options({"kind"});
  wrong.on_bad_row = [](const std::string&) {};
  refuses(wrong, "skip_bad_rows");
}

}  // namespace
}  // namespace weft
