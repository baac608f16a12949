#include "weft/tasks/labels.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "weft/core/options.hpp"
#include "weft/io/text_lists.hpp"
#include "weft/tasks/classification_metrics.hpp"
#include "weft/tasks/target_metrics.hpp"
#include "weft/tensor/losses.hpp"

namespace weft {
namespace {

const Labels& labels_of(const Dataset& dataset, bool of_graphs) {
  return of_graphs ? dataset.graph_labels : dataset.node_labels;
}

/// Of "1,20" or "fraud=20".
std::vector<double> weights_in(std::string_view option, const std::vector<std::string>& names) {
  const auto number = [](std::string_view word) {
    double value = 0.0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    require(error == std::errc() && end == word.data() + word.size() && value >= 0.0 && std::isfinite(value),
            "class_weights: '", word, "' is not a number from 0 on");
    return value;
  };
  const std::vector<std::string> words = parts_of(option, ',');
  std::vector<double> weights;
  if (option.find('=') == std::string_view::npos) {
    std::ranges::transform(words, std::back_inserter(weights), number);
    require(weights.size() == names.size(), "class_weights: '", option, "' has ", weights.size(),
            " numbers, expected none, balanced, CLASS=NUMBER or ", names.size(), " numbers, one for each class");
    return weights;
  }
  weights.assign(names.size(), 1.0);
  for (const std::string& word : words) {
    const std::size_t equals = std::min(word.rfind('='), word.size());
    const auto found = std::ranges::find(names, word.substr(0, equals));
    if (found == names.end()) {
      throw unknown_name("class", word.substr(0, equals), names);
    }
    weights[static_cast<std::size_t>(found - names.begin())] =
        number(std::string_view(word).substr(std::min(equals + 1, word.size())));
  }
  return weights;
}

/// The classes of the rows of logits, -1 of those that are not judged.
std::vector<std::int64_t> spread_classes(std::span<const std::int64_t> classes, const JudgedRows& rows,
                                         std::int64_t num_logits) {
  std::vector<std::int64_t> spread(static_cast<std::size_t>(num_logits), -1);
  for (std::size_t i = 0; i < rows.logits.size(); ++i) {
    spread[static_cast<std::size_t>(rows.logits[i])] = classes[static_cast<std::size_t>(rows.labels[i])];
  }
  return spread;
}

/// The same of targets, in their unit; NaN.
Tensor spread_targets(const Tensor& targets, const JudgedRows& rows, std::int64_t num_logits, const TargetUnit& unit) {
  Tensor spread = Tensor::full(num_logits, targets.cols(), std::numeric_limits<float>::quiet_NaN());
  for (std::size_t i = 0; i < rows.logits.size(); ++i) {
    for (std::int64_t j = 0; j < targets.cols(); ++j) {
      spread(rows.logits[i], j) = (targets(rows.labels[i], j) - unit.mean(0, j)) / unit.deviation(0, j);
    }
  }
  return spread;
}

}  // namespace

OutputKind RowLabels::kind_of(const Dataset& dataset, bool of_graphs) {
  if (dataset.task == TaskKind::graph_regression || dataset.task == TaskKind::node_regression) {
    return OutputKind::values;
  }
  return std::holds_alternative<Tensor>(labels_of(dataset, of_graphs)) ? OutputKind::labels : OutputKind::classes;
}

RowLabels::RowLabels(const Dataset& dataset, bool of_graphs, OutputKind kind, std::string_view operation)
    : kind_(kind) {
  const Labels& labels = labels_of(dataset, of_graphs);
  const std::string_view what = of_graphs ? "graphs" : "nodes", object = of_graphs ? "/graphs/y" : "/node/y";
  if (kind == OutputKind::classes) {
    const auto* classes = std::get_if<std::vector<std::int64_t>>(&labels);
    require(classes != nullptr && dataset.num_classes >= 1, operation, ": the dataset ", dataset.name,
            " has no classes of ", what, ", expected ", object);
    classes_ = *classes;
    class_names_ = &dataset.class_names;
    num_outputs_ = dataset.num_classes;
  } else {
    targets_ = std::get_if<Tensor>(&labels);
    require(targets_ != nullptr, operation, ": the dataset ", dataset.name, " has no targets of ", what,
            ", expected numbers in ", object);
    num_outputs_ = targets_->cols();
  }
}

std::vector<std::uint64_t> RowLabels::words() const {
  std::vector<std::uint64_t> words;
  words.reserve(classes_.size());
  for (const std::int64_t label : classes_) {
    words.push_back(static_cast<std::uint64_t>(label));
  }
  if (targets_ != nullptr) {
    for (const float target : targets_->values()) {
      words.push_back(std::bit_cast<std::uint32_t>(target));
    }
  }
  return words;
}

std::vector<std::int64_t> RowLabels::labeled(std::span<const std::int64_t> part) const {
  std::vector<std::int64_t> rows;
  std::ranges::copy_if(part, std::back_inserter(rows), [&](std::int64_t i) {
    return targets_ == nullptr ? classes_[static_cast<std::size_t>(i)] >= 0
                               : !std::ranges::all_of(targets_->row(i), [](float t) { return std::isnan(t); });
  });
  return rows;
}

std::map<std::string, double> RowLabels::figures(const Tensor& outputs, std::span<const std::int64_t> rows) const {
  std::map<std::string, double> figures;
  for (const Metric& metric : metrics()) {
    if (metric.is_for(kind_)) {
      figures[std::string(metric.info.name)] = figure(metric, outputs, rows);
    }
  }
  return figures;
}

double RowLabels::figure(const Metric& metric, const Tensor& outputs, std::span<const std::int64_t> rows) const {
  require(metric.is_for(kind_), "metric '", metric.info.name, "' is not for ", name_of(kind_));
  return kind_ == OutputKind::classes  ? metric.of_classes(outputs, classes_, rows)
         : kind_ == OutputKind::labels ? metric.of_labels(outputs, *targets_, rows)
                                       : metric.of_values(outputs, *targets_, rows);
}

double RowLabels::mean_loss(const Tensor& outputs, std::span<const std::int64_t> rows) const {
  switch (kind_) {
    case OutputKind::classes:
      return mean_log_loss(outputs, classes_, rows);
    case OutputKind::labels:
      return label_log_loss(outputs, *targets_, rows);
    case OutputKind::values:
      return mean_absolute_error(outputs, *targets_, rows);
    case OutputKind::states:
    case OutputKind::graphs:
      break;
  }
  return 0.0;
}

TargetUnit RowLabels::unit_of(std::span<const std::int64_t> rows) const {
  TargetUnit unit{Tensor(1, num_outputs_), Tensor::full(1, num_outputs_, 1.0F)};
  if (kind_ != OutputKind::values) {
    return unit;
  }
  for (std::int64_t j = 0; j < num_outputs_; ++j) {
    double count = 0.0, sum = 0.0, squares = 0.0;
    for (const std::int64_t i : rows) {
      if (const auto y = static_cast<double>((*targets_)(i, j)); !std::isnan(y)) {
        count += 1.0;
        sum += y;
      }
    }
    const double mean = count > 0.0 ? sum / count : 0.0;
    for (const std::int64_t i : rows) {
      if (const auto y = static_cast<double>((*targets_)(i, j)); !std::isnan(y)) {
        squares += (y - mean) * (y - mean);
      }
    }
    unit.mean(0, j) = static_cast<float>(mean);
    unit.deviation(0, j) = count > 0.0 && squares > 0.0 ? static_cast<float>(std::sqrt(squares / count)) : 1.0F;
  }
  return unit;
}

std::vector<float> RowLabels::class_weights(std::string_view option, std::span<const std::int64_t> rows) const {
  if (option == "none" || kind_ != OutputKind::classes) {
    return {};
  }
  const auto c = static_cast<std::size_t>(num_outputs_);
  std::vector<double> counts(c, 0.0), weights(c, 0.0);
  for (const std::int64_t row : labeled(rows)) {
    counts[static_cast<std::size_t>(classes_[static_cast<std::size_t>(row)])] += 1.0;
  }
  if (option == "balanced") {
    std::ranges::transform(counts, weights.begin(), [](double count) { return count > 0.0 ? 1.0 / count : 0.0; });
  } else {
    weights = weights_in(option, class_names_for(num_outputs_, *class_names_));
  }
  const double mean = std::inner_product(counts.begin(), counts.end(), weights.begin(), 0.0) /
                      std::max(1.0, std::accumulate(counts.begin(), counts.end(), 0.0));
  require(mean > 0.0, "class_weights: all classes of the training part have weight 0");
  std::vector<float> result;
  for (const double weight : weights) {
    result.push_back(static_cast<float>(weight / mean));
  }
  return result;
}

Variable RowLabels::loss(const Variable& logits, const JudgedRows& rows, const TargetUnit& unit, LossKind kind) const {
  constexpr double kFocalExponent = 2.0;
  if (kind_ == OutputKind::classes) {
    const bool is_all = rows.logits.data() == rows.labels.data();
    const std::vector<std::int64_t> spread =
        is_all ? std::vector<std::int64_t>() : spread_classes(classes_, rows, logits.rows());
    const std::span<const std::int64_t> labels = is_all ? classes_ : std::span<const std::int64_t>(spread);
    RowWeights weights{rows.weights, rows.divisor};
    std::vector<float> by_class;
    if (!unit.class_weights.empty()) {
      double count = 0.0;
      for (std::size_t i = 0; i < rows.labels.size(); ++i) {
        const std::int64_t own = classes_[static_cast<std::size_t>(rows.labels[i])];
        by_class.push_back((own < 0 ? 0.0F : unit.class_weights[static_cast<std::size_t>(own)]) *
                           (rows.weights.empty() ? 1.0F : rows.weights[i]));
        count += own < 0 ? 0.0 : 1.0;
      }
      weights = {by_class, rows.weights.empty() ? count : rows.divisor};
    }
    return kind == LossKind::focal ? focal_cross_entropy(logits, labels, rows.logits, kFocalExponent, weights)
                                   : cross_entropy(logits, labels, rows.logits, weights);
  }
  const Tensor targets = spread_targets(*targets_, rows, logits.rows(), unit);
  const RowWeights weights{rows.weights, rows.divisor};
  if (kind_ == OutputKind::labels) {
    return kind == LossKind::focal ? focal_binary_cross_entropy(logits, targets, rows.logits, kFocalExponent, weights)
                                   : binary_cross_entropy(logits, targets, rows.logits, weights);
  }
  return kind == LossKind::absolute ? mean_absolute_error(logits, targets, rows.logits, weights)
                                    : mean_squared_error(logits, targets, rows.logits, weights);
}

std::vector<std::string> class_names_for(std::int64_t num_classes, const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (std::int64_t c = 0; c < num_classes; ++c) {
    const auto i = static_cast<std::size_t>(c);
    result.push_back(i < names.size() && !names[i].empty() ? names[i] : std::to_string(c));
  }
  return result;
}

}  // namespace weft
