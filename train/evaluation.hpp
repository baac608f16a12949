// A trained model against the labels of a dataset: what it says of every row, nodes or graphs, and the figures.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/train/predictor.hpp"

namespace weft {

class Evaluation {
 public:
  /// Runs the model. The dataset must outlive this. Throws ArgumentError if the labels do not fit the model.
  Evaluation(const Predictor& predictor, const Dataset& dataset, const WantedNodes& wanted = {});

  [[nodiscard]] const Predictor::Prediction& prediction() const { return prediction_; }
  /// Every metric of the task over the labelled ones of `rows`.
  [[nodiscard]] std::map<std::string, double> figures(std::span<const std::int64_t> rows) const;
  /// Those of `rows` that have a label.
  [[nodiscard]] std::vector<std::int64_t> labelled(std::span<const std::int64_t> rows) const;

  [[nodiscard]] OutputKind outputs() const { return outputs_; }
  /// outputs() classes: the class of each row.
  [[nodiscard]] std::span<const std::int64_t> classes() const { return classes_; }
  /// Otherwise: [rows, outputs].
  [[nodiscard]] const Tensor& targets() const { return *targets_; }

 private:
  OutputKind outputs_;
  std::span<const std::int64_t> classes_;
  const Tensor* targets_ = nullptr;
  Predictor::Prediction prediction_;
};

/// What the model says of every row of the dataset, or of the wanted ones, nodes or graphs; it needs no labels.
[[nodiscard]] Predictor::Prediction predict_dataset(const Predictor& predictor, const Dataset& dataset,
                                                    const WantedNodes& wanted = {});

}  // namespace weft
