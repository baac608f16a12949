// Links of one graph: states of nodes learned so that the ends of links agree and those of other pairs do not.
#pragma once

#include <memory>
#include <vector>

#include "weft/tasks/link_judge.hpp"
#include "weft/tasks/link_split.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/tasks/node_task.hpp"
#include "weft/tasks/row_task.hpp"
#include "weft/tasks/task_row.hpp"

namespace weft {

/// Rows are links (LinkJudge); outputs are the states of all nodes. The model reads the graph without the links of
/// validation and test, and with all of training, those of the step included, as graph autoencoders do: a model that
/// must not see the link that it is asked for would need another graph in every step.
class LinkTask final : public RowTask {
 public:
  /// Throws ArgumentError unless the dataset is one graph with links for every part.
  LinkTask(const Dataset& dataset, const TrainJob& job);

  [[nodiscard]] const Split* find_split(std::string_view name) const override;
  [[nodiscard]] OutputKind outputs() const override { return OutputKind::states; }
  [[nodiscard]] const ModelShape& shape() const override { return shape_; }
  [[nodiscard]] InputScaling scaling() const override { return scaling_; }
  [[nodiscard]] const std::string& metric() const override { return metric_; }
  [[nodiscard]] std::unique_ptr<Model> new_model(const Split& split, const Random& random) const override;
  [[nodiscard]] std::unique_ptr<Epochs> epochs(const Model& model, const Split& split,
                                               std::uint64_t seed) const override;
  [[nodiscard]] Tensor infer(const Model& model, const Split& split, std::span<const std::int64_t> rows) const override;

 protected:
  [[nodiscard]] std::vector<std::int64_t> labeled(std::span<const std::int64_t> part) const override {
    return {part.begin(), part.end()};
  }
  [[nodiscard]] double figure(const Split& split, const Tensor& states,
                              std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::map<std::string, double> figures(const Split& split, const Tensor& states,
                                                      std::span<const std::int64_t> rows) const override;
  [[nodiscard]] double mean_loss(const Split& split, const Tensor& states,
                                 std::span<const std::int64_t> rows) const override;
  [[nodiscard]] std::vector<std::string> notes() const override;
  [[nodiscard]] std::vector<std::uint64_t> label_words() const override;

 private:
  /// Each split has a graph of its own.
  struct Part {
    Part(const Dataset& dataset, const TrainJob& job, const std::string& split);
    LinkSplit links;
    LinkJudge judge;
    /// Of the edges of links.messages.
    std::vector<float> edge_weights;
    ModelInput input;
  };
  [[nodiscard]] const Part* find_part(std::string_view name) const;
  [[nodiscard]] const Part& part_of(const Split& split) const;

  std::vector<std::unique_ptr<const Part>> parts_;
  ModelShape shape_;
  InputScaling scaling_;
  std::string metric_;
};

/// A trained model of links: it predicts states of nodes, whose products are the scores of pairs.
class TrainedLinks final : public TrainedNodes {
 public:
  using TrainedNodes::TrainedNodes;

  /// On the graph without the links of validation and test of each split. What of a split is drawn is drawn as in the
  /// model's training.
  [[nodiscard]] std::vector<Evaluation> evaluate(const Dataset& dataset,
                                                 std::span<const std::string> splits) const override;
  [[nodiscard]] std::vector<float> score_pairs(const Dataset& dataset, std::span<const Edge> pairs) const override;
};

/// Of the edges of a graph of some of the dataset's edges, and of their ways back: those that the dataset has them in;
/// of several edges between the same two nodes the sum.
/// Empty if the dataset knows no weights.
[[nodiscard]] std::vector<float> weights_in(const Dataset& dataset, const CsrGraph& graph);

/// The logistic loss of the scores of pairs, the first `num_links` >= 1 of which are links: half the mean over these
/// and half that over the others, so that links count as much however many pairs are set against them (the weight of
/// positives of Kipf, Welling 2016). states [n, d] -> [1, 1]
[[nodiscard]] Variable link_loss(const Variable& states, std::span<const Edge> pairs, std::int64_t num_links);

/// embedding, negatives_per_edge, degree_power, node_table, bipartite, users, split_seed, and sampler and batch_size in
/// a sense of their own.
[[nodiscard]] std::span<const Option> link_options();
[[nodiscard]] OptionDefaults link_defaults(std::string_view model);

/// The row link_prediction of the table of tasks.
[[nodiscard]] std::vector<TaskRow> link_tasks();

}  // namespace weft
