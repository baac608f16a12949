// Whole graphs: one class each, several yes-or-no labels, or numbers, learned in batches of graphs.
#pragma once

#include "weft/tasks/labelled_problem.hpp"
#include "weft/tasks/model_input.hpp"

namespace weft {

class GraphProblem final : public LabelledProblem {
 public:
  /// Throws ArgumentError if the dataset has no labels of graphs that fit its task.
  GraphProblem(const Dataset& dataset, const TrainJob& job);

  [[nodiscard]] const ModelShape& shape() const override { return shape_; }
  [[nodiscard]] std::unique_ptr<NodeModel> new_model(const Random& random) const override;
  [[nodiscard]] std::unique_ptr<Steps> steps(const Split& split, std::uint64_t seed) const override;
  [[nodiscard]] Tensor infer(const NodeModel& model, std::span<const std::int64_t> rows) const override;

  [[nodiscard]] const ModelInput& input() const { return input_; }

 private:
  ModelInput input_;
  ModelShape shape_;
};

}  // namespace weft
