// What a model says of nodes or graphs, a row each: lines of the CSV that `weft predict` writes, and the same as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "weft/cli/console.hpp"
#include "weft/io/dataset.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft::cli {

[[nodiscard]] bool is_of_graphs(const TrainedModel& model);

/// The shortest number that is read back to the same bits; null where it is not finite.
[[nodiscard]] Json number_json(float value);

/// Views.
struct PredictionTable {
  const TrainedModel& predictor;
  const Dataset& dataset;
  /// The rows of a text that graphs come from, or what nodes are called by number; empty: all of the dataset, in order.
  const std::vector<std::int64_t>& text_rows;
  /// [rows, outputs]
  const Tensor& outputs;
  /// Classes: the largest of each row is what it is called.
  const Tensor& logits;
  /// Of the outputs.
  std::vector<std::string> names;
  /// CSV: so many of the likeliest classes; 0: a column for each output.
  std::int64_t top;

  [[nodiscard]] bool has_classes() const { return predictor.outputs() == OutputKind::classes; }
  [[nodiscard]] bool has_probabilities() const { return has_classes() || predictor.outputs() == OutputKind::labels; }
  /// The likeliest class, but of two classes the one that the model's threshold says.
  [[nodiscard]] std::int64_t called(std::int64_t i) const;

  /// With the ends of lines.
  [[nodiscard]] std::string header() const;
  [[nodiscard]] std::string line(std::int64_t i) const;
  /// {"node": 3, "name": "a", "class": "x", "probabilities": [...]}: the outputs in the order of `names`, or with `top`
  /// pairs of a class and its probability below "top".
  [[nodiscard]] Json json(std::int64_t i) const;

 private:
  /// From the one that it is called on.
  [[nodiscard]] std::vector<std::int64_t> first_classes(std::int64_t i, std::int64_t count) const;
  /// What rows are called besides their number, where there is something: a word for the header and a text for each.
  [[nodiscard]] std::vector<std::pair<std::string, const std::vector<std::string>*>> texts() const;
  [[nodiscard]] std::int64_t number(std::int64_t i) const {
    return text_rows.empty() ? i : text_rows[static_cast<std::size_t>(i)];
  }
};

}  // namespace weft::cli
