// Trained models for tests of the C interface, with the data that they were trained on.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/capi_arrays.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/capi/weft.h"
#include "weft/runs/run.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft::test {

/// A model in a folder of its own, open in C and in C++.
class ModelInC {
 public:
  ModelInC(Dataset dataset, std::string_view model,
           const std::vector<std::pair<std::string, std::string>>& changes = {})
      : data(std::move(dataset)) {
    TrainJob job;
    job.model = model;
    job.options = default_options(model, data.task);
    job.options.set("epochs", "2");
    for (const auto& [name, value] : changes) {
      job.options.set(name, value);
    }
    job.splits = split_names(data, task_info(data.task));
    job.folder = folder.path();
    (void)train(data, job);
    trained = std::make_unique<TrainedModel>(TrainedModel::load(folder.path()));
    EXPECT_EQ(weft_model_load(folder.path().c_str(), nullptr, &model_in_c), WEFT_OK) << weft_last_error();
  }
  ModelInC(const ModelInC&) = delete;
  ModelInC& operator=(const ModelInC&) = delete;
  ~ModelInC() { weft_model_free(model_in_c); }

  [[nodiscard]] operator const weft_model*() const { return model_in_c; }  // NOLINT(google-explicit-constructor)

  TemporaryFolder folder;
  Dataset data;
  std::unique_ptr<TrainedModel> trained;
  weft_model* model_in_c = nullptr;
};

/// communities() with each feature rounded to one of 4 categories.
inline Dataset communities_of_categories(std::int64_t num_nodes) {
  Dataset data = communities(num_nodes);
  const auto& x = std::get<Tensor>(data.node_features.in_memory());
  CategoricalMatrix categories{x.rows(), {4, 4, 4, 4, 4, 4, 4, 4}, Buffer<std::int32_t>(x.values().size())};
  for (std::size_t i = 0; i < x.values().size(); ++i) {
    const float value = x.values()[i];
    categories.values[i] = value < -1.0F ? 0 : value < 0.0F ? 1 : value < 1.0F ? 2 : 3;
  }
  data.node_features = std::move(categories);
  return data;
}

/// communities() without numbers below 0.5.
inline Dataset sparse_communities(std::int64_t num_nodes) {
  Dataset data = communities(num_nodes);
  const auto& x = std::get<Tensor>(data.node_features.in_memory());
  std::vector<EdgeId> offsets = {0};
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    for (std::int64_t j = 0; j < x.cols(); ++j) {
      if (x(i, j) >= 0.5F) {
        columns.push_back(static_cast<std::uint32_t>(j));
        values.push_back(x(i, j));
      }
    }
    offsets.push_back(static_cast<EdgeId>(columns.size()));
  }
  data.node_features = SparseMatrix(x.rows(), x.cols(), Buffer<EdgeId>::copy_of(offsets),
                                    Buffer<std::uint32_t>::copy_of(columns), Buffer<float>::copy_of(values));
  return data;
}

/// communities() whose edges have a weight, the second of two columns.
inline Dataset weighted_communities(std::int64_t num_nodes) {
  Dataset data = communities(num_nodes);
  Tensor features(data.graph.num_edges(), 2);
  std::int64_t e = 0;
  for (const auto& [u, v] : edges_of(data.graph)) {
    features(e, 0) = 1.0F;
    features(e++, 1) = static_cast<float>(1 + (u + v) % 5);
  }
  data.edge_features = std::move(features);
  data.names.edge_features = {"one", "strength"};
  data.weight_column = 1;
  return data;
}

/// Paths of 3 and 4 nodes in turn, whose nodes and edges have categories.
inline Dataset small_molecules(std::int64_t count = 12) {
  Dataset data;
  data.name = "small";
  data.task = TaskKind::graph_classification;
  data.num_classes = 2;
  data.class_names = {"short", "long"};
  data.node_ptr = {0};
  std::vector<Edge> edges;
  std::vector<std::int64_t> labels;
  Split split{.name = "rand0", .train = {}, .val = {}, .test = {}};
  for (std::int64_t g = 0; g < count; ++g) {
    const auto first = static_cast<NodeId>(data.node_ptr.back()), size = static_cast<NodeId>(3 + g % 2);
    for (NodeId i = 1; i < size; ++i) {
      edges.push_back({first + i - 1, first + i});
    }
    data.node_ptr.push_back(first + size);
    labels.push_back(g % 2);
    (g % 3 == 0 ? split.val : g % 3 == 1 ? split.test : split.train).push_back(g);
  }
  data.graph = CsrGraph::from_edges(data.node_ptr.back(), edges, {.symmetrize = true});
  CategoricalMatrix atoms{data.graph.num_nodes(), {3, 2}, Buffer<std::int32_t>(2 * data.graph.offsets().size() - 2)};
  for (std::size_t i = 0; i < atoms.values.size(); ++i) {
    atoms.values[i] = static_cast<std::int32_t>(i % 2 == 0 ? i / 2 % 3 : i / 6 % 2);
  }
  data.node_features = std::move(atoms);
  CategoricalMatrix bonds{data.graph.num_edges(), {4}, Buffer<std::int32_t>(data.graph.sources().size())};
  for (std::size_t e = 0; e < bonds.values.size(); ++e) {
    bonds.values[e] = static_cast<std::int32_t>(data.graph.sources()[e] % 4);
  }
  data.edge_features = std::move(bonds);
  data.graph_labels = std::move(labels);
  data.splits = {split};
  return data;
}

}  // namespace weft::test
