// What tasks about rows have in common, be they nodes, graphs or links: outputs of a model are held against what is
// known of the rows of a part.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/layers/model_shape.hpp"
#include "weft/tasks/input_scaling.hpp"
#include "weft/tasks/metrics.hpp"
#include "weft/tasks/prediction.hpp"
#include "weft/train/task.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

class RowTask : public Task {
 public:
  /// Both must outlive the task.
  RowTask(const Dataset& dataset, const TrainJob& job) : dataset_(dataset), job_(job) {}

  [[nodiscard]] const Dataset& dataset() const { return dataset_; }
  [[nodiscard]] const TrainJob& job() const { return job_; }
  [[nodiscard]] const Options& options() const { return job_.options; }

  [[nodiscard]] const Split* find_split(std::string_view name) const override { return dataset_.find_split(name); }
  [[nodiscard]] bool higher_is_better() const override { return metric_named(metric()).info.higher_is_better; }
  [[nodiscard]] bool has_validation(const Split& split) const override { return !labeled(split.val).empty(); }
  [[nodiscard]] Figures judge(const Model& model, const Split& split, Parts parts) const override;
  /// What is not read, and in which unit the rest is.
  [[nodiscard]] std::vector<std::string> notes() const override;
  void describe(const Split& split, ModelFile& file) const override;
  void fingerprint(Fingerprint& data) const override;
  void fingerprint_features(Fingerprint& values) const override;

  [[nodiscard]] virtual OutputKind outputs() const = 0;
  /// What models of the task know of the data.
  [[nodiscard]] virtual const ModelShape& shape() const = 0;
  /// In which unit they read its dense features.
  [[nodiscard]] virtual InputScaling scaling() const { return {}; }
  /// What the model says of each row, [all rows, outputs], or states of all nodes that say it; rows that are not among
  /// `rows` may hold anything.
  [[nodiscard]] virtual Tensor infer(const Model& model, const Split& split,
                                     std::span<const std::int64_t> rows) const = 0;

 protected:
  /// The rows of a part that have a label.
  [[nodiscard]] virtual std::vector<std::int64_t> labeled(std::span<const std::int64_t> part) const = 0;
  /// The same of a training part. Throws ArgumentError if there are none.
  [[nodiscard]] std::vector<std::int64_t> labeled_train(const Split& split) const;
  /// The task's metric over some labeled rows; NaN where it is not defined.
  [[nodiscard]] virtual double figure(const Split& split, const Tensor& outputs,
                                      std::span<const std::int64_t> rows) const = 0;
  /// Every metric of the task.
  [[nodiscard]] virtual std::map<std::string, double> figures(const Split& split, const Tensor& outputs,
                                                              std::span<const std::int64_t> rows) const = 0;
  /// What decides between equal figures: lower is better.
  [[nodiscard]] virtual double mean_loss(const Split& split, const Tensor& outputs,
                                         std::span<const std::int64_t> rows) const = 0;
  /// The labels as words.
  [[nodiscard]] virtual std::vector<std::uint64_t> label_words() const = 0;

 private:
  /// Throws NumericError naming the first row whose outputs are not finite: nothing can be chosen by them.
  void require_finite(const Tensor& outputs, std::span<const std::int64_t> rows) const;

  const Dataset& dataset_;
  const TrainJob& job_;
};

/// In a model file, before the keys of DatasetNames.
inline constexpr std::string_view kNamesPrefix = "names_";
/// The key of InputScaling, where anything is scaled.
inline constexpr std::string_view kScalingKey = "scaled";

/// The key of the name of the column that edges counted as their weights in training, where they did.
inline constexpr std::string_view kWeightKey = "edge_weight";

/// The key of names_mark() of the nodes whose labels the model knows, where they have names.
inline constexpr std::string_view kKnownNodesKey = "known_nodes";

/// The key of the types of nodes whose labels were learned, where nodes have types.
inline constexpr std::string_view kLabeledTypesKey = "labeled_types";

/// The dataset, if it is many graphs. Throws ArgumentError, which names its task, if it is one.
[[nodiscard]] const Dataset& many_graphs(const Dataset& dataset);

/// What a model file says of the shape of data, and back. Throws ArgumentError if it says none.
void put_shape(const ModelShape& shape, ModelFile& file);
[[nodiscard]] ModelShape shape_of(const ModelFile& file);

}  // namespace weft
