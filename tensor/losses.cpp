#include "weft/tensor/losses.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "weft/tensor/elementwise.hpp"

namespace weft {
namespace {

constexpr std::int64_t kRowGrain = 1024;

void check_index(std::string_view operation, std::span<const std::int64_t> index, std::int64_t rows) {
  for (const std::int64_t i : index) {
    require(i >= 0 && i < rows, operation, ": index ", i, " is outside [0, ", rows, ")");
  }
}

void check_weights(std::string_view operation, const RowWeights& given, std::size_t num_rows) {
  require(given.weights.empty() ||
              (given.weights.size() == num_rows && std::isfinite(given.divisor) && given.divisor > 0.0),
          operation, ": there are ", given.weights.size(), " weights of ", num_rows, " rows and the divisor is ",
          given.divisor, ", expected one for each and a divisor above 0");
}

/// Rows and how much each counts (1 where there are no weights), each row once: threads write the gradients of theirs.
class CountedRows {
 public:
  /// index is in [0, num_rows). The views are not copied where no row stands twice.
  CountedRows(std::span<const std::int64_t> index, std::span<const float> weights, std::int64_t num_rows)
      : index_(index), weights_(weights) {
    std::vector<char> is_known(static_cast<std::size_t>(num_rows), 0);
    const bool are_distinct = std::ranges::all_of(
        index, [&](std::int64_t row) { return std::exchange(is_known[static_cast<std::size_t>(row)], 1) == 0; });
    if (!are_distinct) {
      add_up(num_rows);
    }
  }
  CountedRows(const CountedRows&) = delete;
  CountedRows& operator=(const CountedRows&) = delete;

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(index_.size()); }
  [[nodiscard]] std::int64_t row(std::int64_t i) const { return index_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] float weight(std::int64_t i) const {
    return weights_.empty() ? 1.0F : weights_[static_cast<std::size_t>(i)];
  }

 private:
  void add_up(std::int64_t num_rows) {
    constexpr std::size_t kNowhere = SIZE_MAX;
    std::vector<std::size_t> place(static_cast<std::size_t>(num_rows), kNowhere);
    for (std::size_t i = 0; i < index_.size(); ++i) {
      std::size_t& own = place[static_cast<std::size_t>(index_[i])];
      if (own == kNowhere) {
        own = distinct_.size();
        distinct_.push_back(index_[i]);
        sums_.push_back(0.0F);
      }
      sums_[own] += weights_.empty() ? 1.0F : weights_[i];
    }
    index_ = distinct_;
    weights_ = sums_;
  }

  std::span<const std::int64_t> index_;
  std::span<const float> weights_;
  std::vector<std::int64_t> distinct_;
  std::vector<float> sums_;
};

/// out = exp(in - max) / sum; returns max + log(sum).
double softmax_row(std::span<const float> in, float* out) {
  const float largest = *std::ranges::max_element(in);
  double sum = 0.0;
  for (std::size_t j = 0; j < in.size(); ++j) {
    out[j] = std::exp(in[j] - largest);
    sum += static_cast<double>(out[j]);
  }
  for (std::size_t j = 0; j < in.size(); ++j) {
    out[j] = static_cast<float>(static_cast<double>(out[j]) / sum);
  }
  return static_cast<double>(largest) + std::log(sum);
}

/// A loss of single entries, averaged or added up by weight: term(x, t) is its value and writes its derivative.
template <class Term>
Variable mean_over_entries(std::string_view operation, const Variable& output, const Tensor& targets,
                           std::span<const std::int64_t> index, const RowWeights& given, Term term) {
  require(output.shape() == targets.shape(), operation, ": output is ", output.shape(), " and targets are ",
          targets.shape(), ", expected the same");
  check_weights(operation, given, index.size());
  check_index(operation, index, output.rows());
  const auto count = static_cast<std::int64_t>(index.size());
  auto gradient = std::make_shared<Tensor>(Tensor::zeros(output.shape()));
  const double present = parallel_sum(count, kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t some = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      for (const float t : targets.row(index[static_cast<std::size_t>(i)])) {
        some += std::isnan(t) ? 0 : 1;
      }
    }
    return static_cast<double>(some);
  });
  require(present > 0.0, operation, ": no target is present in the ", count, " rows given");
  const CountedRows rows(index, given.weights, output.rows());
  const double divisor = given.weights.empty() ? present : given.divisor * static_cast<double>(targets.cols());
  const Tensor& values = output.value();
  const double loss = parallel_sum(rows.size(), kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    double part = 0.0;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t row = rows.row(i);
      const auto weight = static_cast<double>(rows.weight(i));
      for (std::int64_t j = 0; j < targets.cols(); ++j) {
        if (!std::isnan(targets(row, j))) {
          double derivative = 0.0;
          part += weight * term(static_cast<double>(values(row, j)), static_cast<double>(targets(row, j)), derivative);
          (*gradient)(row, j) = static_cast<float>(weight * derivative / divisor);
        }
      }
    }
    return part;
  });
  return record(operation, Tensor::full(1, 1, static_cast<float>(loss / divisor)), {output},
                [output = output.without_value(), gradient](Tensor& dy, Gradients& grads) {
                  for (float& g : gradient->values()) {
                    g *= dy(0, 0);
                  }
                  grads.add(output, std::move(*gradient));
                });
}

/// The rows of `index` that have a label, and their weights; those empty if none are given.
struct LabeledRows {
  std::vector<std::int64_t> rows;
  std::vector<float> weights;
};

LabeledRows labeled_rows(std::string_view operation, const Variable& logits, std::span<const std::int64_t> labels,
                         std::span<const std::int64_t> index, std::span<const float> weights) {
  require(static_cast<std::int64_t>(labels.size()) == logits.rows(), operation, ": logits are ", logits.shape(),
          " but there are ", labels.size(), " labels");
  check_index(operation, index, logits.rows());
  LabeledRows result;
  for (std::size_t k = 0; k < index.size(); ++k) {
    const std::int64_t i = index[k], label = labels[static_cast<std::size_t>(i)];
    require(label >= -1 && label < logits.cols(), operation, ": row ", i, " has label ", label, ", expected -1 to ",
            logits.cols() - 1);
    if (label >= 0) {
      result.rows.push_back(i);
      if (!weights.empty()) {
        result.weights.push_back(weights[k]);
      }
    }
  }
  return result;
}

/// f and -p f', for the loss f(p) log(1 / p): what a row's cross-entropy and its gradient are multiplied with.
struct FocalFactors {
  double loss = 1.0, gradient = 1.0;
};

// f = (1 - p)^gamma, L = f log(1 / p);  dL/dx = (softmax(x) - onehot) (f + gamma (1 - p)^(gamma - 1) p log(1 / p))
FocalFactors focal_factors(double gamma, double log_loss) {
  if (gamma == 0.0) {
    return {};
  }
  const double p = std::exp(-log_loss), rest = -std::expm1(-log_loss);
  const double factor = std::pow(rest, gamma);
  const double slope = rest > 0.0 ? gamma * std::pow(rest, gamma - 1.0) * p * log_loss : 0.0;
  return {factor, factor + slope};
}

// loss = sum over rows of w (log(sum exp x) - x_label) / divisor;  dx = w (softmax(x) - onehot) / divisor
Variable cross_entropy_of(std::string_view operation, const Variable& logits, std::span<const std::int64_t> labels,
                          const LabeledRows& given, double divisor, double gamma = 0.0) {
  const CountedRows rows(given.rows, given.weights, logits.rows());
  auto gradient = std::make_shared<Tensor>(Tensor::zeros(logits.shape()));
  const double loss = parallel_sum(rows.size(), kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    double part = 0.0;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t row = rows.row(i);
      const std::int64_t label = labels[static_cast<std::size_t>(row)];
      const double log_loss = softmax_row(logits.value().row(row), gradient->row(row).data()) -
                              static_cast<double>(logits.value()(row, label));
      const FocalFactors focal = focal_factors(gamma, log_loss);
      const float weight = rows.weight(i) * static_cast<float>(focal.gradient);
      part += static_cast<double>(rows.weight(i)) * focal.loss * log_loss;
      (*gradient)(row, label) -= 1.0F;
      for (float& g : gradient->row(row)) {
        g *= weight;
        g /= static_cast<float>(divisor);
      }
    }
    return part;
  });
  return record(operation, Tensor::full(1, 1, static_cast<float>(loss / divisor)), {logits},
                [logits = logits.without_value(), gradient](Tensor& dy, Gradients& grads) {
                  const float factor = dy(0, 0);
                  parallel_for(gradient->size(), kernels::kElementGrain, [&](std::int64_t begin, std::int64_t end) {
                    for (std::int64_t i = begin; i < end; ++i) {
                      gradient->data()[i] *= factor;
                    }
                  });
                  grads.add(logits, std::move(*gradient));
                });
}

}  // namespace

Variable cross_entropy(const Variable& logits, std::span<const std::int64_t> labels,
                       std::span<const std::int64_t> index, const RowWeights& weights) {
  const bool is_mean = weights.weights.empty();
  check_weights("cross_entropy", weights, index.size());
  const LabeledRows rows = labeled_rows("cross_entropy", logits, labels, index, weights.weights);
  require(!is_mean || !rows.rows.empty(), "cross_entropy: none of the ", index.size(), " rows given has a label");
  return cross_entropy_of("cross_entropy", logits, labels, rows,
                          is_mean ? static_cast<double>(rows.rows.size()) : weights.divisor);
}

Variable focal_cross_entropy(const Variable& logits, std::span<const std::int64_t> labels,
                             std::span<const std::int64_t> index, double gamma, const RowWeights& weights) {
  require(std::isfinite(gamma) && gamma >= 0.0, "focal_cross_entropy: gamma is ", gamma, ", expected 0 or more");
  const bool is_mean = weights.weights.empty();
  check_weights("focal_cross_entropy", weights, index.size());
  const LabeledRows rows = labeled_rows("focal_cross_entropy", logits, labels, index, weights.weights);
  require(!is_mean || !rows.rows.empty(), "focal_cross_entropy: none of the ", index.size(), " rows given has a label");
  return cross_entropy_of("focal_cross_entropy", logits, labels, rows,
                          is_mean ? static_cast<double>(rows.rows.size()) : weights.divisor, gamma);
}

// loss = mean of max(x, 0) - x t + log(1 + exp(-|x|));  dx = (sigmoid(x) - t) / entries
Variable binary_cross_entropy(const Variable& logits, const Tensor& targets, std::span<const std::int64_t> index,
                              const RowWeights& weights) {
  return mean_over_entries("binary_cross_entropy", logits, targets, index, weights,
                           [](double x, double t, double& derivative) {
                             const double e = std::exp(-std::abs(x));
                             derivative = (x >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e)) - t;
                             return std::max(x, 0.0) - x * t + std::log1p(e);
                           });
}

// Of a target between 0 and 1, both sides of it count their share.
Variable focal_binary_cross_entropy(const Variable& logits, const Tensor& targets, std::span<const std::int64_t> index,
                                    double gamma, const RowWeights& weights) {
  require(std::isfinite(gamma) && gamma >= 0.0, "focal_binary_cross_entropy: gamma is ", gamma, ", expected 0 or more");
  return mean_over_entries(
      "focal_binary_cross_entropy", logits, targets, index, weights, [gamma](double x, double t, double& derivative) {
        const double e = std::exp(-std::abs(x)), positive = x >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
        const double loss_of_1 = std::max(-x, 0.0) + std::log1p(e), loss_of_0 = std::max(x, 0.0) + std::log1p(e);
        const FocalFactors of_1 = focal_factors(gamma, loss_of_1), of_0 = focal_factors(gamma, loss_of_0);
        derivative = t * of_1.gradient * (positive - 1.0) + (1.0 - t) * of_0.gradient * positive;
        return t * of_1.loss * loss_of_1 + (1.0 - t) * of_0.loss * loss_of_0;
      });
}

// loss = mean of (x - t)²;  dx = 2 (x - t) / entries
Variable mean_squared_error(const Variable& output, const Tensor& targets, std::span<const std::int64_t> index,
                            const RowWeights& weights) {
  return mean_over_entries("mean_squared_error", output, targets, index, weights,
                           [](double x, double t, double& derivative) {
                             derivative = 2.0 * (x - t);
                             return (x - t) * (x - t);
                           });
}

// loss = mean of |x - t|;  dx = sign(x - t) / entries
Variable mean_absolute_error(const Variable& output, const Tensor& targets, std::span<const std::int64_t> index,
                             const RowWeights& weights) {
  return mean_over_entries("mean_absolute_error", output, targets, index, weights,
                           [](double x, double t, double& derivative) {
                             derivative = x > t ? 1.0 : x < t ? -1.0 : 0.0;
                             return std::abs(x - t);
                           });
}

Tensor softmax(const Tensor& logits) {
  Tensor result = Tensor::uninitialized(logits.shape());
  if (logits.cols() > 0) {
    parallel_for(logits.rows(), kRowGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        softmax_row(logits.row(i), result.row(i).data());
      }
    });
  }
  return result;
}

}  // namespace weft
