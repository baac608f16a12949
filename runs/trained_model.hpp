// A trained model, read-only, for embedding in other programs. One predictor may be shared by threads.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/layers/models.hpp"
#include "weft/tensor/feature_rows.hpp"
#include "weft/tensor/features.hpp"
#include "weft/tasks/output_kind.hpp"
#include "weft/tasks/wanted_nodes.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct ModelFile;

class Predictor {
 public:
  /// Reads a model file, or the model.h5 in a run folder. Throws DataError naming file and object.
  [[nodiscard]] static Predictor load(const std::filesystem::path& path);
  [[nodiscard]] static Predictor from_file(const ModelFile& file, const std::string& name);

  /// Of the nodes of one graph: [n, classes], rows sum to 1. Throws ArgumentError if the features differ from those
  /// trained on. Edge features are in the order of the graph's arrays; a model that was not trained on any ignores
  /// them.
  [[nodiscard]] Tensor probabilities(const CsrGraph& graph, const NodeFeatures& features,
                                     const Features& edge_features = {}) const;

  struct Prediction {
    /// [n, outputs]: of classes, of labels each for itself, or where outputs() are values or states those. Rows that
    /// are not wanted may hold anything.
    Tensor probabilities;
    /// [wanted, hidden], in their order; empty where it was not asked for.
    Tensor embedding;
    /// [n, outputs], before softmax: what metrics rank by, so that figures agree with those of training.
    Tensor logits;
  };
  [[nodiscard]] Prediction predict(const CsrGraph& graph, const NodeFeatures& features,
                                   const Features& edge_features = {}, const WantedNodes& wanted = {}) const;
  /// Of each of many graphs that lie end to end: graph g owns the nodes node_ptr[g] .. node_ptr[g + 1]. For models of
  /// whole graphs; features as above. Throws ArgumentError for a model of nodes.
  [[nodiscard]] Prediction predict_graphs(const CsrGraph& graph, std::span<const std::int64_t> node_ptr,
                                          const NodeFeatures& features, const Features& edge_features = {}) const;
  /// What each node of these graphs adds to output `output` of its graph: the derivative by a weight of its first
  /// state. [n]
  [[nodiscard]] std::vector<float> node_importance(const CsrGraph& graph, std::span<const std::int64_t> node_ptr,
                                                   const NodeFeatures& features, const Features& edge_features,
                                                   std::int64_t output) const;

  /// Whether nodes are predicted layer by layer, so that features and edges may stay in a file, and then how many at a
  /// time: 0 is as the model was trained.
  [[nodiscard]] bool reads_by_layers() const;
  void set_inference_rows(std::int64_t rows) { options_.set("inference_rows", std::to_string(rows)); }

  /// Whether its rows are graphs, not nodes.
  [[nodiscard]] bool judges_graphs() const { return judges_graphs_; }
  /// Whether it predicts links: what it says of nodes are states, whose products are the scores of pairs.
  [[nodiscard]] bool judges_links() const { return outputs_ == OutputKind::states; }
  [[nodiscard]] OutputKind outputs() const { return outputs_; }

  [[nodiscard]] const std::string& model() const { return model_; }
  [[nodiscard]] const std::string& dataset() const { return dataset_; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] const ModelShape& shape() const { return shape_; }
  /// The metric and split it was selected by.
  [[nodiscard]] const std::string& metric() const { return metric_; }
  [[nodiscard]] const std::string& split() const { return split_; }
  /// One for each class, or empty.
  [[nodiscard]] const std::vector<std::string>& class_names() const { return class_names_; }

 private:
  /// Whether predictions too are made from samples.
  [[nodiscard]] bool infers_by_samples() const;

  std::string model_, dataset_, metric_, split_;
  Options options_;
  ModelShape shape_;
  bool judges_graphs_ = false;
  OutputKind outputs_ = OutputKind::classes;
  std::vector<std::string> class_names_;
  std::shared_ptr<const NodeModel> network_;
};

}  // namespace weft
#pragma GCC visibility pop
