// Labels of the nodes of one graph, learned from the whole graph at every step, or from samples of it.
#pragma once

#include "weft/tasks/labelled_problem.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/tasks/sampling.hpp"

namespace weft {

class NodeProblem final : public LabelledProblem {
 public:
  /// Throws ArgumentError if the dataset has no labels of nodes that fit its task.
  NodeProblem(const Dataset& dataset, const TrainJob& job);

  [[nodiscard]] const ModelShape& shape() const override { return shape_; }
  [[nodiscard]] std::unique_ptr<NodeModel> new_model(const Random& random) const override;
  [[nodiscard]] std::unique_ptr<Steps> steps(const Split& split, std::uint64_t seed) const override;
  [[nodiscard]] Tensor infer(const NodeModel& model, std::span<const std::int64_t> rows) const override;

  [[nodiscard]] const ModelInput& input() const { return input_; }

 private:
  ModelInput input_;
  ModelShape shape_;
  /// Null where every step reads the whole graph.
  std::unique_ptr<const Sampling> sampling_;
};

/// The model of that name for nodes; where its outputs are values, in the unit of the data.
[[nodiscard]] std::unique_ptr<NodeModel> make_node_model(std::string_view name, const ModelShape& shape,
                                                         const Options& options, OutputKind outputs,
                                                         const Random& random);

}  // namespace weft
