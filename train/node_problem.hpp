// Classes of the nodes of one graph, learned from the whole graph at every step, or from samples of it.
#pragma once

#include "weft/train/model_input.hpp"
#include "weft/train/problem.hpp"
#include "weft/train/sampling.hpp"

namespace weft {

class NodeProblem final : public Problem {
 public:
  /// Throws ArgumentError if the dataset has no node classes.
  NodeProblem(const Dataset& dataset, const TrainJob& job);

  [[nodiscard]] std::unique_ptr<Steps> steps(const Split& split, std::uint64_t seed) const override;
  [[nodiscard]] Tensor infer(const NodeModel& model, std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::vector<std::int64_t> labelled(std::span<const std::int64_t> part) const override;
  [[nodiscard]] double figure(const Tensor& outputs, std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::map<std::string, double> figures(const Tensor& outputs,
                                                      std::span<const std::int64_t> rows) const override;
  [[nodiscard]] double mean_loss(const Tensor& outputs, std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::vector<std::uint64_t> label_words() const override;

  [[nodiscard]] const ModelInput& input() const { return input_; }
  [[nodiscard]] std::span<const std::int64_t> labels() const { return labels_; }

 private:
  std::span<const std::int64_t> labels_;
  ModelInput input_;
  /// Null where every step reads the whole graph.
  std::unique_ptr<const Sampling> sampling_;
};

}  // namespace weft
