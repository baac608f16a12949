// Labels of the nodes of one graph, learned from the whole graph at every step, or from samples of it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "weft/layers/models.hpp"
#include "weft/tasks/labeled_task.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/tasks/sampling.hpp"
#include "weft/tasks/task_row.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft {

class SolvedModel;

class NodeTask final : public LabeledTask {
 public:
  /// Throws ArgumentError if the dataset has no labels of nodes that fit its task.
  NodeTask(const Dataset& dataset, const TrainJob& job);

  [[nodiscard]] const ModelShape& shape() const override { return shape_; }
  [[nodiscard]] InputScaling scaling() const override { return scaling_; }
  [[nodiscard]] std::unique_ptr<Model> new_model(const Split& split, const Random& random) const override;
  [[nodiscard]] std::unique_ptr<Epochs> epochs(const Model& model, const Split& split,
                                               std::uint64_t seed) const override;
  [[nodiscard]] Tensor infer(const Model& model, const Split& split, std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::string settle(Model& model, const Split& split) const override;
  [[nodiscard]] std::vector<std::string> notes() const override;
  void describe(const Split& split, ModelFile& file) const override;

 private:
  /// Of a model that is not trained.
  void solve(SolvedModel& model, const Split& split) const;

  std::vector<float> edge_weights_;
  ModelInput input_;
  ModelShape shape_;
  InputScaling scaling_;
  /// Null where every step reads the whole graph.
  std::unique_ptr<const Sampling> sampling_;
};

/// A trained model of nodes: their classes, labels or values; or their states, for models of links.
class TrainedNodes : public TrainedTask {
 public:
  explicit TrainedNodes(ModelDescription description, const std::vector<NamedTensor>& state);

  [[nodiscard]] const NodeModel* node_model() const override { return network_.get(); }
  [[nodiscard]] bool reads_by_layers() const override;
  [[nodiscard]] Prediction predict(const Graphs& graphs, const Wanted& wanted) const override;
  [[nodiscard]] std::vector<Evaluation> evaluate(const Dataset& dataset,
                                                 std::span<const std::string> splits) const override;
  [[nodiscard]] std::vector<std::string> notes(const Dataset& dataset) const override;

 private:
  /// Why labels that the model has do not spread over this graph of nodes of these names, or nothing.
  [[nodiscard]] std::string why_not_spread(const CsrGraph& graph, std::span<const std::string> node_names) const;
  /// Whether the nodes are called as those whose labels the model knows, as far as both have names.
  [[nodiscard]] bool are_known(std::span<const std::string> node_names) const;
  /// Whether predictions too are made from samples.
  [[nodiscard]] bool infers_by_samples() const;

  std::unique_ptr<const NodeModel> network_;
};

/// The rows node_classification and node_regression of the table of tasks.
[[nodiscard]] std::vector<TaskRow> node_tasks();

}  // namespace weft
