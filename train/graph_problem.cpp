#include "weft/train/graph_problem.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "weft/layers/graph_model.hpp"
#include "weft/samplers/graph_batches.hpp"
#include "weft/tensor/losses.hpp"
#include "weft/train/graph_batch.hpp"
#include "weft/train/graph_inference.hpp"
#include "weft/train/metrics.hpp"
#include "weft/train/target_metrics.hpp"

namespace weft {
namespace {

std::vector<std::int64_t> all_rows(std::size_t count) {
  std::vector<std::int64_t> rows(count);
  for (std::size_t i = 0; i < count; ++i) {
    rows[i] = static_cast<std::int64_t>(i);
  }
  return rows;
}

OutputKind kind_of(const Dataset& dataset) {
  if (dataset.task == Task::graph_regression) {
    return OutputKind::values;
  }
  return std::holds_alternative<Tensor>(dataset.graph_labels) ? OutputKind::labels : OutputKind::classes;
}

const std::vector<std::int64_t>& segments_of(const Dataset& dataset) {
  require(dataset.has_many_graphs(), "train: the task is ", name_of(dataset.task), ", but the dataset ", dataset.name,
          " is one graph, expected /graphs/node_ptr");
  return dataset.node_ptr;
}

/// Batches of the training part, one a step.
class GraphSteps final : public Steps {
 public:
  GraphSteps(const GraphProblem& problem, const Split& split, std::uint64_t seed)
      : problem_(problem), unit_(problem.unit_of(split)), batches_(batches_of(problem, split, seed)) {}

  [[nodiscard]] std::int64_t num_steps(std::int64_t epoch) const override {
    return batches_.epoch(epoch).num_batches();
  }

  void run_epoch(std::int64_t epoch, std::int64_t first, Visit visit) override {
    const GraphEpoch graphs = batches_.epoch(epoch);
    for (std::int64_t k = first; k < graphs.num_batches(); ++k) {
      const GraphBatch batch(problem_.input(), graphs.batch(k));
      const bool goes_on = visit([&](const NodeModel& model, Pass& pass) {
        return problem_.loss(model.forward(batch.block(), batch.nodes(), pass).logits, graphs.batch(k), unit_);
      });
      if (!goes_on) {
        return;
      }
    }
  }

 private:
  static GraphBatches batches_of(const GraphProblem& problem, const Split& split, std::uint64_t seed) {
    std::vector<std::int64_t> graphs = problem.labelled(split.train);
    std::vector<std::int64_t> costs = graph_costs(problem.input().block(), graphs);
    return {std::move(graphs), std::move(costs), problem.options().integer("batch_size"), Random(seed).stream(2)};
  }

  const GraphProblem& problem_;
  GraphProblem::Unit unit_;
  GraphBatches batches_;
};

}  // namespace

GraphProblem::GraphProblem(const Dataset& data, const TrainJob& train_job)
    : Problem(data, train_job),
      kind_(kind_of(data)),
      input_(data.graph, segments_of(data), data.node_features, data.edge_features, train_job.options) {
  metric_ = options().text("metric");
  std::int64_t num_outputs = 0;
  if (kind_ == OutputKind::classes) {
    const auto* classes = std::get_if<std::vector<std::int64_t>>(&data.graph_labels);
    require(classes != nullptr && data.num_classes >= 1, "train: the dataset ", data.name, " has no classes of graphs");
    classes_ = *classes;
    num_outputs = data.num_classes;
  } else {
    targets_ = std::get_if<Tensor>(&data.graph_labels);
    require(targets_ != nullptr, "train: the dataset ", data.name, " has no targets of graphs, expected numbers");
    num_outputs = targets_->cols();
  }
  shape_ = reads_edge_features(options()) ? shape_for(input_.features(), num_outputs, data.edge_features)
                                          : shape_for(input_.features(), num_outputs);
  if (metric_ == "auto") {
    // Where one of two classes is rare, calling everything the other would look good.
    const auto second = std::ranges::count(classes_, std::int64_t{1});
    const auto rarer = std::min<std::int64_t>(second, static_cast<std::int64_t>(classes_.size()) - second);
    const bool is_skewed = data.num_classes == 2 && 10 * rarer < static_cast<std::int64_t>(classes_.size());
    metric_ = kind_ == OutputKind::values ? "mae" : kind_ == OutputKind::labels || is_skewed ? "roc_auc" : "accuracy";
  }
  const Tensor nothing(data.num_graphs(), num_outputs);
  const auto known = figures(nothing, {});
  require(known.contains(metric_), "metric '", metric_, "' is not one of ", name_of(data.task), ": it has ",
          known.begin()->first, " and others; expected auto or one of those");
}

std::unique_ptr<NodeModel> GraphProblem::new_model(const Random& random) const {
  return make_graph_model(job().model, shape_, options(), random);
}

std::unique_ptr<Steps> GraphProblem::steps(const Split& split, std::uint64_t seed) const {
  return std::make_unique<GraphSteps>(*this, split, seed);
}

Tensor GraphProblem::infer(const NodeModel& model, std::span<const std::int64_t>) const {
  return infer_graphs(model, input_).logits;
}

std::vector<std::int64_t> GraphProblem::labelled(std::span<const std::int64_t> part) const {
  std::vector<std::int64_t> rows;
  std::ranges::copy_if(part, std::back_inserter(rows), [&](std::int64_t g) {
    return kind_ == OutputKind::classes ? classes_[static_cast<std::size_t>(g)] >= 0
                                        : !std::ranges::all_of(targets_->row(g), [](float t) { return std::isnan(t); });
  });
  return rows;
}

std::map<std::string, double> GraphProblem::figures(const Tensor& outputs, std::span<const std::int64_t> rows) const {
  switch (kind_) {
    case OutputKind::classes:
      return classification_metrics(outputs, classes_, rows);
    case OutputKind::labels:
      return label_metrics(outputs, *targets_, rows);
    case OutputKind::values:
      return regression_metrics(outputs, *targets_, rows);
    case OutputKind::states:
      break;
  }
  return {};
}

double GraphProblem::figure(const Tensor& outputs, std::span<const std::int64_t> rows) const {
  return figures(outputs, rows).at(metric_);
}

double GraphProblem::mean_loss(const Tensor& outputs, std::span<const std::int64_t> rows) const {
  switch (kind_) {
    case OutputKind::classes:
      return mean_log_loss(outputs, classes_, rows);
    case OutputKind::labels:
      return label_log_loss(outputs, *targets_, rows);
    case OutputKind::values:
      return mean_absolute_error(outputs, *targets_, rows);
    case OutputKind::states:
      break;
  }
  return 0.0;
}

std::vector<std::uint64_t> GraphProblem::label_words() const {
  std::vector<std::uint64_t> words;
  for (const std::int64_t label : classes_) {
    words.push_back(static_cast<std::uint64_t>(label));
  }
  if (targets_ != nullptr) {
    for (const float target : targets_->values()) {
      words.push_back(std::bit_cast<std::uint32_t>(target));
    }
  }
  return words;
}

GraphProblem::Unit GraphProblem::unit_of(const Split& split) const {
  const std::int64_t t = shape_.num_outputs;
  Unit unit{Tensor(1, t), Tensor::full(1, t, 1.0F)};
  if (kind_ != OutputKind::values) {
    return unit;
  }
  for (std::int64_t j = 0; j < t; ++j) {
    double count = 0.0, sum = 0.0, squares = 0.0;
    for (const std::int64_t g : split.train) {
      if (const auto y = static_cast<double>((*targets_)(g, j)); !std::isnan(y)) {
        count += 1.0;
        sum += y;
      }
    }
    const double mean = count > 0.0 ? sum / count : 0.0;
    for (const std::int64_t g : split.train) {
      if (const auto y = static_cast<double>((*targets_)(g, j)); !std::isnan(y)) {
        squares += (y - mean) * (y - mean);
      }
    }
    unit.mean(0, j) = static_cast<float>(mean);
    unit.deviation(0, j) = count > 0.0 && squares > 0.0 ? static_cast<float>(std::sqrt(squares / count)) : 1.0F;
  }
  return unit;
}

void GraphProblem::prepare(NodeModel& model, const Split& split) const {
  const Unit unit = unit_of(split);
  for (const NamedStatistic& statistic : parameters_of(model).statistics) {
    if (statistic.name == "output.shift") {
      *statistic.value = unit.mean;
    } else if (statistic.name == "output.factor") {
      *statistic.value = unit.deviation;
    }
  }
}

Variable GraphProblem::loss(const Variable& logits, std::span<const std::int64_t> graphs, const Unit& unit) const {
  const std::vector<std::int64_t> rows = all_rows(graphs.size());
  if (kind_ == OutputKind::classes) {
    std::vector<std::int64_t> labels;
    for (const std::int64_t g : graphs) {
      labels.push_back(classes_[static_cast<std::size_t>(g)]);
    }
    return cross_entropy(logits, labels, rows);
  }
  Tensor targets = select_rows(*targets_, graphs);
  for (std::int64_t i = 0; i < targets.rows(); ++i) {
    for (std::int64_t j = 0; j < targets.cols(); ++j) {
      targets(i, j) = (targets(i, j) - unit.mean(0, j)) / unit.deviation(0, j);
    }
  }
  if (kind_ == OutputKind::labels) {
    return binary_cross_entropy(logits, targets, rows);
  }
  const std::string& kind = options().text("loss");
  const bool is_absolute = kind == "absolute" || (kind == "auto" && metric_ == "mae");
  return is_absolute ? mean_absolute_error(logits, targets, rows) : mean_squared_error(logits, targets, rows);
}

}  // namespace weft
