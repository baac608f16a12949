// One training run of a graph generator: a sequence model, the moving average of its weights, and the best that this
// has been. Every step is a function of the seed and its number.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "weft/generation/sequence_batch.hpp"
#include "weft/generation/sequence_model.hpp"
#include "weft/io/model_file.hpp"
#include "weft/tasks/generation_task.hpp"
#include "weft/train/optimizer.hpp"

namespace weft {

class GenerationRun {
 public:
  /// The problem must outlive the run.
  explicit GenerationRun(const GenerationProblem& problem);

  [[nodiscard]] bool is_done() const;
  /// One step; true if it ended an epoch, whose record is there then. Throws NumericError if the loss is not finite.
  bool advance();
  [[nodiscard]] const EpochRecord& record() const { return record_; }
  /// Puts the best weights into the averaged model and measures them on all parts.
  [[nodiscard]] RunResult finish();
  /// The best averaged weights so far, or those at the start.
  [[nodiscard]] const std::vector<NamedTensor>& best_state() const { return best_state_; }
  [[nodiscard]] std::int64_t num_epochs() const { return epoch_; }
  [[nodiscard]] std::int64_t num_parameters() const;

  /// Everything that the rest of the run depends on.
  void save(ModelFile& checkpoint) const;
  /// Throws ArgumentError if the checkpoint belongs to another model.
  void restore(const ModelFile& checkpoint);

 private:
  /// Seconds; 0: the number of epochs counts.
  [[nodiscard]] double budget() const { return 60.0 * options_.real("budget_minutes"); }
  /// Of the whole run, in [0, 1].
  [[nodiscard]] double progress() const;
  [[nodiscard]] double learning_rate() const;
  /// Those of the next step: passes over the training part, each in an order of its own.
  [[nodiscard]] std::vector<std::int64_t> batch_graphs() const;
  [[nodiscard]] SequenceBatch training_batch() const;
  void take_step();
  void average_weights();
  /// Of the averaged weights on the first graphs of a part, in the same codes every time.
  [[nodiscard]] double nats_per_graph(const std::vector<std::int64_t>& part) const;
  void end_epoch();

  const GenerationProblem& problem_;
  const Options& options_;
  std::uint64_t seed_;
  Random codes_, order_, dropout_;
  std::unique_ptr<SequenceModel> model_, averaged_;
  Adam optimizer_;
  std::int64_t batch_ = 1, epoch_graphs_ = 1, steps_per_epoch_ = 1, num_epochs_ = 1;

  std::int64_t step_ = 0, epoch_ = 0, best_epoch_ = -1, graphs_ = 0;
  double best_val_, seconds_ = 0.0, loss_sum_ = 0.0, nats_sum_ = 0.0, steps_summed_ = 0.0;
  double rate_ = 0.0;
  std::vector<NamedTensor> best_state_;
  EpochRecord record_;
};

}  // namespace weft
