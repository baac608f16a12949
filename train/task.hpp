// What is learned, apart from how training goes: the models, steps, metric values and files of a task. One loop trains
// any task (training_run.hpp); the tasks that there are stand in tasks/tasks.hpp.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/io/model_file.hpp"
#include "weft/layers/layer.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// One step of training.
class Step {
 public:
  Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  virtual ~Step() = default;
  /// What the step minimizes, [1, 1]. `model` is one of the task's.
  [[nodiscard]] virtual Variable loss(const Model& model, Pass& pass) const = 0;
};

/// The steps of an epoch, in order.
class Epoch {
 public:
  Epoch() = default;
  Epoch(const Epoch&) = delete;
  Epoch& operator=(const Epoch&) = delete;
  virtual ~Epoch() = default;
  /// Of the whole epoch, with those before the first that next() gives.
  [[nodiscard]] virtual std::int64_t num_steps() const = 0;
  /// The next step, good until the next call; nullptr: the epoch is over.
  [[nodiscard]] virtual const Step* next() = 0;
};

/// Where the time of training on samples goes, in seconds. Sampling and gathering add up those of all threads, and
/// overlap with training.
struct StageTimes {
  /// Drawing batches; reading their features; steps of training.
  double sampling = 0.0, gathering = 0.0, training = 0.0;
  /// What training waited for batches.
  double waiting = 0.0;

  [[nodiscard]] bool any() const { return sampling > 0.0; }
  StageTimes& operator+=(const StageTimes& other) {
    sampling += other.sampling;
    gathering += other.gathering;
    training += other.training;
    waiting += other.waiting;
    return *this;
  }
};

/// The epochs of one run: made once, since samplers prepare tables that all epochs read.
class Epochs {
 public:
  Epochs() = default;
  Epochs(const Epochs&) = delete;
  Epochs& operator=(const Epochs&) = delete;
  virtual ~Epochs() = default;
  /// Epoch `number` from step `first` on. Step k of an epoch is the same whatever was done before it. One at a time.
  [[nodiscard]] virtual std::unique_ptr<Epoch> epoch(std::int64_t number, std::int64_t first) = 0;
  /// Where the time of all epochs went, for steps that draw samples.
  [[nodiscard]] virtual StageTimes times() const { return {}; }
};

/// How good a model is on the parts of a split.
struct Figures {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  /// The task's metric on each part; NaN: not defined there, or not asked for.
  double train = kUnknown, val = kUnknown, test = kUnknown;
  /// The loss on the validation part, which decides between equal figures: lower is better.
  double val_loss = 0.0;
  /// Every metric of the task on the test part, where all parts were asked for.
  std::map<std::string, double> test_metrics = {};
};

enum class Parts { train_and_val, all };

/// A few numbers that differ if data differ.
class Fingerprint {
 public:
  /// A size, which stands there as it is.
  void add_size(std::int64_t size) { numbers_.push_back(size); }
  void mix(std::uint64_t word) { hash_ = (hash_ ^ word) * 0x100000001b3; }

  /// The sizes, then the hash.
  [[nodiscard]] std::vector<std::int64_t> numbers() const {
    std::vector<std::int64_t> all = numbers_;
    all.push_back(static_cast<std::int64_t>(hash_));
    return all;
  }

 private:
  std::vector<std::int64_t> numbers_;
  /// FNV-1a over 64-bit words (Fowler, Noll, Vo).
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

/// Immutable while runs go on. A split is one that find_split() gives.
class Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;

  /// nullptr if there is none of that name; there is for each split of the job that the data have.
  [[nodiscard]] virtual const Split* find_split(std::string_view name) const = 0;
  /// An untrained model, which knows what it must know of the split, such as the unit of its targets.
  [[nodiscard]] virtual std::unique_ptr<Model> new_model(const Split& split, const Random& random) const = 0;
  /// The steps to be taken of `model`, whose weights are not read here. All must outlive the epochs. Throws
  /// ArgumentError if the training part has nothing to learn from.
  [[nodiscard]] virtual std::unique_ptr<Epochs> epochs(const Model& model, const Split& split,
                                                       std::uint64_t seed) const = 0;

  /// What validation selects by, a name in metrics() of tasks/metrics.hpp.
  [[nodiscard]] virtual const std::string& metric() const = 0;
  [[nodiscard]] virtual bool higher_is_better() const = 0;
  /// Whether there is a validation part to select by; otherwise the last epoch counts.
  [[nodiscard]] virtual bool has_validation(const Split& split) const = 0;
  [[nodiscard]] virtual Figures judge(const Model& model, const Split& split, Parts parts) const = 0;
  /// Of the best weights, once, before they are judged on all parts: chooses by the validation part what is done with
  /// what the model says, keeps it in the model, and says it in a sentence. Mostly there is nothing to choose.
  [[nodiscard]] virtual std::string settle(Model& /*model*/, const Split& /*split*/) const { return ""; }

  /// What a model file says of the task, beside weights and figures, so that the model can be made again without the
  /// data.
  virtual void describe(const Split& split, ModelFile& file) const = 0;
  /// Everything of the data that training reads, bar the values of features.
  virtual void fingerprint(Fingerprint& data) const = 0;
  /// Those values, of which some rows may stand for all. Apart, since checkpoints of earlier versions have none.
  virtual void fingerprint_features(Fingerprint& /*values*/) const {}
  /// Sentences that tell a user what of the data is not learned from; mostly there are none.
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
};

}  // namespace weft
#pragma GCC visibility pop
