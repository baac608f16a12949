// What problems with labels of rows, be they nodes or graphs, have in common.
#pragma once

#include "weft/tasks/problem.hpp"
#include "weft/tasks/labels.hpp"

namespace weft {

class LabelledProblem : public Problem {
 public:
  /// Throws ArgumentError if the dataset has no labels that fit its task, or they have no such metric as the job wants.
  LabelledProblem(const Dataset& dataset, const TrainJob& job, bool of_graphs);

  [[nodiscard]] OutputKind outputs() const override { return labels_.kind(); }
  /// Regression: tells the model the unit of the training targets.
  void prepare(NodeModel& model, const Split& split) const override;
  [[nodiscard]] std::vector<std::int64_t> labelled(std::span<const std::int64_t> part) const override {
    return labels_.labelled(part);
  }
  [[nodiscard]] const std::string& metric() const override { return metric_; }
  [[nodiscard]] bool higher_is_better() const override { return metric_ != "mae" && metric_ != "rmse"; }
  [[nodiscard]] double figure(const Tensor& outputs, std::span<const std::int64_t> rows) const override {
    return labels_.figure(metric_, outputs, rows);
  }
  [[nodiscard]] std::map<std::string, double> figures(const Tensor& outputs,
                                                      std::span<const std::int64_t> rows) const override {
    return labels_.figures(outputs, rows);
  }
  [[nodiscard]] double mean_loss(const Tensor& outputs, std::span<const std::int64_t> rows) const override {
    return labels_.mean_loss(outputs, rows);
  }
  [[nodiscard]] std::vector<std::uint64_t> label_words() const override { return labels_.words(); }

  [[nodiscard]] const RowLabels& labels() const { return labels_; }
  /// Targets learned in the unit that those of the training part have.
  [[nodiscard]] TargetUnit unit_of(const Split& split) const { return labels_.unit_of(split.train); }
  /// What a step minimizes.
  [[nodiscard]] Variable loss(const Variable& logits, const JudgedRows& rows, const TargetUnit& unit) const;

 private:
  RowLabels labels_;
  std::string metric_;
};

}  // namespace weft
