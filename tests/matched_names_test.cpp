// Columns, values and classes of new data in the order of a trained model, by their names.
#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/tasks/matched_names.hpp"
#include "weft/tasks/tasks.hpp"

namespace weft {
namespace {

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
Dataset data_of(Features features, const Names& names) {
  Dataset data;
  data.name = "new";
  data.graph = CsrGraph::from_edges(shape_of(features).rows, {});
  data.node_features = std::move(features);
  data.names.features = names;
  return data;
}

const Names kLabels = {"label=0", "label=1", "label=2", "size"};

TEST(MatchedNames, FillsValuesThatDoNotOccurWithZeros) {
  Dataset data = data_of(Tensor{{5, 1}, {6, 1}}, {"size", "label=1"});
  (void)match_names(data, model_of(kLabels, FeatureKind::dense));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{0, 1, 0, 5}, {0, 1, 0, 6}}));
  EXPECT_EQ(data.names.features, kLabels);
}

TEST(MatchedNames, RefusesAValueThatTheModelNeverSaw) {
  Dataset data = data_of(Tensor{{5, 1, 0}, {6, 0, 1}, {7, 0, 1}}, {"size", "label=1", "label=3"});
  test::expect_throws<ArgumentError>([&] { (void)match_names(data, model_of(kLabels, FeatureKind::dense)); },
                                     "'label=3' in 2 rows, a value that the model never saw");
  Dataset unused = data_of(Tensor{{5, 1, 0}}, {"size", "label=1", "label=3"});
  (void)match_names(unused, model_of(kLabels, FeatureKind::dense));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(unused.node_features.in_memory()), Tensor{{0, 1, 0, 5}}));
}

TEST(MatchedNames, PutsFewDenseValuesIntoTheFormOfASparseModel) {
  Dataset data = data_of(Tensor{{5, 1}, {0, 0}}, {"size", "label=1"});
  (void)match_names(data, model_of(kLabels, FeatureKind::sparse));
  const auto& x = std::get<SparseMatrix>(data.node_features.in_memory());
  EXPECT_EQ(x.num_entries(), 2);
  EXPECT_TRUE(test::same_bits(x.to_dense(), Tensor{{0, 1, 0, 5}, {0, 0, 0, 0}}));
}

TEST(MatchedNames, PutsSparseDataIntoTheFormOfADenseModel) {
  const SparseMatrix x(2, 3, Buffer<EdgeId>::copy_of(std::vector<EdgeId>{0, 2, 3}),
                       Buffer<std::uint32_t>::copy_of(std::vector<std::uint32_t>{0, 2, 2}),
                       Buffer<float>::copy_of(std::vector<float>{1, 5, 6}));
  Dataset data = data_of(x, {"label=2", "color", "size"});
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

}  // namespace
}  // namespace weft
