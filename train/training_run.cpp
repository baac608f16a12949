#include "weft/train/training_run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "weft/core/stop.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/train/checkpoint.hpp"

namespace weft {
namespace {

constexpr double kWorst = -std::numeric_limits<double>::infinity();

AdamOptions adam_options(const TrainOptions& options) {
  return {.decoupled = options.optimizer == OptimizerKind::adamw,
          .beta2 = options.beta2,
          .input_decay = options.weight_decay,
          .weight_decay = options.decay == DecayKind::all ? options.weight_decay : 0.0,
          .clip = options.clip};
}

ScheduleOptions schedule_of(const TrainOptions& options) {
  return {.kind = options.schedule,
          .warmup = options.warmup,
          .step_epochs = options.step_epochs,
          .step_factor = options.step_factor,
          .final_rate = options.final_rate};
}

/// The tensors whose names begin with `prefix`, without it.
std::vector<NamedTensor> under(const ModelFile& file, std::string_view prefix) {
  std::vector<NamedTensor> found;
  for (const NamedTensor& tensor : file.tensors) {
    if (tensor.name.starts_with(prefix)) {
      found.push_back({tensor.name.substr(prefix.size()), tensor.value});
    }
  }
  return found;
}

std::vector<Tensor> values_under(const ModelFile& file, std::string_view prefix) {
  std::vector<Tensor> values;
  for (NamedTensor& tensor : under(file, prefix)) {
    values.push_back(std::move(tensor.value));
  }
  return values;
}

}  // namespace

TrainingRun::TrainingRun(const Task& task, const TrainOptions& options, const Split& split, std::uint64_t seed)
    : task_(task),
      options_(options),
      split_(split),
      seed_(seed),
      randomness_(Random(seed).stream(1)),
      model_(task.new_model(split, Random(seed).stream(0))),
      optimizer_(parameters_of(*model_).parameters, adam_options(options)),
      epochs_(task.epochs(*model_, split, seed)),
      is_trained_(!parameters_of(*model_).parameters.empty()),
      has_validation_(task.has_validation(split)),
      best_val_(kWorst),
      best_val_loss_(-kWorst),
      best_state_(state_of(*model_)) {
  if (options.average > 0.0) {
    average_ = std::make_unique<WeightAverage>(task.new_model(split, Random(seed).stream(0)), options.average);
  }
}

double TrainingRun::budget_share() const {
  return std::min(1.0, seconds_ / (60.0 * options_.budget_minutes));
}

bool TrainingRun::is_over(std::int64_t epochs) const {
  return has_budget() ? budget_share() >= 1.0 : epochs >= options_.epochs;
}

bool TrainingRun::is_done() const {
  // Judged epochs since the best one: those after the epochs eval_every - 1, 2 eval_every - 1, ...
  const std::int64_t judged = epoch_ / options_.eval_every - (best_epoch_ + 1) / options_.eval_every;
  return is_over(epoch_) || (options_.patience > 0 && best_epoch_ >= 0 && judged >= options_.patience);
}

bool TrainingRun::advance(FunctionRef<bool()> stop) {
  const Stopwatch watch;
  const double before = seconds_;
  std::unique_ptr<Epoch> epoch = epochs_->epoch(epoch_, step_);
  const std::int64_t num_steps = epoch->num_steps();
  bool is_whole = true;
  while (const Step* step = epoch->next()) {
    take(*step, num_steps);
    seconds_ = before + watch.seconds();
    if (has_budget() && is_over(epoch_)) {
      break;
    }
    if (step_ < num_steps && stop()) {
      is_whole = false;
      break;
    }
  }
  // What was made ahead is let go of, and the time of steps ends, before the model is judged.
  epoch.reset();
  if (is_whole) {
    require(step_ == num_steps || (has_budget() && is_over(epoch_)), "train: epoch ", epoch_ + 1, " ended after ",
            step_, " steps, expected ", num_steps);
    end_epoch();
  }
  seconds_ = before + watch.seconds();
  record_.seconds = seconds_;
  return is_whole;
}

double TrainingRun::epochs_done(std::int64_t num_steps) const {
  return has_budget() ? budget_share() * static_cast<double>(options_.epochs)
                      : static_cast<double>(epoch_) + static_cast<double>(step_) / static_cast<double>(num_steps);
}

double TrainingRun::rate_after(double epochs) const {
  return options_.learning_rate * schedule_factor(schedule_of(options_), epochs, options_.epochs);
}

void TrainingRun::take(const Step& step, std::int64_t num_steps) {
  const double epochs = epochs_done(num_steps);
  rate_ = rate_after(epochs);
  Pass pass = Pass::train(randomness_.stream(static_cast<std::uint64_t>(optimizer_.num_steps())),
                          epochs / static_cast<double>(options_.epochs));
  Variable loss = step.loss(*model_, pass);
  for (const Variable& term : pass.losses()) {
    loss = loss + term;
  }
  const auto value = static_cast<double>(loss.value()(0, 0));
  if (!std::isfinite(value)) {
    throw NumericError(concat("epoch ", epoch_ + 1, ", step ", step_, " of seed ", seed_, ", split ", split_.name,
                              ": the loss is ", value));
  }
  if (!is_trained_) {
    // What was solved for has nothing to follow.
    loss_sum_ += value;
    ++step_;
    return;
  }
  Gradients gradients = backward(loss);
  // All of the weights change, or none.
  const StopScope to_the_end(nullptr);
  optimizer_.step(gradients, rate_);
  update_statistics(*model_, pass);
  if (average_) {
    average_->add(*model_, optimizer_.num_steps());
  }
  loss_sum_ += value;
  ++step_;
}

void TrainingRun::end_epoch() {
  std::int64_t num_epochs = options_.epochs;
  if (has_budget()) {
    // As many as would fit in.
    num_epochs =
        std::max(epoch_ + 1, static_cast<std::int64_t>(std::ceil(static_cast<double>(epoch_ + 1) / budget_share())));
  }
  record_ = {.seed = seed_,
             .split = split_.name,
             .epoch = epoch_,
             .num_epochs = num_epochs,
             .loss = loss_sum_ / static_cast<double>(step_),
             .learning_rate = rate_,
             .train = Figures::kUnknown,
             .val = Figures::kUnknown};
  if ((epoch_ + 1) % options_.eval_every == 0 || is_over(epoch_ + 1)) {
    judge();
  }
  const double sign = task_.higher_is_better() ? 1.0 : -1.0;
  record_.best_val = has_validation_ && best_epoch_ >= 0 ? sign * best_val_ : Figures::kUnknown;
  record_.best_epoch = best_epoch_;
  step_ = 0;
  loss_sum_ = 0.0;
  ++epoch_;
}

void TrainingRun::judge() {
  Figures figures;
  try {
    figures = task_.judge(judged(), split_, Parts::train_and_val);
  } catch (const NumericError& error) {
    throw NumericError(concat("epoch ", epoch_ + 1, " of seed ", seed_, ", split ", split_.name, ": ", error.what()));
  }
  record_.evaluated = true;
  record_.train = figures.train;
  record_.val = has_validation_ ? figures.val : Figures::kUnknown;
  // Without a validation part the last epoch is the best there is. A part where the metric is not defined (one class
  // only has no ROC curve) counts as the worst.
  const double sign = task_.higher_is_better() ? 1.0 : -1.0;
  const double val = has_validation_ ? sign * figures.val : static_cast<double>(epoch_);
  const double comparable = std::isnan(val) ? kWorst : val;
  // Small validation parts tie often; among equals the one that is surer of the right answers is better.
  if (comparable > best_val_ || (comparable == best_val_ && figures.val_loss < best_val_loss_)) {
    best_val_ = comparable;
    best_val_loss_ = figures.val_loss;
    best_epoch_ = epoch_;
    best_state_ = state_of(judged());
  }
}

RunResult TrainingRun::finish() {
  if (best_epoch_ < 0) {
    // Stopped before the model was ever judged: what it has learned is all there is.
    best_state_ = state_of(judged());
  }
  set_state(*model_, best_state_);
  std::string settled = task_.settle(*model_, split_);
  Figures figures = task_.judge(*model_, split_, Parts::all);
  best_state_ = state_of(*model_);
  return {.seed = seed_,
          .split = split_.name,
          .train = figures.train,
          .val = figures.val,
          .test = figures.test,
          .best_epoch = best_epoch_,
          .epochs = epoch_,
          .seconds = seconds_,
          .test_metrics = std::move(figures.test_metrics),
          .settled = std::move(settled)};
}

void TrainingRun::save(ModelFile& checkpoint) const {
  checkpoint.numbers["run.epochs"] = std::vector<std::int64_t>{epoch_, step_, best_epoch_, optimizer_.num_steps()};
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
  for (std::size_t k = 0; k < optimizer_.first_moments().size(); ++k) {
    checkpoint.tensors.push_back({"first." + std::to_string(k), optimizer_.first_moments()[k]});
    checkpoint.tensors.push_back({"second." + std::to_string(k), optimizer_.second_moments()[k]});
  }
}

void TrainingRun::restore(const ModelFile& checkpoint) {
  const std::vector<std::int64_t>& epochs = checkpoint.integers("run.epochs");
  const std::vector<double>& figures = checkpoint.reals("run.figures");
  require(epochs.size() == 4 && figures.size() == 4, "run.epochs and run.figures have ", epochs.size(), " and ",
          figures.size(), " numbers, expected 4 each");
  const std::int64_t num_steps = epochs[3];
  epoch_ = epochs[0];
  step_ = epochs[1];
  best_epoch_ = epochs[2];
  best_val_ = figures[0];
  best_val_loss_ = figures[1];
  seconds_ = figures[2];
  loss_sum_ = figures[3];
  require(is_count(epoch_) && (has_budget() || epoch_ <= options_.epochs) && best_epoch_ >= -1 &&
              best_epoch_ < epoch_ && is_count(num_steps) && is_count(step_),
          "run.epochs says that ", epoch_, " epochs and ", step_, " steps of the next are done, of ", num_steps,
          " in all, and epoch ", best_epoch_, " is the best, which does not go together");
  if (step_ > 0) {
    // All steps are done where the judging after them was given up.
    const std::int64_t num_epoch_steps = epochs_->epoch(epoch_, step_)->num_steps();
    require(step_ <= num_epoch_steps, "run.epochs says that ", step_, " steps of epoch ", epoch_,
            " are done, expected at most ", num_epoch_steps);
    rate_ =
        rate_after(static_cast<double>(epoch_) + static_cast<double>(step_ - 1) / static_cast<double>(num_epoch_steps));
  }
  require(!std::isnan(best_val_) && seconds_ >= 0.0 && std::isfinite(seconds_) && std::isfinite(loss_sum_),
          "run.figures has ", best_val_, ", ", seconds_, " and ", loss_sum_,
          " as the best figure, the seconds and the losses so far, expected numbers");
  for (const NamedTensor& tensor : checkpoint.tensors) {
    const auto values = tensor.value.values();
    require(std::ranges::all_of(values, [](float x) { return std::isfinite(x); }), "the tensor '", tensor.name,
            "' holds a number that is not finite, which no training goes on from");
  }
  best_state_ = under(checkpoint, "best.");
  set_state(*model_, best_state_);
  set_state(*model_, under(checkpoint, "now."));
  if (average_) {
    set_state(average_->model(), under(checkpoint, "average."));
  }
  optimizer_.restore(num_steps, values_under(checkpoint, "first."), values_under(checkpoint, "second."));
}

}  // namespace weft
