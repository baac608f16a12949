// One training run of a node classifier: a model, its optimizer and the best it has been.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/train/model_input.hpp"
#include "weft/train/model_state.hpp"
#include "weft/train/optimizer.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

/// What all runs of a job share.
struct NodeProblem {
  /// Throws ArgumentError if the dataset has no node classes. The dataset must outlive the problem.
  NodeProblem(const Dataset& dataset, const TrainJob& job);

  const Dataset& dataset;
  const TrainJob& job;
  ModelInput input;
  ModelShape shape;
  std::span<const std::int64_t> labels;
  std::string metric;
};

class NodeRun {
 public:
  NodeRun(const NodeProblem& problem, const Split& split, std::uint64_t seed);

  [[nodiscard]] bool is_done() const;
  /// One epoch of training and one look at the validation part.
  void advance();

  [[nodiscard]] EpochRecord record() const { return record_; }
  [[nodiscard]] std::int64_t epoch() const { return epoch_; }
  /// Puts the best weights into the model and measures them on all parts.
  [[nodiscard]] RunResult finish();
  /// The best weights so far, or those at the start.
  [[nodiscard]] const std::vector<NamedTensor>& best_state() const { return best_state_; }

  /// Everything that the rest of the run depends on.
  void save(ModelFile& checkpoint) const;
  /// Throws ArgumentError if the checkpoint belongs to another model.
  void restore(const ModelFile& checkpoint);

 private:
  [[nodiscard]] Tensor infer() const;

  const NodeProblem& problem_;
  const Split& split_;
  std::uint64_t seed_;
  Random steps_;
  std::unique_ptr<NodeModel> model_;
  std::unique_ptr<Adam> optimizer_;
  ScheduleOptions schedule_;
  std::int64_t num_epochs_, epoch_ = 0, best_epoch_ = -1;
  double best_val_, best_val_loss_;
  double seconds_ = 0.0;
  std::vector<NamedTensor> best_state_;
  EpochRecord record_;
};

/// The rows of a part that have a label.
[[nodiscard]] std::vector<std::int64_t> labelled(std::span<const std::int64_t> part,
                                                 std::span<const std::int64_t> labels);

}  // namespace weft
