// What a job learns, apart from how a run goes: data, model, steps, figures. Every task is a problem of its own
// (node_problem.hpp); the loop that trains is the same for all (training_run.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/io/dataset.hpp"
#include "weft/layers/models.hpp"
#include "weft/tasks/output_kind.hpp"
#include "weft/train/stage_times.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

/// The steps of one run: which batches an epoch goes through, and the loss of each.
class Steps {
 public:
  virtual ~Steps() = default;

  /// The loss of one step, [1, 1]; called at most once, while visit() runs.
  using Loss = FunctionRef<Variable(const NodeModel&, Pass&)>;
  /// Whether to go on.
  using Visit = FunctionRef<bool(const Loss&)>;

  [[nodiscard]] virtual std::int64_t num_steps(std::int64_t epoch) const = 0;
  /// Visits the steps first, first + 1, … of an epoch, in order, until they end or visit() says no. Step k of an epoch
  /// is the same whatever was visited before it.
  virtual void run_epoch(std::int64_t epoch, std::int64_t first, Visit visit) = 0;
  /// Where the time of all epochs went, for steps that draw samples.
  [[nodiscard]] virtual StageTimes times() const { return {}; }
};

/// Immutable while runs go on. "Rows" are what labels are of: nodes, graphs or links.
class Problem {
 public:
  /// Both must outlive the problem.
  Problem(const Dataset& dataset, const TrainJob& job) : dataset_(dataset), job_(job) {}
  Problem(const Problem&) = delete;
  Problem& operator=(const Problem&) = delete;
  virtual ~Problem() = default;

  [[nodiscard]] const Dataset& dataset() const { return dataset_; }
  [[nodiscard]] const TrainJob& job() const { return job_; }
  [[nodiscard]] const Options& options() const { return job_.options; }

  /// The rows of a split; nullptr if there is none of that name.
  [[nodiscard]] virtual const Split* find_split(std::string_view name) const { return dataset_.find_split(name); }

  [[nodiscard]] virtual const ModelShape& shape() const = 0;
  [[nodiscard]] virtual std::unique_ptr<NodeModel> new_model(const Random& random) const = 0;
  /// What a model of this split must know before its first step, such as the unit of its targets.
  virtual void prepare(NodeModel& /*model*/, const Split& /*split*/) const {}
  [[nodiscard]] virtual OutputKind outputs() const { return OutputKind::classes; }
  [[nodiscard]] virtual std::unique_ptr<Steps> steps(const Split& split, std::uint64_t seed) const = 0;

  /// What the model says of each row, [all rows, outputs], or states of all nodes that say it; of rows that are not
  /// among `rows` it may say anything.
  [[nodiscard]] virtual Tensor infer(const NodeModel& model, std::span<const std::int64_t> rows) const = 0;
  /// The rows of a part that have a label.
  [[nodiscard]] virtual std::vector<std::int64_t> labelled(std::span<const std::int64_t> part) const = 0;

  /// What validation selects by, one of the names in figures().
  [[nodiscard]] virtual const std::string& metric() const = 0;
  [[nodiscard]] virtual bool higher_is_better() const { return true; }
  /// That metric over some labelled rows; NaN where it is not defined.
  [[nodiscard]] virtual double figure(const Tensor& outputs, std::span<const std::int64_t> rows) const = 0;
  /// Every metric of the task.
  [[nodiscard]] virtual std::map<std::string, double> figures(const Tensor& outputs,
                                                              std::span<const std::int64_t> rows) const = 0;
  /// What decides between equal figures: lower is better.
  [[nodiscard]] virtual double mean_loss(const Tensor& outputs, std::span<const std::int64_t> rows) const = 0;

  /// The labels as words, for the fingerprint of a checkpoint.
  [[nodiscard]] virtual std::vector<std::uint64_t> label_words() const = 0;

 private:
  const Dataset& dataset_;
  const TrainJob& job_;
};

/// The problem that the dataset's task poses. Throws ArgumentError if it is one that train() does not know, or if the
/// labels that it needs are not there.
[[nodiscard]] std::unique_ptr<Problem> make_problem(const Dataset& dataset, const TrainJob& job);

}  // namespace weft
