#include "weft/layers/label_spread.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/aggregation.hpp"

namespace weft {
namespace {

constexpr std::int64_t kGrain = 1 << 14;
/// Of what a share of 0.8 leaves, 1 % is farther away than this.
constexpr std::int64_t kSpreadSteps = 20;

void check(const char* operation, const MessageBlock& block, const LabeledNodes& known, std::int64_t columns) {
  require(known.targets.rows() == static_cast<std::int64_t>(known.nodes.size()) && known.targets.cols() == columns,
          operation, ": there are targets ", known.targets.shape(), " of ", known.nodes.size(), " nodes, expected ",
          columns, " columns");
  for (const std::int64_t v : known.nodes) {
    require(v >= 0 && v < block.num_outputs(), operation, ": node ", v, " is known, expected 0 to ",
            block.num_outputs() - 1);
  }
}

/// Calls `each(node, column, target)` for all that is known.
template <class Each>
void for_known(const LabeledNodes& known, const Each& each) {
  for (std::size_t i = 0; i < known.nodes.size(); ++i) {
    for (std::int64_t j = 0; j < known.targets.cols(); ++j) {
      if (const float target = known.targets(static_cast<std::int64_t>(i), j); !std::isnan(target)) {
        each(known.nodes[i], j, target);
      }
    }
  }
}

/// sums / weights, the weights of one column or of as many as the sums have; `otherwise` [1, c] where a weight is 0.
void divide(Tensor& sums, const Tensor& weights, const Tensor& otherwise) {
  parallel_for(sums.rows(), std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, sums.cols())),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t v = begin; v < end; ++v) {
                   for (std::int64_t j = 0; j < sums.cols(); ++j) {
                     const float weight = weights(v, weights.cols() == 1 ? 0 : j);
                     sums(v, j) = weight > 0.0F ? sums(v, j) / weight : otherwise(0, j);
                   }
                 }
               });
}

/// Of each column over what is known of it; 0 where nothing is.
Tensor mean_targets(const LabeledNodes& known) {
  std::vector<double> sums(static_cast<std::size_t>(known.targets.cols()), 0.0), counts = sums;
  for_known(known, [&](std::int64_t, std::int64_t j, float target) {
    sums[static_cast<std::size_t>(j)] += static_cast<double>(target);
    counts[static_cast<std::size_t>(j)] += 1.0;
  });
  Tensor means(1, known.targets.cols());
  for (std::size_t j = 0; j < sums.size(); ++j) {
    means(0, static_cast<std::int64_t>(j)) = static_cast<float>(sums[j] / std::max(1.0, counts[j]));
  }
  return means;
}

}  // namespace

Tensor propagated(const MessageBlock& block, const Tensor& x, float share, std::int64_t steps) {
  require(share >= 0.0F && share < 1.0F && steps >= 0, "propagated: share is ", share, " and steps ", steps,
          ", expected a share from 0 to below 1");
  Tensor y = x;
  for (std::int64_t step = 0; step < steps; ++step) {
    const Variable next = aggregate_normalized(block, Variable::constant_view(y));
    const float* read = next.value().data();
    const float* start = x.data();
    float* to = y.data();
    parallel_for(y.size(), kGrain, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        to[i] = (1.0F - share) * start[i] + share * read[i];
      }
    });
  }
  return y;
}

Tensor propagated_labels(const MessageBlock& block, const LabeledNodes& known, float share, std::int64_t steps) {
  const std::int64_t n = block.num_outputs(), c = known.targets.cols();
  check("propagated_labels", block, known, c);
  const bool misses_some = std::ranges::any_of(known.targets.values(), [](float x) { return std::isnan(x); });
  Tensor sums(n, c), weights(n, misses_some ? c : 1);
  for_known(known, [&](std::int64_t v, std::int64_t j, float target) {
    sums(v, j) = target;
    weights(v, misses_some ? j : 0) = 1.0F;
  });
  sums = propagated(block, sums, share, steps);
  divide(sums, propagated(block, weights, share, steps), mean_targets(known));
  return sums;
}

Tensor logits_of_probabilities(Tensor probabilities, bool are_classes) {
  constexpr float kLeast = 1e-12F;
  float* x = probabilities.data();
  parallel_for(probabilities.size(), kGrain, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const float one = std::log(std::max(x[i], kLeast));
      x[i] = are_classes ? one : one - std::log(std::max(1.0F - x[i], kLeast));
    }
  });
  return probabilities;
}

Tensor corrected(const MessageBlock& block, Tensor probabilities, const LabeledNodes& known, float share) {
  // What is farther from a known node than this is a guess: its error is not blown up to the mean size.
  constexpr double kMostScale = 1000.0;
  check("corrected", block, known, probabilities.cols());
  Tensor errors = Tensor::zeros(probabilities.shape());
  double total = 0.0;
  for_known(known, [&](std::int64_t v, std::int64_t j, float target) {
    errors(v, j) = target - probabilities(v, j);
    total += std::abs(static_cast<double>(errors(v, j)));
  });
  const double mean_size = total / std::max(1.0, static_cast<double>(known.nodes.size()));
  errors = propagated(block, errors, share, kSpreadSteps);
  parallel_for(probabilities.rows(), std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, errors.cols())),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t v = begin; v < end; ++v) {
                   double size = 0.0;
                   for (const float x : errors.row(v)) {
                     size += std::abs(static_cast<double>(x));
                   }
                   const double scale = mean_size > kMostScale * size ? 1.0 : size > 0.0 ? mean_size / size : 0.0;
                   for (std::int64_t j = 0; j < errors.cols(); ++j) {
                     const float moved = probabilities(v, j) + static_cast<float>(scale) * errors(v, j);
                     probabilities(v, j) = std::clamp(moved, 0.0F, 1.0F);
                   }
                 }
               });
  return probabilities;
}

Tensor smoothed(const MessageBlock& block, Tensor probabilities, const LabeledNodes& known, float share) {
  check("smoothed", block, known, probabilities.cols());
  for_known(known, [&](std::int64_t v, std::int64_t j, float target) { probabilities(v, j) = target; });
  Tensor means = propagated(block, probabilities, share, kSpreadSteps);
  // A node weighs at least 1 - share in its own mean, so that no weight is 0.
  divide(means, propagated(block, Tensor::full(probabilities.rows(), 1, 1.0F), share, kSpreadSteps),
         Tensor(1, probabilities.cols()));
  return means;
}

Tensor spread_scores(const MessageBlock& block, Tensor probabilities, const LabeledNodes& known, const Spread& spread) {
  if (spread.kind == SpreadKind::none) {
    return probabilities;
  }
  if (spread.kind == SpreadKind::correct) {
    probabilities = corrected(block, std::move(probabilities), known, spread.correct_share);
  }
  return smoothed(block, std::move(probabilities), known, spread.smooth_share);
}

}  // namespace weft
