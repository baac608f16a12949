#include "weft/train/training_run.hpp"

#include <chrono>
#include <cmath>
#include <limits>

#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

constexpr double kWorst = -std::numeric_limits<double>::infinity();
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

using Clock = std::chrono::steady_clock;

AdamOptions adam_options(const Options& options) {
  const double decay = options.real("weight_decay");
  return {.decoupled = options.text("optimizer") == "adamw",
          .input_decay = decay,
          .weight_decay = options.text("decay") == "all" ? decay : 0.0,
          .clip = options.real("clip")};
}

}  // namespace

TrainingRun::TrainingRun(const Problem& problem, const Split& split, std::uint64_t seed)
    : problem_(problem),
      split_(split),
      seed_(seed),
      randomness_(Random(seed).stream(1)),
      model_(problem.new_model(Random(seed).stream(0))),
      optimizer_(std::make_unique<Adam>(parameters_of(*model_).parameters, adam_options(problem.options()))),
      steps_(problem.steps(split, seed)),
      schedule_{.kind = problem.options().text("schedule"),
                .warmup = problem.options().real("warmup"),
                .step_epochs = problem.options().integer("step_epochs"),
                .step_factor = problem.options().real("step_factor")},
      train_rows_(problem.labelled(split.train)),
      val_rows_(problem.labelled(split.val)),
      num_epochs_(problem.options().integer("epochs")),
      eval_every_(problem.options().integer("eval_every")),
      best_val_(kWorst),
      best_val_loss_(-kWorst) {
  problem.prepare(*model_, split);
  best_state_ = state_of(*model_);
  require(!train_rows_.empty(), "train: split ", split.name, " has nothing labelled in its training part");
  if (const double decay = problem.options().real("average"); decay > 0.0) {
    average_ = std::make_unique<WeightAverage>(problem.new_model(Random(seed).stream(0)), decay);
  }
}

bool TrainingRun::is_done() const {
  const std::int64_t patience = problem_.options().integer("patience");
  // Looks since the best one: after the epochs eval_every - 1, 2 eval_every - 1, ...
  const std::int64_t looks = epoch_ / eval_every_ - (best_epoch_ + 1) / eval_every_;
  return epoch_ >= num_epochs_ || (patience > 0 && best_epoch_ >= 0 && looks >= patience);
}

bool TrainingRun::advance(FunctionRef<bool()> stop) {
  const auto start = Clock::now();
  const double before = seconds_;
  const std::int64_t num_steps = steps_->num_steps(epoch_);
  steps_->run_epoch(epoch_, step_, [&](const Steps::Loss& loss_of) {
    step(loss_of, num_steps);
    seconds_ = before + std::chrono::duration<double>(Clock::now() - start).count();
    return step_ == num_steps || !stop();
  });
  const bool is_whole = step_ == num_steps;
  if (is_whole) {
    record_ = {.seed = seed_,
               .split = split_.name,
               .epoch = epoch_,
               .num_epochs = num_epochs_,
               .loss = loss_sum_ / static_cast<double>(num_steps),
               .learning_rate = rate_,
               .train = kUnknown,
               .val = kUnknown};
    if ((epoch_ + 1) % eval_every_ == 0 || epoch_ + 1 == num_epochs_) {
      look();
    }
    const double sign = problem_.higher_is_better() ? 1.0 : -1.0;
    record_.best_val = val_rows_.empty() || best_epoch_ < 0 ? kUnknown : sign * best_val_;
    record_.best_epoch = best_epoch_;
    step_ = 0;
    loss_sum_ = 0.0;
    ++epoch_;
  }
  seconds_ = before + std::chrono::duration<double>(Clock::now() - start).count();
  record_.seconds = seconds_;
  return is_whole;
}

void TrainingRun::step(const Steps::Loss& loss_of, std::int64_t num_steps) {
  const double epochs = static_cast<double>(epoch_) + static_cast<double>(step_) / static_cast<double>(num_steps);
  rate_ = problem_.options().real("learning_rate") * schedule_factor(schedule_, epochs, num_epochs_);
  Pass pass = Pass::train(randomness_.stream(static_cast<std::uint64_t>(optimizer_->num_steps())),
                          epochs / static_cast<double>(num_epochs_));
  Variable loss = loss_of(*model_, pass);
  for (const Variable& term : pass.losses()) {
    loss = loss + term;
  }
  const auto value = static_cast<double>(loss.value()(0, 0));
  if (!std::isfinite(value)) {
    throw NumericError(concat("epoch ", epoch_, ", step ", step_, " of seed ", seed_, ", split ", split_.name,
                              ": the loss is ", value));
  }
  Gradients gradients = backward(loss);
  optimizer_->step(gradients, rate_);
  update_statistics(*model_, pass);
  if (average_) {
    average_->add(*model_, optimizer_->num_steps());
  }
  loss_sum_ += value;
  ++step_;
}

void TrainingRun::look() {
  std::vector<std::int64_t> rows = train_rows_;
  rows.insert(rows.end(), val_rows_.begin(), val_rows_.end());
  const Tensor outputs = problem_.infer(judged(), rows);
  record_.evaluated = true;
  record_.train = problem_.figure(outputs, train_rows_);
  record_.val = val_rows_.empty() ? kUnknown : problem_.figure(outputs, val_rows_);
  // Without a validation part the last epoch is the best there is. A part where the metric is not defined (one class
  // only has no ROC curve) counts as the worst.
  const double sign = problem_.higher_is_better() ? 1.0 : -1.0;
  const double val = val_rows_.empty() ? static_cast<double>(epoch_) : sign * record_.val;
  const double comparable = std::isnan(val) ? kWorst : val;
  const double val_loss = val_rows_.empty() ? 0.0 : problem_.mean_loss(outputs, val_rows_);
  // Small validation parts tie often; among equals the one that is surer of the right answers is better.
  if (comparable > best_val_ || (comparable == best_val_ && val_loss < best_val_loss_)) {
    best_val_ = comparable;
    best_val_loss_ = val_loss;
    best_epoch_ = epoch_;
    best_state_ = state_of(judged());
  }
}

RunResult TrainingRun::finish() {
  if (best_epoch_ < 0) {
    // Stopped before the first look: what it has learned is all there is.
    best_state_ = state_of(judged());
  }
  set_state(*model_, best_state_);
  const std::vector<std::int64_t> test = problem_.labelled(split_.test);
  std::vector<std::int64_t> rows = train_rows_;
  rows.insert(rows.end(), val_rows_.begin(), val_rows_.end());
  rows.insert(rows.end(), test.begin(), test.end());
  const Tensor outputs = problem_.infer(*model_, rows);
  return {.seed = seed_,
          .split = split_.name,
          .train = problem_.figure(outputs, train_rows_),
          .val = problem_.figure(outputs, val_rows_),
          .test = problem_.figure(outputs, test),
          .best_epoch = best_epoch_,
          .epochs = epoch_,
          .seconds = seconds_,
          .test_metrics = problem_.figures(outputs, test)};
}

void TrainingRun::save(ModelFile& checkpoint) const {
  checkpoint.numbers["run.epochs"] = std::vector<std::int64_t>{epoch_, step_, best_epoch_, optimizer_->num_steps()};
  checkpoint.numbers["run.figures"] = std::vector<double>{best_val_, best_val_loss_, seconds_, loss_sum_};
  const auto put = [&](const std::string& prefix, const std::vector<NamedTensor>& state) {
    for (const NamedTensor& tensor : state) {
      checkpoint.tensors.push_back({prefix + tensor.name, tensor.value});
    }
  };
  put("now.", state_of(*model_));
  put("best.", best_state_);
  if (average_) {
    put("average.", state_of(average_->model()));
  }
  for (std::size_t k = 0; k < optimizer_->first_moments().size(); ++k) {
    checkpoint.tensors.push_back({"first." + std::to_string(k), optimizer_->first_moments()[k]});
    checkpoint.tensors.push_back({"second." + std::to_string(k), optimizer_->second_moments()[k]});
  }
}

void TrainingRun::restore(const ModelFile& checkpoint) {
  const std::vector<std::int64_t>& epochs = checkpoint.integers("run.epochs");
  const std::vector<double>& figures = checkpoint.reals("run.figures");
  require(epochs.size() == 4 && figures.size() == 4, "checkpoint: run.epochs and run.figures have ", epochs.size(),
          " and ", figures.size(), " numbers, expected 4 each");
  const auto state = [&](std::string_view prefix) {
    std::vector<NamedTensor> found;
    for (const NamedTensor& tensor : checkpoint.tensors) {
      if (tensor.name.starts_with(prefix)) {
        found.push_back({tensor.name.substr(prefix.size()), tensor.value});
      }
    }
    return found;
  };
  const auto moments = [&](std::string_view prefix) {
    std::vector<Tensor> found;
    for (NamedTensor& tensor : state(prefix)) {
      found.push_back(std::move(tensor.value));
    }
    return found;
  };
  best_state_ = state("best.");
  set_state(*model_, best_state_);
  set_state(*model_, state("now."));
  if (average_) {
    set_state(average_->model(), state("average."));
  }
  optimizer_->restore(epochs[3], moments("first."), moments("second."));
  epoch_ = epochs[0];
  step_ = epochs[1];
  best_epoch_ = epochs[2];
  best_val_ = figures[0];
  best_val_loss_ = figures[1];
  seconds_ = figures[2];
  loss_sum_ = figures[3];
}

}  // namespace weft
