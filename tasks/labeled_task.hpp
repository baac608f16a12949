// What tasks with labels of rows, be they nodes or graphs, have in common.
#pragma once

#include "weft/layers/models.hpp"
#include "weft/tasks/labels.hpp"
#include "weft/tasks/row_task.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft {

class LabeledTask : public RowTask {
 public:
  /// Throws ArgumentError if the dataset has no labels that fit its task, or they have no such metric as the job wants.
  LabeledTask(const Dataset& dataset, const TrainJob& job, bool of_graphs);

  [[nodiscard]] OutputKind outputs() const override { return labels_.kind(); }
  [[nodiscard]] const std::string& metric() const override { return metric_; }

  [[nodiscard]] const RowLabels& labels() const { return labels_; }

 protected:
  [[nodiscard]] std::vector<std::int64_t> labeled(std::span<const std::int64_t> part) const override {
    return labels_.labeled(part);
  }
  [[nodiscard]] double figure(const Split&, const Tensor& outputs, std::span<const std::int64_t> rows) const override {
    return labels_.figure(metric_named(metric_), outputs, rows);
  }
  [[nodiscard]] std::map<std::string, double> figures(const Split&, const Tensor& outputs,
                                                      std::span<const std::int64_t> rows) const override {
    return labels_.figures(outputs, rows);
  }
  [[nodiscard]] double mean_loss(const Split&, const Tensor& outputs,
                                 std::span<const std::int64_t> rows) const override {
    return labels_.mean_loss(outputs, rows);
  }
  [[nodiscard]] std::vector<std::uint64_t> label_words() const override { return labels_.words(); }

  /// Targets are learned in the unit that those of the training part have.
  [[nodiscard]] TargetUnit unit_of(const Split& split) const;
  /// Tells a model whose outputs are numbers that unit.
  void set_unit(NodeModel& model, const Split& split) const;
  /// What a step minimizes.
  [[nodiscard]] Variable loss(const Variable& logits, const JudgedRows& rows, const TargetUnit& unit) const;

 private:
  RowLabels labels_;
  std::string metric_;
};

/// A trained model of rows with labels, nodes or graphs, against those that the dataset has, on each of the splits.
/// Throws ArgumentError if the labels do not fit the model.
[[nodiscard]] std::vector<Evaluation> evaluate_rows(const TrainedTask& model, const Dataset& dataset,
                                                    std::span<const std::string> splits, bool of_graphs);
/// What the model's outputs are held against.
[[nodiscard]] RowLabels labels_for(const TrainedTask& model, const Dataset& dataset, bool of_graphs);

}  // namespace weft
