// One training run: a model, its optimizer and the best it has been. The same loop for every task.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/core/stopwatch.hpp"
#include "weft/io/model_file.hpp"
#include "weft/train/model_state.hpp"
#include "weft/train/optimizer.hpp"
#include "weft/train/task.hpp"
#include "weft/train/train_options.hpp"
#include "weft/train/trainer.hpp"
#include "weft/train/weight_average.hpp"

namespace weft {

class TrainingRun {
 public:
  /// All must outlive the run. Throws ArgumentError if the training part has no label.
  TrainingRun(const Task& task, const TrainOptions& options, const Split& split, std::uint64_t seed);

  [[nodiscard]] bool is_done() const;
  /// Goes on to the end of the epoch and, where eval_every says so, judges the model on the validation part. `stop` is
  /// asked after every step but the last; where it says yes, the epoch is left in its midst and false comes back: the
  /// next call goes on from there. Stopped (core/stop.hpp) leaves the run as it was before the step or the judging that
  /// was under way.
  [[nodiscard]] bool advance(FunctionRef<bool()> stop);

  /// What is known after the last whole epoch.
  [[nodiscard]] const EpochRecord& record() const { return record_; }
  /// Puts the best weights into the model and judges it on all parts.
  [[nodiscard]] RunResult finish();
  /// Where the time of steps on samples went.
  [[nodiscard]] StageTimes times() const { return epochs_->times(); }
  [[nodiscard]] std::int64_t num_parameters() const { return weft::num_parameters(*model_); }
  /// The best weights so far, or those at the start.
  [[nodiscard]] const std::vector<NamedTensor>& best_state() const { return best_state_; }

  /// Everything that the rest of the run depends on.
  void save(ModelFile& checkpoint) const;
  /// Throws ArgumentError if the checkpoint belongs to another model or its numbers make no sense; the run is of no use
  /// then.
  void restore(const ModelFile& checkpoint);

 private:
  void take(const Step& step, std::int64_t num_steps);
  /// The learning rate of a step before which so many epochs are done.
  [[nodiscard]] double rate_after(double epochs) const;
  void end_epoch();
  void judge();
  [[nodiscard]] bool has_budget() const { return options_.budget_minutes > 0.0; }
  /// Of the time, up to 1.
  [[nodiscard]] double budget_share() const;
  /// Whether the time or the epochs that the options give are used up when `epochs` are done.
  [[nodiscard]] bool is_over(std::int64_t epochs) const;
  /// Epochs that are done, of `epochs`, with a fraction; with a budget as if its share were of epochs.
  [[nodiscard]] double epochs_done(std::int64_t num_steps) const;
  /// The model whose figures count.
  [[nodiscard]] Model& judged() const { return average_ ? average_->model() : *model_; }

  const Task& task_;
  TrainOptions options_;
  const Split& split_;
  std::uint64_t seed_;
  Random randomness_;
  std::unique_ptr<Model> model_;
  Adam optimizer_;
  /// Null where weights are not averaged.
  std::unique_ptr<WeightAverage> average_;
  std::unique_ptr<Epochs> epochs_;
  /// Whether the model has parameters; otherwise it was solved for when it was made.
  bool is_trained_;
  bool has_validation_;
  /// step_ steps of epoch_ are done, and their losses sum to loss_sum_.
  std::int64_t epoch_ = 0, step_ = 0, best_epoch_ = -1;
  double loss_sum_ = 0.0, rate_ = 0.0;
  double best_val_, best_val_loss_;
  double seconds_ = 0.0;
  std::vector<NamedTensor> best_state_;
  EpochRecord record_;
};

}  // namespace weft
