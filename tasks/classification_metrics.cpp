#include "weft/tasks/classification_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>

#include "weft/core/error.hpp"

namespace weft {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

std::int64_t predicted_class(const Tensor& logits, std::int64_t row) {
  const auto values = logits.row(row);
  return std::ranges::max_element(values) - values.begin();
}

bool has_nan(std::span<const float> values) {
  return std::ranges::any_of(values, [](float value) { return std::isnan(value); });
}

bool has_nan(const Tensor& logits, std::span<const std::int64_t> index) {
  return std::ranges::any_of(index, [&](std::int64_t row) { return has_nan(logits.row(row)); });
}

std::int64_t label_at(std::span<const std::int64_t> labels, std::int64_t row) {
  return labels[static_cast<std::size_t>(row)];
}

/// Throws ArgumentError unless there is a label for each row, and one of the classes for those at `index`.
void check(std::string_view metric, const Tensor& logits, std::span<const std::int64_t> labels,
           std::span<const std::int64_t> index) {
  require(static_cast<std::int64_t>(labels.size()) == logits.rows(), metric, ": there are ", labels.size(),
          " labels, logits are ", logits.shape(), ", expected one for each row");
  for (const std::int64_t row : index) {
    require(row >= 0 && row < logits.rows(), metric, ": index ", row, " is outside [0, ", logits.rows(), ")");
    require(label_at(labels, row) >= 0 && label_at(labels, row) < logits.cols(), metric, ": row ", row, " has label ",
            label_at(labels, row), ", expected 0 to ", logits.cols() - 1);
  }
}

/// The same of scores.
void check(std::string_view metric, std::span<const float> scores, std::span<const std::uint8_t> outcomes) {
  require(scores.size() == outcomes.size(), metric, ": there are ", scores.size(), " scores and ", outcomes.size(),
          " outcomes, expected as many");
  const auto found = std::ranges::find_if(outcomes, [](std::uint8_t outcome) { return outcome > 1; });
  require(found == outcomes.end(), metric, ": an outcome is ", found == outcomes.end() ? 0 : int{*found},
          ", expected 0 or 1");
}

}  // namespace

double accuracy(const Tensor& logits, std::span<const std::int64_t> labels, std::span<const std::int64_t> index) {
  check("accuracy", logits, labels, index);
  std::int64_t hits = 0;
  for (const std::int64_t i : index) {
    hits += predicted_class(logits, i) == label_at(labels, i) ? 1 : 0;
  }
  return index.empty() || has_nan(logits, index) ? kUndefined
                                                 : static_cast<double>(hits) / static_cast<double>(index.size());
}

std::vector<std::vector<std::int64_t>> confusion_matrix(const Tensor& logits, std::span<const std::int64_t> labels,
                                                        std::span<const std::int64_t> index) {
  check("confusion_matrix", logits, labels, index);
  const auto classes = static_cast<std::size_t>(logits.cols());
  std::vector<std::vector<std::int64_t>> counts(classes, std::vector<std::int64_t>(classes, 0));
  for (const std::int64_t i : index) {
    if (!has_nan(logits.row(i))) {
      ++counts[static_cast<std::size_t>(label_at(labels, i))][static_cast<std::size_t>(predicted_class(logits, i))];
    }
  }
  return counts;
}

double macro_f1(const Tensor& logits, std::span<const std::int64_t> labels, std::span<const std::int64_t> index) {
  const auto counts = confusion_matrix(logits, labels, index);
  double total = 0.0;
  std::int64_t present = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    std::int64_t actual = 0, predicted = 0;
    for (std::size_t other = 0; other < counts.size(); ++other) {
      actual += counts[c][other];
      predicted += counts[other][c];
    }
    if (actual + predicted > 0) {
      ++present;
      // 2 tp + fp + fn is what is labeled c plus what is called c.
      total += 2.0 * static_cast<double>(counts[c][c]) / static_cast<double>(actual + predicted);
    }
  }
  return present == 0 || has_nan(logits, index) ? kUndefined : total / static_cast<double>(present);
}

double roc_auc(std::span<const float> scores, std::span<const std::uint8_t> outcomes) {
  check("roc_auc", scores, outcomes);
  if (has_nan(scores)) {
    return kUndefined;
  }
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(
      order, [&](std::size_t a, std::size_t b) { return scores[a] != scores[b] ? scores[a] < scores[b] : a < b; });
  // The area is the mean rank of the positives, shifted and scaled (Mann, Whitney 1947).
  double rank_sum = 0.0, positives = 0.0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && scores[order[last]] == scores[order[first]]) {
      ++last;
    }
    const double rank = 0.5 * static_cast<double>(first + 1 + last);
    for (std::size_t i = first; i < last; ++i) {
      if (outcomes[order[i]] != 0) {
        rank_sum += rank;
        positives += 1.0;
      }
    }
    first = last;
  }
  const double negatives = static_cast<double>(order.size()) - positives;
  if (positives == 0.0 || negatives == 0.0) {
    return kUndefined;
  }
  return (rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives);
}

double average_precision(std::span<const float> scores, std::span<const std::uint8_t> outcomes) {
  check("average_precision", scores, outcomes);
  if (has_nan(scores)) {
    return kUndefined;
  }
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  const double positives = std::accumulate(outcomes.begin(), outcomes.end(), 0.0);
  if (positives == 0.0 || positives == static_cast<double>(scores.size())) {
    return kUndefined;
  }
  double hits = 0.0, area = 0.0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    double gained = 0.0;
    while (last < order.size() && scores[order[last]] == scores[order[first]]) {
      gained += outcomes[order[last++]];
    }
    hits += gained;
    area += gained / positives * hits / static_cast<double>(last);
    first = last;
  }
  return area;
}

namespace {

using OfScores = double (*)(std::span<const float> scores, std::span<const std::uint8_t> outcomes);

/// A figure of scores, of class `of_two` where there are two, otherwise the mean of one class against the rest.
double one_against_rest(const Tensor& logits, std::span<const std::int64_t> labels, std::span<const std::int64_t> index,
                        OfScores figure, std::int64_t of_two = 1) {
  std::vector<float> scores(index.size());
  std::vector<std::uint8_t> outcomes(index.size());
  const auto against_rest = [&](std::int64_t c, auto score) {
    for (std::size_t i = 0; i < index.size(); ++i) {
      scores[i] = score(index[i]);
      outcomes[i] = label_at(labels, index[i]) == c ? 1 : 0;
    }
    return figure(scores, outcomes);
  };
  if (logits.cols() == 2) {
    return against_rest(of_two, [&](std::int64_t row) { return logits(row, of_two) - logits(row, 1 - of_two); });
  }
  if (has_nan(logits, index)) {
    return kUndefined;
  }
  // The score of class c is its odds, exp(x_c) against the sum of the others; their order is the order of its
  // probability, but they do not all round to 1 where the model is sure.
  std::vector<double> sums(index.size());
  const auto weight = [&](std::int64_t row, std::int64_t c) {
    const auto values = logits.row(row);
    return std::exp(static_cast<double>(logits(row, c)) - static_cast<double>(*std::ranges::max_element(values)));
  };
  for (std::size_t i = 0; i < index.size(); ++i) {
    for (std::int64_t c = 0; c < logits.cols(); ++c) {
      sums[i] += weight(index[i], c);
    }
  }
  double total = 0.0, defined = 0.0;
  for (std::int64_t c = 0; c < logits.cols(); ++c) {
    std::size_t i = 0;
    const double area = against_rest(c, [&](std::int64_t row) {
      const double own = weight(row, c);
      return static_cast<float>(std::log(own) - std::log(std::max(sums[i++] - own, 1e-300)));
    });
    if (!std::isnan(area)) {
      total += area;
      defined += 1.0;
    }
  }
  return defined == 0.0 ? kUndefined : total / defined;
}

}  // namespace

double roc_auc(const Tensor& logits, std::span<const std::int64_t> labels, std::span<const std::int64_t> index) {
  check("roc_auc", logits, labels, index);
  return one_against_rest(logits, labels, index, roc_auc);
}

double average_precision(const Tensor& logits, std::span<const std::int64_t> labels,
                         std::span<const std::int64_t> index) {
  check("average_precision", logits, labels, index);
  const auto second = std::ranges::count_if(index, [&](std::int64_t row) { return label_at(labels, row) == 1; });
  const bool is_common = 2 * second > static_cast<std::int64_t>(index.size());
  return one_against_rest(logits, labels, index, average_precision, is_common ? 0 : 1);
}

std::vector<ClassFigures> class_figures(const std::vector<std::vector<std::int64_t>>& confusion) {
  std::vector<ClassFigures> result(confusion.size());
  for (std::size_t i = 0; i < confusion.size(); ++i) {
    require(confusion[i].size() == confusion.size(), "class_figures: row ", i, " has ", confusion[i].size(),
            " cells, expected ", confusion.size());
    std::int64_t actual = 0, called = 0;
    for (std::size_t j = 0; j < confusion.size(); ++j) {
      actual += confusion[i][j];
      called += confusion[j][i];
    }
    const auto share = [hits = static_cast<double>(confusion[i][i])](double factor, std::int64_t of) {
      return of > 0 ? factor * hits / static_cast<double>(of) : kUndefined;
    };
    result[i] = {.precision = share(1.0, called),
                 .recall = share(1.0, actual),
                 .f1 = share(2.0, actual + called),
                 .count = actual};
  }
  return result;
}

double balanced_accuracy(const Tensor& logits, std::span<const std::int64_t> labels,
                         std::span<const std::int64_t> index) {
  double total = 0.0, present = 0.0;
  for (const ClassFigures& one : class_figures(confusion_matrix(logits, labels, index))) {
    if (one.count > 0) {
      total += one.recall;
      present += 1.0;
    }
  }
  return present == 0.0 || has_nan(logits, index) ? kUndefined : total / present;
}

double mean_log_loss(const Tensor& logits, std::span<const std::int64_t> labels, std::span<const std::int64_t> index) {
  check("mean_log_loss", logits, labels, index);
  double total = 0.0;
  for (const std::int64_t i : index) {
    const auto values = logits.row(i);
    const auto largest = static_cast<double>(*std::ranges::max_element(values));
    double sum = 0.0;
    for (const float x : values) {
      sum += std::exp(static_cast<double>(x) - largest);
    }
    total += largest + std::log(sum) - static_cast<double>(logits(i, label_at(labels, i)));
  }
  return index.empty() ? kUndefined : total / static_cast<double>(index.size());
}

}  // namespace weft
