#include "weft/tasks/generation_run.hpp"

#include <chrono>
#include <cmath>
#include <limits>
#include <numbers>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/random_permutation.hpp"
#include "weft/generation/sequence_loss.hpp"
#include "weft/tasks/graph_generator.hpp"
#include "weft/tasks/sequence_state.hpp"

namespace weft {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kLeastEpochGraphs = 4096, kEvaluationBatch = 256;
constexpr double kNever = std::numeric_limits<double>::infinity(), kUnknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace

GenerationRun::GenerationRun(const GenerationProblem& problem)
    : problem_(problem),
      options_(problem.job.options),
      seed_(problem.job.seeds[0]),
      codes_(Random(seed_).stream(1)),
      order_(Random(seed_).stream(2)),
      dropout_(Random(seed_).stream(3)),
      model_(make_sequence_model(problem.traits, Random(seed_).stream(0))),
      averaged_(make_sequence_model(problem.traits, Random(seed_).stream(0))),
      optimizer_(parameters_of(*model_).parameters, {.decoupled = true,
                                                     .beta2 = 0.98,
                                                     .input_decay = options_.real("weight_decay"),
                                                     .weight_decay = options_.real("weight_decay"),
                                                     .clip = options_.real("clip")}),
      best_val_(kNever),
      best_state_(sequence_state_of(*averaged_)) {
  const auto count = static_cast<std::int64_t>(problem.train.size());
  const std::int64_t wanted = options_.integer("epoch_graphs");
  batch_ = options_.integer("batch_size");
  epoch_graphs_ = wanted > 0 ? wanted : std::max(count, kLeastEpochGraphs);
  steps_per_epoch_ = (epoch_graphs_ + batch_ - 1) / batch_;
  num_epochs_ = options_.integer("epochs");
}

bool GenerationRun::is_done() const {
  return budget() > 0.0 ? seconds_ >= budget() : step_ >= num_epochs_ * steps_per_epoch_;
}

bool GenerationRun::advance() {
  const auto start = Clock::now();
  take_step();
  seconds_ += std::chrono::duration<double>(Clock::now() - start).count();
  if (step_ % steps_per_epoch_ != 0 && !is_done()) {
    return false;
  }
  end_epoch();
  return true;
}

RunResult GenerationRun::finish() {
  if (best_epoch_ < 0) {
    best_state_ = sequence_state_of(*averaged_);
  }
  set_sequence_state(*averaged_, best_state_);
  return {.seed = seed_,
          .split = problem_.job.splits[0],
          .train = nats_per_graph(problem_.train),
          .val = nats_per_graph(problem_.val),
          .test = nats_per_graph(problem_.test),
          .best_epoch = best_epoch_,
          .epochs = epoch_,
          .seconds = seconds_,
          .test_metrics = {{"nll", nats_per_graph(problem_.test)}}};
}

std::int64_t GenerationRun::num_parameters() const {
  std::int64_t total = 0;
  for (const NamedParameter& p : parameters_of(*model_).parameters) {
    total += p.parameter->value().size();
  }
  return total;
}

void GenerationRun::save(ModelFile& checkpoint) const {
  checkpoint.numbers["run.steps"] =
      std::vector<std::int64_t>{step_, epoch_, best_epoch_, optimizer_.num_steps(), graphs_};
  checkpoint.numbers["run.figures"] = std::vector<double>{best_val_, seconds_, loss_sum_, nats_sum_, steps_summed_};
  const auto put = [&](const std::string& prefix, const std::vector<NamedTensor>& state) {
    for (const NamedTensor& tensor : state) {
      checkpoint.tensors.push_back({prefix + tensor.name, tensor.value});
    }
  };
  put("now.", sequence_state_of(*model_));
  put("average.", sequence_state_of(*averaged_));
  put("best.", best_state_);
  for (std::size_t k = 0; k < optimizer_.first_moments().size(); ++k) {
    checkpoint.tensors.push_back({"first." + std::to_string(k), optimizer_.first_moments()[k]});
    checkpoint.tensors.push_back({"second." + std::to_string(k), optimizer_.second_moments()[k]});
  }
}

void GenerationRun::restore(const ModelFile& checkpoint) {
  const std::vector<std::int64_t>& steps = checkpoint.integers("run.steps");
  const std::vector<double>& figures = checkpoint.reals("run.figures");
  require(steps.size() == 5 && figures.size() == 5, "checkpoint: run.steps and run.figures have ", steps.size(),
          " and ", figures.size(), " numbers, expected 5 each");
  const auto under = [&](std::string_view prefix) {
    std::vector<NamedTensor> state;
    for (const NamedTensor& tensor : checkpoint.tensors) {
      if (tensor.name.starts_with(prefix)) {
        state.push_back({tensor.name.substr(prefix.size()), tensor.value});
      }
    }
    return state;
  };
  const auto moments = [&](std::string_view prefix) {
    std::vector<Tensor> tensors;
    for (NamedTensor& tensor : under(prefix)) {
      tensors.push_back(std::move(tensor.value));
    }
    return tensors;
  };
  best_state_ = under("best.");
  set_sequence_state(*averaged_, best_state_);
  set_sequence_state(*averaged_, under("average."));
  set_sequence_state(*model_, under("now."));
  optimizer_.restore(steps[3], moments("first."), moments("second."));
  step_ = steps[0];
  epoch_ = steps[1];
  best_epoch_ = steps[2];
  graphs_ = steps[4];
  best_val_ = figures[0];
  seconds_ = figures[1];
  loss_sum_ = figures[2];
  nats_sum_ = figures[3];
  steps_summed_ = figures[4];
}

double GenerationRun::progress() const {
  return std::min(1.0, budget() > 0.0
                           ? seconds_ / budget()
                           : static_cast<double>(step_) / static_cast<double>(num_epochs_ * steps_per_epoch_));
}

double GenerationRun::learning_rate() const {
  const double floor = options_.real("final_rate");
  const double cosine = 0.5 * (1.0 + std::cos(std::numbers::pi * progress()));
  const double warmup =
      std::min(1.0, static_cast<double>(step_ + 1) / static_cast<double>(options_.integer("warmup_steps") + 1));
  return options_.real("learning_rate") * warmup * (floor + (1.0 - floor) * cosine);
}

std::vector<std::int64_t> GenerationRun::batch_graphs() const {
  const auto count = static_cast<std::int64_t>(problem_.train.size());
  const std::int64_t first = step_ % steps_per_epoch_ * batch_, epoch = step_ / steps_per_epoch_;
  std::vector<std::int64_t> graphs;
  for (std::int64_t position = first; position < std::min(first + batch_, epoch_graphs_);) {
    const std::int64_t pass = position / count;
    const RandomPermutation permutation(
        count, order_.stream(static_cast<std::uint64_t>(epoch)).stream(static_cast<std::uint64_t>(pass)));
    for (; position < std::min(first + batch_, epoch_graphs_) && position / count == pass; ++position) {
      graphs.push_back(problem_.train[static_cast<std::size_t>(permutation(position % count))]);
    }
  }
  return graphs;
}

SequenceBatch GenerationRun::training_batch() const {
  const std::vector<std::int64_t> graphs = batch_graphs();
  const Random random = codes_.stream(static_cast<std::uint64_t>(step_));
  const std::int64_t properties = problem_.corpus.properties.cols();
  Tensor shown = Tensor::uninitialized(static_cast<std::int64_t>(graphs.size()), properties);
  std::vector<SequenceItem> items;
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    SequenceItem item = problem_.item(graphs[i], random.stream(i));
    for (std::int64_t j = 0; j < properties; ++j) {
      const bool is_hidden = item.random.uniform(static_cast<std::uint64_t>(j), 9) < options_.real("property_drop");
      shown(row, j) =
          is_hidden ? std::numeric_limits<float>::quiet_NaN() : item.properties[static_cast<std::size_t>(j)];
    }
    item.properties = std::as_const(shown).row(row);
    items.push_back(item);
  }
  return make_sequence_batch(problem_.traits.vocabulary, items);
}

void GenerationRun::take_step() {
  rate_ = learning_rate();
  const SequenceBatch batch = training_batch();
  Pass pass = Pass::train(dropout_.stream(static_cast<std::uint64_t>(step_)), progress());
  const SequenceLoss loss =
      sequence_loss(model_->forward(batch, pass), batch, static_cast<float>(options_.real("unmasked_share")));
  const auto value = static_cast<double>(loss.loss.value()(0, 0));
  if (!std::isfinite(value)) {
    throw NumericError(concat("step ", step_, " of seed ", seed_, ": the loss is ", value));
  }
  Gradients gradients = backward(loss.loss);
  optimizer_.step(gradients, rate_);
  average_weights();
  loss_sum_ += value;
  nats_sum_ += loss.masked_nats;
  graphs_ += batch.num_sequences();
  steps_summed_ += 1.0;
  ++step_;
}

/// Early on the average follows quickly, or it would keep the random start (as TensorFlow's moving averages do).
void GenerationRun::average_weights() {
  const auto t = static_cast<double>(step_);
  const auto keep = static_cast<float>(std::min(options_.real("ema"), (1.0 + t) / (10.0 + t)));
  const ParameterList now = parameters_of(*model_), average = parameters_of(*averaged_);
  for (std::size_t k = 0; k < now.parameters.size(); ++k) {
    const float* from = now.parameters[k].parameter->value().data();
    float* to = average.parameters[k].parameter->mutable_value().data();
    parallel_for(now.parameters[k].parameter->value().size(), 1 << 14, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        to[i] = keep * to[i] + (1.0F - keep) * from[i];
      }
    });
  }
}

double GenerationRun::nats_per_graph(const std::vector<std::int64_t>& part) const {
  const auto count =
      std::min(static_cast<std::int64_t>(part.size()), std::max<std::int64_t>(0, options_.integer("val_graphs")));
  const Random random = Random(0x56414C49);
  double nats = 0.0;
  for (std::int64_t first = 0; first < count; first += kEvaluationBatch) {
    std::vector<SequenceItem> items;
    for (std::int64_t i = first; i < std::min(count, first + kEvaluationBatch); ++i) {
      items.push_back(problem_.item(part[static_cast<std::size_t>(i)], random.stream(static_cast<std::uint64_t>(i))));
    }
    const SequenceBatch batch = make_sequence_batch(problem_.traits.vocabulary, items);
    Pass pass = Pass::inference();
    nats += sequence_loss(averaged_->forward(batch, pass), batch, 0.0F).masked_nats;
  }
  return count > 0 ? nats / static_cast<double>(count) : kUnknown;
}

void GenerationRun::end_epoch() {
  const double val = nats_per_graph(problem_.val);
  // Without a validation part the last weights are the best there are.
  if (std::isnan(val) || val < best_val_) {
    best_val_ = std::isnan(val) ? kNever : val;
    best_epoch_ = epoch_;
    best_state_ = sequence_state_of(*averaged_);
  }
  record_ = {.seed = seed_,
             .split = problem_.job.splits[0],
             .epoch = epoch_,
             .num_epochs = budget() > 0.0
                               ? std::max<std::int64_t>(epoch_ + 1, static_cast<std::int64_t>(std::ceil(
                                                                        static_cast<double>(epoch_ + 1) / progress())))
                               : num_epochs_,
             .loss = loss_sum_ / steps_summed_,
             .learning_rate = rate_,
             .evaluated = true,
             .train = nats_sum_ / static_cast<double>(graphs_),
             .val = val,
             .best_val = std::isfinite(best_val_) ? best_val_ : kUnknown,
             .best_epoch = best_epoch_,
             .seconds = seconds_};
  ++epoch_;
  loss_sum_ = nats_sum_ = steps_summed_ = 0.0;
  graphs_ = 0;
}

}  // namespace weft
