// Whole graphs: one class each, several yes-or-no labels, or numbers, learned in batches of graphs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weft/layers/models.hpp"
#include "weft/tasks/labeled_task.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/tasks/task_row.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft {

class GraphTask final : public LabeledTask {
 public:
  /// Throws ArgumentError if the dataset has no labels of graphs that fit its task.
  GraphTask(const Dataset& dataset, const TrainJob& job);

  [[nodiscard]] const ModelShape& shape() const override { return shape_; }
  [[nodiscard]] InputScaling scaling() const override { return scaling_; }
  [[nodiscard]] std::unique_ptr<Model> new_model(const Split& split, const Random& random) const override;
  [[nodiscard]] std::unique_ptr<Epochs> epochs(const Model& model, const Split& split,
                                               std::uint64_t seed) const override;
  [[nodiscard]] Tensor infer(const Model& model, const Split& split, std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::string settle(Model& model, const Split& split) const override;

 private:
  /// Of the graphs of the training part.
  [[nodiscard]] std::vector<std::int64_t> training_nodes(const Split& split) const;

  std::vector<float> edge_weights_;
  ModelInput input_;
  ModelShape shape_;
  InputScaling scaling_;
};

/// A trained model of whole graphs.
class TrainedGraphs final : public TrainedTask {
 public:
  TrainedGraphs(ModelDescription description, const std::vector<NamedTensor>& state);

  [[nodiscard]] const NodeModel* node_model() const override { return network_.get(); }
  [[nodiscard]] Prediction predict(const Graphs& graphs, const Wanted& wanted) const override;
  [[nodiscard]] std::vector<Evaluation> evaluate(const Dataset& dataset,
                                                 std::span<const std::string> splits) const override;
  /// The derivative of the output by a weight of the node's first state.
  [[nodiscard]] std::vector<float> node_importance(const Graphs& graphs, std::int64_t output) const override;
  [[nodiscard]] std::vector<std::string> notes(const Dataset& dataset) const override;

 private:
  [[nodiscard]] ModelInput input_of(const Graphs& graphs) const;

  std::unique_ptr<const NodeModel> network_;
};

/// The rows graph_classification and graph_regression of the table of tasks.
[[nodiscard]] std::vector<TaskRow> graph_tasks();

}  // namespace weft
