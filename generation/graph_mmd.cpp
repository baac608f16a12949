#include "weft/generation/graph_mmd.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

/// In eight sums side by side, for vector instructions, always in the same order.
template <class Term>
double sum_of(const GraphDescriptor& x, const GraphDescriptor& y, const Term& term) {
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= x.size(); i += sums.size()) {
    for (std::size_t lane = 0; lane < sums.size(); ++lane) {
      sums[lane] += term(x[i + lane] - y[i + lane]);
    }
  }
  for (; i < x.size(); ++i) {
    sums[0] += term(x[i] - y[i]);
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

/// Of descriptors of the same length.
double distance(const GraphDescriptor& x, const GraphDescriptor& y, const MmdOptions& options) {
  switch (options.distance) {
    case MmdOptions::Distance::total_variation:
      return 0.5 * sum_of(x, y, [](double difference) { return std::abs(difference); });
    case MmdOptions::Distance::euclidean:
      return std::sqrt(sum_of(x, y, [](double difference) { return difference * difference; }));
    case MmdOptions::Distance::earth_mover:
      break;
  }
  double carried = 0.0;
  double way = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    carried += x[i] - y[i];
    way += std::abs(carried);
  }
  return way / options.bins_per_unit;
}

using Descriptors = std::vector<GraphDescriptor>;

/// The sum over i of what pairs of descriptor i with those before `num_partners(i)` give.
template <class NumPartners>
double sum_of_kernels(const Descriptors& a, const Descriptors& b, const MmdOptions& options,
                      const NumPartners& num_partners) {
  const double scale = -0.5 / (options.width * options.width);
  return parallel_sum(static_cast<std::int64_t>(a.size()), 4, [&](std::int64_t begin, std::int64_t end) {
    double part = 0.0;
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      for (std::size_t j = 0; j < num_partners(i); ++j) {
        const double d = distance(a[i], b[j], options);
        part += std::exp(scale * d * d);
      }
    }
    return part;
  });
}

double mean_within(const Descriptors& a, const MmdOptions& options) {
  const auto n = static_cast<double>(a.size());
  return (n + 2.0 * sum_of_kernels(a, a, options, [](std::size_t i) { return i; })) / (n * n);
}

double mean_between(const Descriptors& a, const Descriptors& b, const MmdOptions& options) {
  const double sum = sum_of_kernels(a, b, options, [&](std::size_t) { return b.size(); });
  return sum / (static_cast<double>(a.size()) * static_cast<double>(b.size()));
}

/// All with `length` entries.
Descriptors prepared(std::span<const GraphDescriptor> all, std::size_t length, bool normalize) {
  Descriptors result(all.begin(), all.end());
  for (GraphDescriptor& x : result) {
    x.resize(length, 0.0);
    if (normalize) {
      const double total = std::accumulate(x.begin(), x.end(), 0.0) + 1e-6;
      for (double& value : x) {
        value /= total;
      }
    }
  }
  return result;
}

std::size_t longest(std::span<const GraphDescriptor> all) {
  std::size_t length = 0;
  for (const GraphDescriptor& x : all) {
    length = std::max(length, x.size());
  }
  return length;
}

}  // namespace

double maximum_mean_discrepancy(std::span<const GraphDescriptor> a, std::span<const GraphDescriptor> b,
                                const MmdOptions& options) {
  require(options.width > 0.0, "maximum_mean_discrepancy: width is ", options.width, ", expected above 0");
  require(options.bins_per_unit > 0.0, "maximum_mean_discrepancy: bins_per_unit is ", options.bins_per_unit,
          ", expected above 0");
  if (a.empty() || b.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const std::size_t length = std::max(longest(a), longest(b));
  const Descriptors x = prepared(a, length, options.normalize);
  const Descriptors y = prepared(b, length, options.normalize);
  return mean_within(x, options) + mean_within(y, options) - 2.0 * mean_between(x, y, options);
}

}  // namespace weft
