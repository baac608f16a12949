// Whole graphs: one class each, several yes-or-no labels, or numbers, learned in batches of graphs.
#pragma once

#include <optional>

#include "weft/train/model_input.hpp"
#include "weft/train/problem.hpp"

namespace weft {

class GraphProblem final : public Problem {
 public:
  /// Throws ArgumentError if the dataset has no labels of graphs that fit its task.
  GraphProblem(const Dataset& dataset, const TrainJob& job);

  [[nodiscard]] std::unique_ptr<NodeModel> new_model(const Random& random) const override;
  [[nodiscard]] std::unique_ptr<Steps> steps(const Split& split, std::uint64_t seed) const override;
  [[nodiscard]] Tensor infer(const NodeModel& model, std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::vector<std::int64_t> labelled(std::span<const std::int64_t> part) const override;
  [[nodiscard]] bool higher_is_better() const override { return metric_ != "mae" && metric_ != "rmse"; }
  [[nodiscard]] double figure(const Tensor& outputs, std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::map<std::string, double> figures(const Tensor& outputs,
                                                      std::span<const std::int64_t> rows) const override;
  [[nodiscard]] double mean_loss(const Tensor& outputs, std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::vector<std::uint64_t> label_words() const override;
  [[nodiscard]] OutputKind outputs() const override { return kind_; }
  /// Regression: tells the model the unit of the training targets.
  void prepare(NodeModel& model, const Split& split) const override;

  [[nodiscard]] const ModelInput& input() const { return input_; }
  /// The loss of logits for the graphs `graphs` against their labels; numbers standardized as `unit` says.
  struct Unit {
    /// [1, t]
    Tensor mean, deviation;
  };
  [[nodiscard]] Unit unit_of(const Split& split) const;
  [[nodiscard]] Variable loss(const Variable& logits, std::span<const std::int64_t> graphs, const Unit& unit) const;

 private:
  OutputKind kind_;
  /// One of the two.
  std::span<const std::int64_t> classes_;
  const Tensor* targets_ = nullptr;
  ModelInput input_;
};

}  // namespace weft
