// Data in another order than the model's, matched by name.
#include "weft/tasks/matched_names.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/tasks/tasks.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;

/// A model of two numbers and the values of a country.
ModelDescription model() {
  ModelDescription description{.task = &task_info(TaskKind::node_classification), .model = "gcn", .dataset = "train"};
  description.class_names = {"a", "b", "c"};
  description.names.features = {"age", "income", "country=DE", "country=FR"};
  description.shape.feature_kind = FeatureKind::dense;
  description.shape.num_features = 4;
  return description;
}

Dataset data_of(Tensor x, std::vector<std::string> names) {
  Dataset data;
  data.name = "new";
  data.node_features = std::move(x);
  data.names.features = std::move(names);
  return data;
}

TEST(MatchedNames, PutColumnsIntoTheOrderOfTheModel) {
  Dataset data = data_of(Tensor{{1, 2, 3, 4}}, {"country=FR", "income", "country=DE", "age"});
  expect_throws<ArgumentError>([&] { require_matched("predict", data, model()); }, "TrainedModel::match");
  const std::vector<std::string> notes = match_names(data, model());
  expect_near(std::get<Tensor>(data.node_features.in_memory()), Tensor{{4, 2, 3, 1}});
  EXPECT_EQ(data.names.features, model().names.features);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("into the order of the model"), std::string::npos);
  require_matched("predict", data, model());
}

TEST(MatchedNames, LeaveOutWhatTheModelDoesNotReadAndFillInValuesThatDoNotOccur) {
  Dataset data = data_of(Tensor{{1, 2, 3, 4}}, {"note", "income", "country=DE", "age"});
  const std::vector<std::string> notes = match_names(data, model());
  expect_near(std::get<Tensor>(data.node_features.in_memory()), Tensor{{4, 2, 3, 0}});
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("left out: 1 feature 'note'"), std::string::npos);
}

TEST(MatchedNames, RefuseWhatCannotBeMeant) {
  Dataset lacks = data_of(Tensor{{1, 2, 3}}, {"age", "country=DE", "country=FR"});
  expect_throws<ArgumentError>([&] { (void)match_names(lacks, model()); }, "the data have no feature 'income'");
  Dataset lacks_all_values = data_of(Tensor{{1, 2}}, {"age", "income"});
  expect_throws<ArgumentError>([&] { (void)match_names(lacks_all_values, model()); }, "'country=DE', 'country=FR'");
  Dataset unseen = data_of(Tensor{{1, 2, 0, 0, 1}}, {"age", "income", "country=DE", "country=FR", "country=IT"});
  expect_throws<ArgumentError>([&] { (void)match_names(unseen, model()); }, "'country=IT' in 1 row");
  // A value that is named and that no row has is none.
  Dataset nowhere = data_of(Tensor{{1, 2, 0, 1, 0}}, {"age", "income", "country=DE", "country=FR", "country=IT"});
  (void)match_names(nowhere, model());
  expect_near(std::get<Tensor>(nowhere.node_features.in_memory()), Tensor{{1, 2, 0, 1}});
}

TEST(MatchedNames, HoldForSparseColumns) {
  // Rows (income 5), (country=FR 1, age 2).
  const std::vector<EdgeId> offsets = {0, 1, 3};
  const std::vector<std::uint32_t> columns = {1, 0, 2};
  const std::vector<float> values = {5, 1, 2};
  Dataset data;
  data.node_features = SparseMatrix(2, 4, Buffer<EdgeId>::copy_of(offsets), Buffer<std::uint32_t>::copy_of(columns),
                                    Buffer<float>::copy_of(values));
  data.names.features = {"country=FR", "income", "age", "other"};
  ModelDescription description = model();
  description.shape.feature_kind = FeatureKind::sparse;
  (void)match_names(data, description);
  const auto& matched = std::get<SparseMatrix>(data.node_features.in_memory());
  EXPECT_EQ(matched.shape(), (Shape{2, 4}));
  EXPECT_EQ(std::vector<std::uint32_t>(matched.by_row().columns.begin(), matched.by_row().columns.end()),
            (std::vector<std::uint32_t>{1, 0, 3}));
  EXPECT_EQ(std::vector<float>(matched.by_row().values.begin(), matched.by_row().values.end()),
            (std::vector<float>{5, 2, 1}));
}

TEST(MatchedNames, LeaveOutWordsThatTheModelDoesNotKnow) {
  ModelDescription description = model();
  description.names.features = {"text~graph", "text~node", "text~edge"};
  Dataset data = data_of(Tensor{{1, 2, 3}}, {"text~edge", "text~new", "text~graph"});
  const std::vector<std::string> notes = match_names(data, description);
  expect_near(std::get<Tensor>(data.node_features.in_memory()), Tensor{{3, 0, 1}});
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0], "left out: 1 words that the model does not know; of its 3 columns the data have 2");
}

TEST(MatchedNames, TurnValuesOfCategoriesIntoTheCodesOfTheModel) {
  ModelDescription description = model();
  description.names.edge_features = {"bond=1", "bond=2", "bond=3"};
  description.shape.edge_kind = FeatureKind::categorical;
  description.shape.num_edge_categories = {3};
  Dataset data;
  const std::vector<std::int32_t> codes = {0, 1, 0};
  data.edge_features = CategoricalMatrix{3, {2}, Buffer<std::int32_t>::copy_of(codes)};
  data.names.edge_features = {"bond=2", "bond=3"};
  (void)match_names(data, description);
  const auto& matched = std::get<CategoricalMatrix>(data.edge_features);
  EXPECT_EQ(std::vector<std::int32_t>(matched.values.begin(), matched.values.end()),
            (std::vector<std::int32_t>{1, 2, 1}));
  EXPECT_EQ(matched.num_categories, (std::vector<std::int64_t>{3}));
  Dataset unseen;
  unseen.edge_features = CategoricalMatrix{3, {2}, Buffer<std::int32_t>::copy_of(codes)};
  unseen.names.edge_features = {"bond=2", "bond=4"};
  expect_throws<ArgumentError>([&] { (void)match_names(unseen, description); }, "'bond=4'");
}

TEST(MatchedNames, CompareClassesByName) {
  Dataset data;
  data.num_classes = 2;
  data.class_names = {"b", "c"};
  data.node_labels = std::vector<std::int64_t>{0, 1, -1, 0};
  (void)match_names(data, model());
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(data.node_labels), (std::vector<std::int64_t>{1, 2, -1, 1}));
  EXPECT_EQ(data.num_classes, 3);
  Dataset other;
  other.num_classes = 2;
  other.class_names = {"b", "omega"};
  other.node_labels = std::vector<std::int64_t>{0, 1, 1};
  expect_throws<ArgumentError>([&] { (void)match_names(other, model()); }, "2 rows of the class 'omega'");
}

TEST(MatchedNames, LeaveDataWithoutNamesAsTheyAre) {
  Dataset data = data_of(Tensor{{1, 2, 3, 4}}, {});
  EXPECT_TRUE(match_names(data, model()).empty());
  require_matched("predict", data, model());
}

using Names = std::vector<std::string>;

ModelDescription model_of(const Names& features, FeatureKind kind) {
  ModelDescription model;
  model.task = &task_info(TaskKind::graph_classification);
  model.shape = {.feature_kind = kind,
                 .num_features = static_cast<std::int64_t>(features.size()),
                 .num_categories = {},
                 .num_outputs = 2};
  model.names.features = features;
  return model;
}

/// A graph without edges, a node for each row.
Dataset nodes_of(Features features, const Names& names) {
  Dataset data;
  data.name = "new";
  data.graph = CsrGraph::from_edges(shape_of(features).rows, {});
  data.node_features = std::move(features);
  data.names.features = names;
  return data;
}

const Names kLabels = {"label=0", "label=1", "label=2", "size"};

TEST(MatchedNames, FillsValuesThatDoNotOccurWithZeros) {
  Dataset data = nodes_of(Tensor{{5, 1}, {6, 1}}, {"size", "label=1"});
  (void)match_names(data, model_of(kLabels, FeatureKind::dense));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{0, 1, 0, 5}, {0, 1, 0, 6}}));
  EXPECT_EQ(data.names.features, kLabels);
}

TEST(MatchedNames, RefusesAValueThatTheModelNeverSaw) {
  Dataset data = nodes_of(Tensor{{5, 1, 0}, {6, 0, 1}, {7, 0, 1}}, {"size", "label=1", "label=3"});
  test::expect_throws<ArgumentError>([&] { (void)match_names(data, model_of(kLabels, FeatureKind::dense)); },
                                     "'label=3' in 2 rows, a value that the model never saw");
  Dataset unused = nodes_of(Tensor{{5, 1, 0}}, {"size", "label=1", "label=3"});
  (void)match_names(unused, model_of(kLabels, FeatureKind::dense));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(unused.node_features.in_memory()), Tensor{{0, 1, 0, 5}}));
}

TEST(MatchedNames, PutsFewDenseValuesIntoTheFormOfASparseModel) {
  Dataset data = nodes_of(Tensor{{5, 1}, {0, 0}}, {"size", "label=1"});
  (void)match_names(data, model_of(kLabels, FeatureKind::sparse));
  const auto& x = std::get<SparseMatrix>(data.node_features.in_memory());
  EXPECT_EQ(x.num_entries(), 2);
  EXPECT_TRUE(test::same_bits(x.to_dense(), Tensor{{0, 1, 0, 5}, {0, 0, 0, 0}}));
}

TEST(MatchedNames, PutsSparseDataIntoTheFormOfADenseModel) {
  const SparseMatrix x(2, 3, Buffer<EdgeId>::copy_of(std::vector<EdgeId>{0, 2, 3}),
                       Buffer<std::uint32_t>::copy_of(std::vector<std::uint32_t>{0, 2, 2}),
                       Buffer<float>::copy_of(std::vector<float>{1, 5, 6}));
  Dataset data = nodes_of(x, {"label=2", "color", "size"});
  const Names notes = match_names(data, model_of(kLabels, FeatureKind::dense));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{0, 0, 1, 5}, {0, 0, 0, 6}}));
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("'color'"), std::string::npos);
}

ModelDescription model_of_bonds(const Names& values) {
  ModelDescription model = model_of({}, FeatureKind::none);
  model.shape.edge_kind = FeatureKind::categorical;
  model.shape.num_edge_categories = {static_cast<std::int64_t>(values.size())};
  model.names.edge_features = values;
  return model;
}

Dataset data_of_bonds(const std::vector<std::int32_t>& codes, const Names& values) {
  Dataset data;
  data.name = "new";
  data.graph = CsrGraph::from_edges(2, {});
  data.edge_features = CategoricalMatrix{static_cast<std::int64_t>(codes.size()),
                                         {static_cast<std::int64_t>(values.size())},
                                         Buffer<std::int32_t>::copy_of(codes)};
  data.names.edge_features = values;
  return data;
}

TEST(MatchedNames, GivesCategoriesTheNumbersOfTheModel) {
  Dataset data = data_of_bonds({0, 1, 0}, {"bond=2", "bond=4"});
  (void)match_names(data, model_of_bonds({"bond=1", "bond=2", "bond=3", "bond=4"}));
  const auto& bonds = std::get<CategoricalMatrix>(data.edge_features);
  EXPECT_EQ(bonds.num_categories, std::vector<std::int64_t>{4});
  EXPECT_TRUE(std::ranges::equal(bonds.values, std::vector<std::int32_t>{1, 3, 1}));
}

// A column of one value has as many names of values as of columns.
TEST(MatchedNames, KnowsANameOfAValueWhereThereIsOnlyOne) {
  Dataset data = data_of_bonds({0, 0}, {"bond=2"});
  (void)match_names(data, model_of_bonds({"bond=1", "bond=2"}));
  EXPECT_TRUE(
      std::ranges::equal(std::get<CategoricalMatrix>(data.edge_features).values, std::vector<std::int32_t>{1, 1}));
  Dataset unseen = data_of_bonds({0, 0}, {"bond=3"});
  test::expect_throws<ArgumentError>(
      [&] {
        (void)match_names(unseen, model_of_bonds({"bond=1", "bond=2"}));
      },
      "'bond=3' in 2 rows");
}

TEST(MatchedNames, RefuseOtherNodesWhereEachHasALearnedRow) {
  Dataset known;
  known.name = "known";
  known.graph = CsrGraph::from_edges(2, {});
  known.node_names = {"a", "b"};
  ModelDescription description = model();
  description.names.features.clear();
  description.table_nodes = table_nodes(known);
  EXPECT_TRUE(match_names(known, description).empty());
  for (const Names& names : {Names{"b", "a"}, Names{"c", "d"}, Names{}}) {
    Dataset other;
    other.name = "other";
    other.graph = CsrGraph::from_edges(2, {});
    other.node_names = names;
    expect_throws<ArgumentError>([&] { (void)match_names(other, description); }, "the nodes of other are others");
    expect_throws<ArgumentError>([&] { require_matched("predict", other, description); }, "node_table=false");
  }
}

TEST(MatchedNames, CountEdgesOfTypesThatTheModelNeverSaw) {
  ModelDescription description = model();
  description.names.edge_types = {"bought", "follows"};
  Dataset data;
  data.graph = CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}, {1, 2}, {2, 0}});
  data.edge_type = Buffer<std::int32_t>::copy_of(std::vector<std::int32_t>{0, 1, 1});
  data.names.edge_types = {"follows", "bougth"};
  const std::vector<std::string> notes = match_names(data, description);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0],
            "2 of 3 edges are of a type that the model never saw in training, 'bougth' (did you mean 'bought'?): they "
            "are read as the others; those of the model are 'bought', 'follows'");
  data.names.edge_types = {"follows", "bought"};
  EXPECT_TRUE(match_names(data, description).empty());
}

TEST(MatchedNames, KeepTheWeightOfEdgesWhereItsColumnGoes) {
  ModelDescription description = model();
  description.shape.edge_kind = FeatureKind::dense;
  description.shape.num_edge_features = 2;
  description.names.edge_features = {"length", "trust"};
  Dataset data;
  data.edge_features = Tensor{{1, 2}};
  data.names.edge_features = {"trust", "length"};
  data.weight_column = 0;
  (void)match_names(data, description);
  expect_near(std::get<Tensor>(data.edge_features), Tensor{{2, 1}});
  EXPECT_EQ(data.weight_column, 1);
}

TEST(MatchedNames, RefuseWeightsThatStayInTheirFileWhereTheModelReadsThem) {
  const test::TemporaryFolder folder;
  Dataset data = data_of(Tensor{{1, 2, 3, 4}, {1, 2, 3, 4}}, model().names.features);
  data.graph = CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}}, {.symmetrize = true});
  data.edge_features = Tensor{{2}, {2}};
  data.weight_column = 0;
  data.task = TaskKind::link_prediction;
  write_dataset(data, folder / "data.h5");
  const Dataset in_file = read_dataset(folder / "data.h5", {}, {.leaves_edges = true});
  ASSERT_TRUE(in_file.graph.is_in_file());
  ModelDescription description = model();
  const std::vector<Option> table = {{"edge_weights", true, "reads them"}};
  description.options = Options(table);
  expect_throws<ArgumentError>([&] { require_matched("predict", in_file, description); },
                               "predict: the edges of new stay in their file, and have weights, which the model reads");
  require_matched("predict", data, description);
  description.options.set("edge_weights", "false");
  require_matched("predict", in_file, description);
}

}  // namespace
}  // namespace weft
