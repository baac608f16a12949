#include "weft/tasks/link_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "weft/core/error.hpp"

namespace weft {

namespace {

bool has_nan(std::span<const float> scores) {
  return std::ranges::any_of(scores, [](float score) { return std::isnan(score); });
}

}  // namespace

double hits_at(std::int64_t k, std::span<const float> links, std::span<const float> others) {
  require(k >= 1, "hits_at: k is ", k, ", expected at least 1");
  if (links.empty() || has_nan(links) || has_nan(others)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (static_cast<std::int64_t>(others.size()) < k) {
    return 1.0;
  }
  std::vector<float> sorted(others.begin(), others.end());
  const auto at = sorted.begin() + (k - 1);
  std::ranges::nth_element(sorted, at, std::greater<>());
  const auto hits = std::ranges::count_if(links, [&](float score) { return score > *at; });
  return static_cast<double>(hits) / static_cast<double>(links.size());
}

double reciprocal_rank(float link, std::span<const float> others) {
  if (std::isnan(link) || has_nan(others)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  double better = 0.0, equal = 0.0;
  for (const float other : others) {
    better += other > link ? 1.0 : 0.0;
    equal += other == link ? 1.0 : 0.0;
  }
  return 1.0 / (1.0 + better + equal / 2.0);
}

}  // namespace weft
