// Links of one graph: states of nodes learned so that the ends of links agree and those of other pairs do not.
#pragma once

#include "weft/tasks/link_judge.hpp"
#include "weft/tasks/link_split.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/tasks/problem.hpp"

namespace weft {

/// Rows are links (LinkJudge); outputs are the states of all nodes. The model reads the graph without the links of
/// validation and test, and with all of training, those of the step included, as graph autoencoders do: a model that
/// must not see the link that it is asked for would need another graph in every step.
class LinkProblem final : public Problem {
 public:
  /// Throws ArgumentError unless the dataset is one graph with links for every part, and the job has one split.
  LinkProblem(const Dataset& dataset, const TrainJob& job);

  [[nodiscard]] const Split* find_split(std::string_view name) const override;
  [[nodiscard]] const ModelShape& shape() const override { return shape_; }
  [[nodiscard]] std::unique_ptr<NodeModel> new_model(const Random& random) const override;
  [[nodiscard]] std::unique_ptr<Steps> steps(const Split& split, std::uint64_t seed) const override;
  [[nodiscard]] OutputKind outputs() const override { return OutputKind::states; }
  [[nodiscard]] Tensor infer(const NodeModel& model, std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::vector<std::int64_t> labelled(std::span<const std::int64_t> part) const override;
  [[nodiscard]] const std::string& metric() const override { return metric_; }
  [[nodiscard]] double figure(const Tensor& states, std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::map<std::string, double> figures(const Tensor& states,
                                                      std::span<const std::int64_t> rows) const override;
  [[nodiscard]] double mean_loss(const Tensor& states, std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::vector<std::uint64_t> label_words() const override;

 private:
  LinkSplit links_;
  LinkJudge judge_;
  ModelInput input_;
  ModelShape shape_;
  std::string metric_;
};

}  // namespace weft
