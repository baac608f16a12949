// One training run: a model, its optimizer and the best it has been. The same loop for every problem.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "weft/io/model_file.hpp"
#include "weft/train/model_state.hpp"
#include "weft/train/optimizer.hpp"
#include "weft/tasks/problem.hpp"
#include "weft/train/weight_average.hpp"

namespace weft {

class TrainingRun {
 public:
  /// Throws ArgumentError if the training part has no label.
  TrainingRun(const Problem& problem, const Split& split, std::uint64_t seed);

  [[nodiscard]] bool is_done() const;
  /// Goes on to the end of the epoch and, where eval_every says so, looks at the validation part. `stop` is asked after
  /// every step but the last; where it says yes, the epoch is left in its midst and false comes back: the next call
  /// goes on from there.
  [[nodiscard]] bool advance(FunctionRef<bool()> stop);

  /// What is known after the last whole epoch.
  [[nodiscard]] const EpochRecord& record() const { return record_; }
  /// Puts the best weights into the model and measures them on all parts.
  [[nodiscard]] RunResult finish();
  /// Where the time of steps on samples went.
  [[nodiscard]] StageTimes times() const { return steps_->times(); }
  /// The best weights so far, or those at the start.
  [[nodiscard]] const std::vector<NamedTensor>& best_state() const { return best_state_; }

  /// Everything that the rest of the run depends on.
  void save(ModelFile& checkpoint) const;
  /// Throws ArgumentError if the checkpoint belongs to another model.
  void restore(const ModelFile& checkpoint);

 private:
  void step(const Steps::Loss& loss_of, std::int64_t num_steps);
  void look();
  /// The model whose figures count.
  [[nodiscard]] NodeModel& judged() const { return average_ ? average_->model() : *model_; }

  const Problem& problem_;
  const Split& split_;
  std::uint64_t seed_;
  Random randomness_;
  std::unique_ptr<NodeModel> model_;
  std::unique_ptr<Adam> optimizer_;
  /// Null where weights are not averaged.
  std::unique_ptr<WeightAverage> average_;
  std::unique_ptr<Steps> steps_;
  ScheduleOptions schedule_;
  std::vector<std::int64_t> train_rows_, val_rows_;
  /// step_ steps of epoch_ are done, and their losses sum to loss_sum_.
  std::int64_t num_epochs_, eval_every_, epoch_ = 0, step_ = 0, best_epoch_ = -1;
  double loss_sum_ = 0.0, rate_ = 0.0;
  double best_val_, best_val_loss_;
  double seconds_ = 0.0;
  std::vector<NamedTensor> best_state_;
  EpochRecord record_;
};

}  // namespace weft
