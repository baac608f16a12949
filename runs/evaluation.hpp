// A trained model against the labels of a dataset: what it says of every row, nodes or graphs, and the figures.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "weft/io/dataset.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/labels.hpp"

namespace weft {

class Evaluation {
 public:
  /// Runs the model. The dataset must outlive this. Throws ArgumentError if the labels do not fit the model.
  Evaluation(const Predictor& predictor, const Dataset& dataset, const WantedNodes& wanted = {});

  [[nodiscard]] const Predictor::Prediction& prediction() const { return prediction_; }
  /// Every metric of the task over the labelled ones of `rows`.
  [[nodiscard]] std::map<std::string, double> figures(std::span<const std::int64_t> rows) const {
    return labels_.figures(prediction_.logits, labels_.labelled(rows));
  }
  [[nodiscard]] const RowLabels& labels() const { return labels_; }

 private:
  RowLabels labels_;
  Predictor::Prediction prediction_;
};

/// What the model says of every row of the dataset, or of the wanted ones, nodes or graphs; it needs no labels.
[[nodiscard]] Predictor::Prediction predict_dataset(const Predictor& predictor, const Dataset& dataset,
                                                    const WantedNodes& wanted = {});

}  // namespace weft
