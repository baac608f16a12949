// What is known of the rows of a dataset, its nodes or its graphs: a class each, several yes-or-no labels, or numbers;
// how outputs are judged by it, and what of it is learned.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/tasks/metrics.hpp"
#include "weft/tasks/prediction.hpp"
#include "weft/tensor/variable.hpp"

namespace weft {

/// What the training part says of how labels are learned.
struct TargetUnit {
  /// The unit in which numbers are learned: (y - mean) / deviation, column by column. [1, t] each.
  Tensor mean, deviation;
  /// How much rows of each class count, in the mean over the part 1; empty: all alike.
  std::vector<float> class_weights = {};
};

/// What a step minimizes.
enum class LossKind {
  /// Classes and labels: cross-entropy. Numbers: the squared error.
  usual,
  /// Numbers: the absolute error.
  absolute,
  /// Classes and labels: focal loss with an exponent of 2.
  focal,
};

/// Rows of logits, and the rows of the dataset that they are about.
struct JudgedRows {
  std::span<const std::int64_t> logits, labels;
  /// One for each, or none; then losses are added up by weight and divided by `divisor`, otherwise they are averaged.
  std::span<const float> weights = {};
  double divisor = 1.0;
};

class RowLabels {
 public:
  /// What the dataset's task and labels ask a model for. Throws ArgumentError if it has no labels that fit its task.
  static OutputKind kind_of(const Dataset& dataset, bool of_graphs);

  /// A view of the dataset, which must outlive it. Throws ArgumentError, which starts with `operation`, if there are no
  /// labels of that kind.
  RowLabels(const Dataset& dataset, bool of_graphs, OutputKind kind, std::string_view operation);

  [[nodiscard]] OutputKind kind() const { return kind_; }
  /// Classes or columns.
  [[nodiscard]] std::int64_t num_outputs() const { return num_outputs_; }
  /// Of all rows, -1 where none is known; empty if the labels are no classes.
  [[nodiscard]] std::span<const std::int64_t> classes() const { return classes_; }
  /// Names of the classes, or none.
  [[nodiscard]] std::vector<std::string> class_names() const {
    return class_names_ == nullptr ? std::vector<std::string>() : *class_names_;
  }
  /// [rows, t], NaN where none is known. Only where the labels are no classes.
  [[nodiscard]] const Tensor& targets() const { return *targets_; }
  /// As words, for fingerprints.
  [[nodiscard]] std::vector<std::uint64_t> words() const;

  /// The rows of a part of which something is known.
  [[nodiscard]] std::vector<std::int64_t> labeled(std::span<const std::int64_t> part) const;
  /// Every metric for this kind of labels; outputs [all rows, num_outputs].
  [[nodiscard]] std::map<std::string, double> figures(const Tensor& outputs, std::span<const std::int64_t> rows) const;
  /// One of them.
  [[nodiscard]] double figure(const Metric& metric, const Tensor& outputs, std::span<const std::int64_t> rows) const;
  /// What decides between equal figures: lower is better.
  [[nodiscard]] double mean_loss(const Tensor& outputs, std::span<const std::int64_t> rows) const;

  /// Of the numbers known of these rows; 0 and 1 where the labels are no numbers.
  [[nodiscard]] TargetUnit unit_of(std::span<const std::int64_t> rows) const;
  /// Of option class_weights: "none", "balanced", which makes all classes that occur in the rows count alike, a number
  /// for each class, or "name=number" for some and 1 for the others. Throws ArgumentError for anything else. Empty
  /// where labels are no classes.
  [[nodiscard]] std::vector<float> class_weights(std::string_view option, std::span<const std::int64_t> rows) const;
  /// [1, 1], of numbers in that unit.
  [[nodiscard]] Variable loss(const Variable& logits, const JudgedRows& rows, const TargetUnit& unit,
                              LossKind kind) const;

 private:
  OutputKind kind_;
  std::int64_t num_outputs_ = 0;
  const std::vector<std::string>* class_names_ = nullptr;
  /// One of the two.
  std::span<const std::int64_t> classes_;
  const Tensor* targets_ = nullptr;
};

/// Class c by its name, or by its number where it has none.
[[nodiscard]] std::vector<std::string> class_names_for(std::int64_t num_classes, const std::vector<std::string>& names);

}  // namespace weft
