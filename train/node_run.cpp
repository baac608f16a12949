#include "weft/train/node_run.hpp"

#include <chrono>
#include <cmath>
#include <limits>

#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/losses.hpp"
#include "weft/train/metrics.hpp"

namespace weft {
namespace {

constexpr double kWorst = -std::numeric_limits<double>::infinity();

std::span<const std::int64_t> node_classes(const Dataset& dataset) {
  require(dataset.task == Task::node_classification, "train: the task is ", name_of(dataset.task),
          ", expected node_classification");
  require(!dataset.has_many_graphs(), "train: node_classification over many graphs is not supported");
  const auto* classes = std::get_if<std::vector<std::int64_t>>(&dataset.node_labels);
  require(classes != nullptr && dataset.num_classes >= 1, "train: the dataset ", dataset.name, " has no node classes");
  return *classes;
}

ModelShape shape_of_data(const Dataset& dataset, const Options& options) {
  return reads_edge_features(options) ? shape_for(dataset.node_features, dataset.num_classes, dataset.edge_features)
                                      : shape_for(dataset.node_features, dataset.num_classes);
}

AdamOptions adam_options(const Options& options) {
  const double decay = options.real("weight_decay");
  return {.decoupled = options.text("optimizer") == "adamw",
          .input_decay = decay,
          .weight_decay = options.text("decay") == "all" ? decay : 0.0,
          .clip = options.real("clip")};
}

/// NaN counts as the worst: a part with one class only has no ROC curve.
double defined(double figure) {
  return std::isnan(figure) ? kWorst : figure;
}

}  // namespace

std::vector<std::int64_t> labelled(std::span<const std::int64_t> part, std::span<const std::int64_t> labels) {
  std::vector<std::int64_t> rows;
  for (const std::int64_t i : part) {
    if (labels[static_cast<std::size_t>(i)] >= 0) {
      rows.push_back(i);
    }
  }
  return rows;
}

NodeProblem::NodeProblem(const Dataset& data, const TrainJob& train_job)
    : dataset(data),
      job(train_job),
      input(data.graph, {}, data.node_features, data.edge_features, train_job.options),
      shape(shape_of_data(data, train_job.options)),
      labels(node_classes(data)),
      metric(train_job.options.text("metric")) {
  if (metric == "auto") {
    metric = data.num_classes == 2 ? "roc_auc" : "accuracy";
  }
}

NodeRun::NodeRun(const NodeProblem& problem, const Split& split, std::uint64_t seed)
    : problem_(problem),
      split_(split),
      seed_(seed),
      steps_(Random(seed).stream(1)),
      model_(make_model(problem.job.model, problem.shape, problem.job.options, Random(seed).stream(0))),
      optimizer_(std::make_unique<Adam>(parameters_of(*model_).parameters, adam_options(problem.job.options))),
      schedule_{.kind = problem.job.options.text("schedule"),
                .warmup = problem.job.options.real("warmup"),
                .step_epochs = problem.job.options.integer("step_epochs"),
                .step_factor = problem.job.options.real("step_factor")},
      num_epochs_(problem.job.options.integer("epochs")),
      best_val_(kWorst),
      best_val_loss_(-kWorst),
      best_state_(state_of(*model_)) {
  require(!labelled(split.train, problem.labels).empty(), "train: split ", split.name,
          " has no labelled node in its training part");
}

bool NodeRun::is_done() const {
  const std::int64_t patience = problem_.job.options.integer("patience");
  return epoch_ >= num_epochs_ || (patience > 0 && best_epoch_ >= 0 && epoch_ - 1 - best_epoch_ >= patience);
}

Tensor NodeRun::infer() const {
  Pass pass = Pass::inference();
  return model_->forward(problem_.input.block(), problem_.input.nodes(), pass).logits.value();
}

void NodeRun::advance() {
  const auto start = std::chrono::steady_clock::now();
  const double rate = problem_.job.options.real("learning_rate") * schedule_factor(schedule_, epoch_, num_epochs_);
  Pass pass = Pass::train(steps_.stream(static_cast<std::uint64_t>(epoch_)),
                          static_cast<double>(epoch_) / static_cast<double>(num_epochs_));
  double loss_value = 0.0;
  {
    const Variable logits = model_->forward(problem_.input.block(), problem_.input.nodes(), pass).logits;
    Variable loss = cross_entropy(logits, problem_.labels, split_.train);
    for (const Variable& term : pass.losses()) {
      loss = loss + term;
    }
    loss_value = static_cast<double>(loss.value()(0, 0));
    if (!std::isfinite(loss_value)) {
      throw NumericError(
          concat("epoch ", epoch_, " of seed ", seed_, ", split ", split_.name, ": the loss is ", loss_value));
    }
    Gradients gradients = backward(loss);
    optimizer_->step(gradients, rate);
  }

  const Tensor logits = infer();
  const std::vector<std::int64_t> val = labelled(split_.val, problem_.labels);
  const std::vector<std::int64_t> train = labelled(split_.train, problem_.labels);
  // Without a validation part the last epoch is the best there is.
  const double val_figure =
      val.empty() ? static_cast<double>(epoch_) : defined(metric_of(problem_.metric, logits, problem_.labels, val));
  const double val_loss = val.empty() ? 0.0 : mean_log_loss(logits, problem_.labels, val);
  // Small validation parts tie often; among equals the one that is surer of the right classes is better.
  if (val_figure > best_val_ || (val_figure == best_val_ && val_loss < best_val_loss_)) {
    best_val_ = val_figure;
    best_val_loss_ = val_loss;
    best_epoch_ = epoch_;
    best_state_ = state_of(*model_);
  }
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  record_ = {.seed = seed_,
             .split = split_.name,
             .epoch = epoch_,
             .num_epochs = num_epochs_,
             .loss = loss_value,
             .learning_rate = rate,
             .train = metric_of(problem_.metric, logits, problem_.labels, train),
             .val = val.empty() ? std::numeric_limits<double>::quiet_NaN() : val_figure,
             .best_val = val.empty() ? std::numeric_limits<double>::quiet_NaN() : best_val_,
             .best_epoch = best_epoch_,
             .seconds = seconds_};
  ++epoch_;
}

RunResult NodeRun::finish() {
  set_state(*model_, best_state_);
  const Tensor logits = infer();
  const auto figure = [&](const std::vector<std::int64_t>& part) {
    return metric_of(problem_.metric, logits, problem_.labels, labelled(part, problem_.labels));
  };
  return {.seed = seed_,
          .split = split_.name,
          .train = figure(split_.train),
          .val = figure(split_.val),
          .test = figure(split_.test),
          .best_epoch = best_epoch_,
          .epochs = epoch_,
          .seconds = seconds_,
          .test_metrics = classification_metrics(logits, problem_.labels, labelled(split_.test, problem_.labels))};
}

void NodeRun::save(ModelFile& checkpoint) const {
  checkpoint.numbers["run.epochs"] = std::vector<std::int64_t>{epoch_, best_epoch_, optimizer_->num_steps()};
  checkpoint.numbers["run.figures"] = std::vector<double>{best_val_, best_val_loss_, seconds_};
  for (NamedTensor& tensor : state_of(*model_)) {
    checkpoint.tensors.push_back({"now." + tensor.name, std::move(tensor.value)});
  }
  for (const NamedTensor& tensor : best_state_) {
    checkpoint.tensors.push_back({"best." + tensor.name, tensor.value});
  }
  for (std::size_t k = 0; k < optimizer_->first_moments().size(); ++k) {
    checkpoint.tensors.push_back({"first." + std::to_string(k), optimizer_->first_moments()[k]});
    checkpoint.tensors.push_back({"second." + std::to_string(k), optimizer_->second_moments()[k]});
  }
}

void NodeRun::restore(const ModelFile& checkpoint) {
  const std::vector<std::int64_t>& epochs = checkpoint.integers("run.epochs");
  const std::vector<double>& figures = checkpoint.reals("run.figures");
  require(epochs.size() == 3 && figures.size() == 3, "checkpoint: run.epochs and run.figures have ", epochs.size(),
          " and ", figures.size(), " numbers, expected 3 each");
  std::vector<NamedTensor> now, best;
  std::vector<Tensor> first, second;
  for (const NamedTensor& tensor : checkpoint.tensors) {
    const auto after = [&](std::string_view prefix) { return tensor.name.substr(prefix.size()); };
    if (tensor.name.starts_with("now.")) {
      now.push_back({after("now."), tensor.value});
    } else if (tensor.name.starts_with("best.")) {
      best.push_back({after("best."), tensor.value});
    } else if (tensor.name.starts_with("first.")) {
      first.push_back(tensor.value);
    } else if (tensor.name.starts_with("second.")) {
      second.push_back(tensor.value);
    }
  }
  set_state(*model_, best);
  set_state(*model_, now);
  best_state_ = std::move(best);
  optimizer_->restore(epochs[2], std::move(first), std::move(second));
  epoch_ = epochs[0];
  best_epoch_ = epochs[1];
  best_val_ = figures[0];
  best_val_loss_ = figures[1];
  seconds_ = figures[2];
}

}  // namespace weft
