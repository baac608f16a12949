// What every layer is given and gives: a pass (training or not, and its randomness) and a list of
// named parameters; and what all models have in common.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/tensor/variable.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// One walk through a model. Training or not is decided here, not in a state of the layers.
class Pass {
 public:
  /// Records gradients and drops out. `step` is the randomness of this step: a function of seed and
  /// epoch; `progress` in [0, 1] says how much of the training is over, for schedules inside a model.
  [[nodiscard]] static Pass train(const Random& step, double progress = 1.0) {
    require(progress >= 0.0 && progress <= 1.0, "Pass::train: progress is ", progress, ", expected 0 to 1");
    return Pass(true, step, progress);
  }
  /// Leaves no records.
  [[nodiscard]] static Pass inference() { return Pass(false, Random(0), 1.0); }

  /// As inference, but with records: for gradients of what a trained model says, of the weights of its inputs.
  /// `input_weights` [inputs, 1] multiplies the state that the model makes of each input; the derivative of an output
  /// by a node's weight, taken where all are 1, is what the node contributes (gradient times input: Shrikumar,
  /// Greenside, Kundaje 2017).
  [[nodiscard]] static Pass explaining(const Variable& input_weights) {
    Pass pass = inference();
    pass.input_weights_ = input_weights;
    return pass;
  }

  [[nodiscard]] bool is_training() const { return training_; }
  [[nodiscard]] double progress() const { return progress_; }

  /// The parameter as an input of an operation: with a gradient in training only.
  [[nodiscard]] Variable use(const Parameter& parameter) const {
    return training_ ? parameter.variable() : parameter.constant();
  }

  /// Of explaining(): [inputs, 1]; empty otherwise.
  [[nodiscard]] const Variable& input_weights() const { return input_weights_; }

  /// The randomness of the next place in the model that asks for some. Layers run in a fixed order, so
  /// the n-th place is always the same one.
  [[nodiscard]] Random next_random() { return step_.stream(++places_); }

  /// Asks the layers of this pass to hand their states to keep(); `states` must outlive the pass.
  void keep_states_in(std::vector<Variable>& states) { kept_ = &states; }
  /// The states after a layer: kept where someone has asked for them (readouts that pool every layer), otherwise free
  /// to go as soon as the next layer has read them.
  void keep(const Variable& states) {
    if (kept_ != nullptr) {
      kept_->push_back(states);
    }
  }

  [[nodiscard]] bool keeps_states() const { return kept_ != nullptr; }

  /// Adds a [1, 1] term to what training minimizes, beside the loss of the outputs.
  void add_loss(const Variable& loss) {
    require(loss.shape() == Shape{1, 1}, "Pass::add_loss: the loss has shape ", loss.shape(), ", expected [1, 1]");
    losses_.push_back(loss);
  }
  /// What the layers have added, in their order.
  [[nodiscard]] const std::vector<Variable>& losses() const { return losses_; }

  /// A new value for a statistic of the model, as ParameterList has it: layers are not written while they run, so a
  /// training pass returns what it has found, and update_statistics() puts it there.
  void update(const Tensor& statistic, Tensor value) {
    require(training_, "Pass::update: the pass does not train, expected one that does");
    updates_.push_back({&statistic, std::move(value)});
  }
  struct Update {
    const Tensor* statistic;
    Tensor value;
  };
  [[nodiscard]] const std::vector<Update>& updates() const { return updates_; }
  /// The statistic as this pass knows it: a layer that runs twice in one pass goes on from what its first run found.
  /// Valid until the next update().
  [[nodiscard]] const Tensor& current(const Tensor& statistic) const {
    const auto found = std::find_if(updates_.rbegin(), updates_.rend(),
                                    [&](const Update& update) { return update.statistic == &statistic; });
    return found == updates_.rend() ? statistic : found->value;
  }

 private:
  Pass(bool training, const Random& step, double progress) : training_(training), step_(step), progress_(progress) {}

  bool training_;
  Random step_;
  double progress_;
  std::uint64_t places_ = 0;
  std::vector<Variable> losses_;
  std::vector<Update> updates_;
  std::vector<Variable>* kept_ = nullptr;
  Variable input_weights_;
};

/// Which weight decay a parameter gets.
enum class ParameterGroup {
  /// Matrices of the first layer.
  input,
  /// Matrices of all other layers.
  weight,
  /// Biases, gains and other vectors.
  vector,
};

struct NamedParameter {
  std::string name;
  Parameter* parameter;
  ParameterGroup group;
};

/// Numbers that belong to a model and are saved with it, but are not trained by gradients.
struct NamedStatistic {
  std::string name;
  Tensor* value;
};

/// Everything a model is made of, in a fixed order, under dotted names.
class ParameterList {
 public:
  void add(const std::string& name, Parameter& parameter, ParameterGroup group) {
    parameters.push_back({prefix_ + name, &parameter, group});
  }
  void add_statistic(const std::string& name, Tensor& value) { statistics.push_back({prefix_ + name, &value}); }

  /// Lists what `layer` is made of under "name.".
  template <class Layer>
  void add_layer(const std::string& name, Layer& layer) {
    const std::string outer = prefix_;
    prefix_ += name + ".";
    layer.list_parameters(*this);
    prefix_ = outer;
  }

  std::vector<NamedParameter> parameters;
  std::vector<NamedStatistic> statistics;

 private:
  std::string prefix_;
};

/// Anything that is trained: what is saved, averaged, counted and optimized of it.
class Model {
 public:
  Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  virtual ~Model() = default;
  virtual void list_parameters(ParameterList& list) = 0;
};

[[nodiscard]] ParameterList parameters_of(Model& model);
/// Trained numbers in all parameters.
[[nodiscard]] std::int64_t num_parameters(Model& model);
/// Writes what a training pass has found into the model's statistics, in the order in which it was found. Throws
/// ArgumentError if one is not among them.
void update_statistics(Model& model, const Pass& pass);
/// The same for a layer alone.
void update_statistics(const ParameterList& list, const Pass& pass);

}  // namespace weft
#pragma GCC visibility pop
