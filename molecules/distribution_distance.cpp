#include "weft/molecules/distribution_distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace weft {

double wasserstein_distance(std::span<const double> a, std::span<const double> b) {
  const auto is_nan = [](double x) { return std::isnan(x); };
  if (a.empty() || b.empty() || std::ranges::any_of(a, is_nan) || std::ranges::any_of(b, is_nan)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  std::vector<double> x(a.begin(), a.end());
  std::vector<double> y(b.begin(), b.end());
  std::ranges::sort(x);
  std::ranges::sort(y);
  double area = 0.0;
  double before = std::min(x.front(), y.front());
  for (std::size_t i = 0, j = 0; i < x.size() || j < y.size();) {
    const bool takes_x = j == y.size() || (i < x.size() && x[i] <= y[j]);
    const double now = takes_x ? x[i] : y[j];
    const double height =
        static_cast<double>(i) / static_cast<double>(x.size()) - static_cast<double>(j) / static_cast<double>(y.size());
    area += std::abs(height) * (now - before);
    before = now;
    i += takes_x ? 1 : 0;
    j += takes_x ? 0 : 1;
  }
  return area;
}

double cosine_similarity(const Tally& a, const Tally& b) {
  const auto squares = [](const Tally& tally) {
    double sum = 0.0;
    for (const auto& [name, count] : tally) {
      sum += static_cast<double>(count) * static_cast<double>(count);
    }
    return sum;
  };
  double product = 0.0;
  for (const auto& [name, count] : a) {
    if (const auto other = b.find(name); other != b.end()) {
      product += static_cast<double>(count) * static_cast<double>(other->second);
    }
  }
  const double lengths = std::sqrt(squares(a)) * std::sqrt(squares(b));
  return lengths > 0.0 ? product / lengths : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace weft
