// Features whose columns differ in size: read in the unit of the training part, by every model, wherever they are.
#include "weft/tasks/input_scaling.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/model_file.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::TemporaryFolder;

/// Columns of size 1, but for one of 1e9 that says nothing.
Dataset unscaled() {
  Dataset data = test::communities(150);
  auto& x = std::get<Tensor>(data.node_features.in_memory());
  for (std::int64_t v = 0; v < x.rows(); ++v) {
    x(v, 7) = 1.6e9F + 1e6F * x(v, 7);
    x(v, 6) = v % 2 == 0 ? 1.0F : 0.0F;
  }
  return data;
}

/// The same with mean 0 and deviation 1 over the training part, but for the column of 0 and 1.
Dataset scaled_by_hand() {
  Dataset data = unscaled();
  auto& x = std::get<Tensor>(data.node_features.in_memory());
  for (std::int64_t j = 0; j < x.cols(); ++j) {
    double mean = 0.0, squares = 0.0;
    const std::vector<std::int64_t>& train = data.splits[0].train;
    for (const std::int64_t v : train) {
      mean += static_cast<double>(x(v, j)) / static_cast<double>(train.size());
    }
    for (const std::int64_t v : train) {
      squares += std::pow(static_cast<double>(x(v, j)) - mean, 2) / static_cast<double>(train.size());
    }
    for (std::int64_t v = 0; v < x.rows() && j != 6; ++v) {
      x(v, j) = static_cast<float>((static_cast<double>(x(v, j)) - mean) / std::sqrt(squares));
    }
  }
  return data;
}

TrainReport trained(const Dataset& data, const std::string& model, const std::string& norm, const std::string& folder) {
  TrainJob job{.model = model, .options = default_options(model, data.task), .splits = {"rand0"}};
  for (const auto& [name, value] : {std::pair("epochs", "40"), std::pair("hidden", "16"), std::pair("dropout", "0"),
                                    std::pair("input_dropout", "0")}) {
    job.options.set(name, value);
  }
  job.options.set("feature_norm", norm);
  job.folder = folder;
  return train(data, job);
}

TEST(InputScaling, MakesEveryModelLearnFromColumnsOfAnySize) {
  const Dataset raw = unscaled(), by_hand = scaled_by_hand();
  const TemporaryFolder folder;
  for (const char* model : {"gcn", "mlp", "gat", "sign", "weft", "nagphormer"}) {
    SCOPED_TRACE(model);
    const std::string path = (folder / model).string();
    const double scaled = trained(raw, model, "auto", path).runs.front().test;
    // Features alone tell little.
    EXPECT_GT(scaled, model == std::string("mlp") ? 0.42 : 0.6);
    EXPECT_NEAR(scaled, trained(by_hand, model, "none", (folder / "by_hand").string()).runs.front().test, 0.12);
    // What is read from the file says the same of the data as they came.
    const TrainedModel read = TrainedModel::load(path);
    const std::vector<std::string> splits = {"rand0"};
    EXPECT_DOUBLE_EQ(read.evaluate(raw, splits).front().test.at("accuracy"), scaled);
    EXPECT_EQ(read_model_file(folder / model / "model.h5").text("scaled"), "features");
  }
}

TEST(InputScaling, IsDoneWhereColumnsDifferInSizeOrWhenItIsAskedFor) {
  const TemporaryFolder folder;
  const Dataset even = test::communities(60);
  (void)trained(even, "gcn", "auto", (folder / "even").string());
  EXPECT_FALSE(read_model_file(folder / "even" / "model.h5").config.contains("scaled"));
  (void)trained(even, "gcn", "column", (folder / "column").string());
  EXPECT_EQ(read_model_file(folder / "column" / "model.h5").text("scaled"), "features");
  (void)trained(unscaled(), "gcn", "none", (folder / "none").string());
  EXPECT_FALSE(read_model_file(folder / "none" / "model.h5").config.contains("scaled"));
}

TEST(InputScaling, LooksAtTheTrainingPartAlone) {
  const TemporaryFolder folder;
  Dataset data = unscaled();
  (void)trained(data, "mlp", "column", (folder / "a").string());
  auto& x = std::get<Tensor>(data.node_features.in_memory());
  for (const auto* part : {&data.splits[0].val, &data.splits[0].test}) {
    for (const std::int64_t v : *part) {
      x(v, 0) += 1e6F;
    }
  }
  (void)trained(data, "mlp", "column", (folder / "b").string());
  const ModelFile first = read_model_file(folder / "a" / "model.h5"),
                  second = read_model_file(folder / "b" / "model.h5");
  for (const char* name : {"feature_scale.shift", "feature_scale.factor"}) {
    ASSERT_NE(first.find_tensor(name), nullptr);
    ASSERT_NE(second.find_tensor(name), nullptr);
    EXPECT_TRUE(test::same_bits(*first.find_tensor(name), *second.find_tensor(name))) << name;
  }
}

TEST(InputScaling, OfTypesThatTheTrainingPartHasNoneOfIsThatOfTheirNodes) {
  EXPECT_EQ(nodes_of_other_types({}, std::vector<std::int64_t>{0}), std::vector<std::int64_t>());
  const std::vector<std::int32_t> types = {0, 1, 0, 2, 1};
  EXPECT_EQ(nodes_of_other_types(types, std::vector<std::int64_t>{0, 3}), (std::vector<std::int64_t>{1, 4}));
  // Half of the nodes that are not trained on are of another type, whose column is empty elsewhere.
  Dataset data = test::communities(150);
  auto& x = std::get<Tensor>(data.node_features.in_memory());
  data.node_type = Buffer<std::int32_t>(static_cast<std::size_t>(x.rows()), 0);
  std::vector<bool> is_trained(data.node_type.size(), false);
  for (const std::int64_t v : data.splits[0].train) {
    is_trained[static_cast<std::size_t>(v)] = true;
  }
  for (std::int64_t v = 0; v < x.rows(); ++v) {
    const bool is_other = !is_trained[static_cast<std::size_t>(v)] && v % 3 == 1;
    data.node_type[static_cast<std::size_t>(v)] = is_other ? 1 : 0;
    x(v, 7) = is_other ? 900.0F + static_cast<float>(v) : 0.0F;
  }
  const TemporaryFolder folder;
  (void)trained(data, "gcn", "auto", (folder / "run").string());
  const ModelFile model = read_model_file(folder / "run" / "model.h5");
  const Tensor* factor = model.find_tensor("feature_scale.factor");
  ASSERT_NE(factor, nullptr);
  EXPECT_LT((*factor)(0, 7), 0.1F);
}

TEST(InputScaling, IsTheSameLayerByLayerAsAtOnce) {
  const TemporaryFolder folder;
  const Dataset data = unscaled();
  (void)trained(data, "sage", "auto", (folder / "run").string());
  TrainedModel model = TrainedModel::load(folder / "run");
  const Tensor at_once = model.predict(data).logits;
  model.set_inference_rows(7);
  expect_near(model.predict(data).logits, at_once, 1e-4);
}

TEST(InputScaling, HoldsForFeaturesOfEdges) {
  const TemporaryFolder folder;
  Dataset data = test::communities(90);
  const std::int64_t m = data.graph.num_edges();
  Tensor edges(m, 2);
  for (std::int64_t e = 0; e < m; ++e) {
    edges(e, 0) = static_cast<float>(e % 7);
    edges(e, 1) = 1e7F + 1e6F * static_cast<float>(e % 3);
  }
  data.edge_features = std::move(edges);
  (void)trained(data, "gine", "auto", (folder / "run").string());
  const ModelFile file = read_model_file(folder / "run" / "model.h5");
  EXPECT_EQ(file.text("scaled"), "edge_features");
  ASSERT_NE(file.find_tensor("edge_feature_scale.shift"), nullptr);
  EXPECT_NEAR(static_cast<double>((*file.find_tensor("edge_feature_scale.shift"))(0, 1)), 1.1e7, 1e5);
  (void)TrainedModel::load(folder / "run").predict(data);
}

TEST(InputScaling, IsWrittenAndReadAsWords) {
  for (const bool features : {false, true}) {
    for (const bool edges : {false, true}) {
      const InputScaling scaling{.features = features, .edge_features = edges};
      const InputScaling read = InputScaling::of_text(scaling.text());
      EXPECT_EQ(read.features, features);
      EXPECT_EQ(read.edge_features, edges);
    }
  }
}

}  // namespace
}  // namespace weft
