#include "weft/tasks/target_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "weft/tasks/classification_metrics.hpp"

namespace weft {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

void check(const Tensor& outputs, const Tensor& targets, std::span<const std::int64_t> index) {
  require(outputs.shape() == targets.shape(), "metric: outputs are ", outputs.shape(), " and targets ", targets.shape(),
          ", expected the same");
  for (const std::int64_t i : index) {
    require(i >= 0 && i < targets.rows(), "metric: index ", i, " is outside [0, ", targets.rows(), ")");
  }
}

/// The entries of column j that are there.
struct Column {
  std::vector<float> scores;
  std::vector<std::uint8_t> outcomes;
};

Column column_of(const Tensor& scores, const Tensor& targets, std::span<const std::int64_t> index, std::int64_t j) {
  Column column;
  for (const std::int64_t i : index) {
    if (!std::isnan(targets(i, j))) {
      column.scores.push_back(scores(i, j));
      column.outcomes.push_back(targets(i, j) > 0.5F ? 1 : 0);
    }
  }
  return column;
}

template <class Figure>
double mean_over_columns(const Tensor& scores, const Tensor& targets, std::span<const std::int64_t> index,
                         Figure figure) {
  check(scores, targets, index);
  double total = 0.0, defined = 0.0;
  for (std::int64_t j = 0; j < targets.cols(); ++j) {
    const Column column = column_of(scores, targets, index, j);
    // Otherwise the column would count as one where the figure is not defined, and be passed over.
    if (std::ranges::any_of(column.scores, [](float score) { return std::isnan(score); })) {
      return kUndefined;
    }
    const double one = figure(column);
    if (!std::isnan(one)) {
      total += one;
      defined += 1.0;
    }
  }
  return defined == 0.0 ? kUndefined : total / defined;
}

/// The mean of term(output, target) over the entries that are there.
template <class Term>
double mean_over_entries(const Tensor& outputs, const Tensor& targets, std::span<const std::int64_t> index, Term term) {
  check(outputs, targets, index);
  double total = 0.0, count = 0.0;
  for (const std::int64_t i : index) {
    for (std::int64_t j = 0; j < targets.cols(); ++j) {
      if (!std::isnan(targets(i, j))) {
        total += term(static_cast<double>(outputs(i, j)), static_cast<double>(targets(i, j)));
        count += 1.0;
      }
    }
  }
  return count == 0.0 ? kUndefined : total / count;
}

}  // namespace

double label_roc_auc(const Tensor& scores, const Tensor& targets, std::span<const std::int64_t> index) {
  return mean_over_columns(scores, targets, index,
                           [](const Column& column) { return roc_auc(column.scores, column.outcomes); });
}

double label_average_precision(const Tensor& scores, const Tensor& targets, std::span<const std::int64_t> index) {
  return mean_over_columns(scores, targets, index,
                           [](const Column& column) { return average_precision(column.scores, column.outcomes); });
}

double label_accuracy(const Tensor& scores, const Tensor& targets, std::span<const std::int64_t> index,
                      float threshold) {
  return mean_over_entries(scores, targets, index, [&](double score, double target) {
    return std::isnan(score) ? kUndefined : (score > static_cast<double>(threshold)) == (target > 0.5) ? 1.0 : 0.0;
  });
}

double mean_absolute_error(const Tensor& outputs, const Tensor& targets, std::span<const std::int64_t> index) {
  return mean_over_entries(outputs, targets, index, [](double x, double t) { return std::abs(x - t); });
}

double root_mean_squared_error(const Tensor& outputs, const Tensor& targets, std::span<const std::int64_t> index) {
  return std::sqrt(mean_over_entries(outputs, targets, index, [](double x, double t) { return (x - t) * (x - t); }));
}

double r_squared(const Tensor& outputs, const Tensor& targets, std::span<const std::int64_t> index) {
  check(outputs, targets, index);
  double total = 0.0, defined = 0.0;
  for (std::int64_t j = 0; j < targets.cols(); ++j) {
    double sum = 0.0, errors = 0.0, count = 0.0, spread = 0.0;
    for (const std::int64_t i : index) {
      if (const auto t = static_cast<double>(targets(i, j)); !std::isnan(t)) {
        const double error = static_cast<double>(outputs(i, j)) - t;
        sum += t;
        errors += error * error;
        count += 1.0;
      }
    }
    // In a pass of its own: a difference of two sums of squares is what rounding leaves where all targets are alike.
    for (const std::int64_t i : index) {
      if (const auto t = static_cast<double>(targets(i, j)); !std::isnan(t)) {
        spread += (t - sum / count) * (t - sum / count);
      }
    }
    if (std::isnan(errors)) {
      return kUndefined;
    }
    if (spread > 0.0) {
      total += 1.0 - errors / spread;
      defined += 1.0;
    }
  }
  return defined == 0.0 ? kUndefined : total / defined;
}

double label_log_loss(const Tensor& scores, const Tensor& targets, std::span<const std::int64_t> index) {
  return mean_over_entries(scores, targets, index, [](double x, double t) {
    return std::max(x, 0.0) - x * t + std::log1p(std::exp(-std::abs(x)));
  });
}

}  // namespace weft
