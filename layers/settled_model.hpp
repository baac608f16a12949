// A model of nodes with what was settled on the validation part once its weights were: how labels that are known spread
// over what it says, and above which probability a node is called the second of two classes. Kept with the weights, and
// done where the whole graph is there, after the model has spoken of all of its nodes (tasks/settled_outputs.hpp).
#pragma once

#include <memory>
#include <utility>

#include "weft/layers/known_labels.hpp"
#include "weft/layers/label_spread.hpp"
#include "weft/layers/wrapped_model.hpp"

namespace weft {

class SettledModel final : public WrappedModel {
 public:
  /// are_classes: that exclude each other, or several yes-or-no labels.
  SettledModel(std::unique_ptr<NodeModel> inner, std::int64_t num_outputs, bool are_classes)
      : WrappedModel(std::move(inner)), num_outputs_(num_outputs), are_classes_(are_classes) {}

  [[nodiscard]] std::int64_t num_outputs() const { return num_outputs_; }
  [[nodiscard]] bool are_classes() const { return are_classes_; }
  [[nodiscard]] const KnownLabels& known() const { return known_; }
  [[nodiscard]] KnownLabels& known() { return known_; }

  /// Throws ArgumentError if what was read from a file makes no sense.
  [[nodiscard]] Spread spread() const {
    const float kind = spread_(0, 0), smooth = spread_(0, 1), correct = spread_(0, 2);
    require((kind == 0.0F || kind == 1.0F || kind == 2.0F) && smooth >= 0.0F && smooth < 1.0F && correct >= 0.0F &&
                correct < 1.0F,
            "model: labels spread in way ", kind, " with shares ", smooth, " and ", correct,
            ", expected 0 to 2 and shares from 0 to below 1");
    return {static_cast<SpreadKind>(static_cast<int>(kind)), smooth, correct};
  }
  void set_spread(const Spread& spread) {
    spread_(0, 0) = static_cast<float>(spread.kind);
    spread_(0, 1) = spread.smooth_share;
    spread_(0, 2) = spread.correct_share;
  }

  /// Of the second of two classes; 0.5 is where it is the likelier one.
  [[nodiscard]] float threshold() const {
    require(threshold_(0, 0) > 0.0F && threshold_(0, 0) < 1.0F, "model: the threshold is ", threshold_(0, 0),
            ", expected more than 0 and less than 1");
    return threshold_(0, 0);
  }
  void set_threshold(float threshold) { threshold_(0, 0) = threshold; }

  void list_parameters(ParameterList& list) override {
    WrappedModel::list_parameters(list);
    list.add_layer("known", known_);
    list.add_statistic("spread", spread_);
    list.add_statistic("threshold", threshold_);
  }

 private:
  std::int64_t num_outputs_;
  bool are_classes_;
  KnownLabels known_;
  /// The kind, and the shares of means and of errors.
  Tensor spread_ = Tensor(1, 3);
  Tensor threshold_ = Tensor::full(1, 1, 0.5F);
};

}  // namespace weft
