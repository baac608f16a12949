#include "weft/generation/graph_mmd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

double entry(const GraphDescriptor& x, std::size_t i) {
  return i < x.size() ? x[i] : 0.0;
}

double distance(const GraphDescriptor& x, const GraphDescriptor& y, const MmdOptions& options) {
  const std::size_t size = std::max(x.size(), y.size());
  double sum = 0.0;
  double carried = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    const double difference = entry(x, i) - entry(y, i);
    switch (options.distance) {
      case MmdOptions::Distance::total_variation:
        sum += 0.5 * std::abs(difference);
        break;
      case MmdOptions::Distance::earth_mover:
        carried += difference;
        sum += std::abs(carried) / options.bins_per_unit;
        break;
      case MmdOptions::Distance::euclidean:
        sum += difference * difference;
        break;
    }
  }
  return options.distance == MmdOptions::Distance::euclidean ? std::sqrt(sum) : sum;
}

double mean_kernel(std::span<const GraphDescriptor> a, std::span<const GraphDescriptor> b, const MmdOptions& options) {
  const double scale = -0.5 / (options.width * options.width);
  const double sum = parallel_sum(static_cast<std::int64_t>(a.size()), 4, [&](std::int64_t begin, std::int64_t end) {
    double part = 0.0;
    for (std::int64_t i = begin; i < end; ++i) {
      for (const GraphDescriptor& y : b) {
        const double d = distance(a[static_cast<std::size_t>(i)], y, options);
        part += std::exp(scale * d * d);
      }
    }
    return part;
  });
  return sum / (static_cast<double>(a.size()) * static_cast<double>(b.size()));
}

std::vector<GraphDescriptor> prepared(std::span<const GraphDescriptor> all, bool normalize) {
  std::vector<GraphDescriptor> result(all.begin(), all.end());
  if (normalize) {
    for (GraphDescriptor& x : result) {
      const double total = std::accumulate(x.begin(), x.end(), 0.0) + 1e-6;
      for (double& value : x) {
        value /= total;
      }
    }
  }
  return result;
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
  const std::vector<GraphDescriptor> x = prepared(a, options.normalize);
  const std::vector<GraphDescriptor> y = prepared(b, options.normalize);
  return mean_kernel(x, x, options) + mean_kernel(y, y, options) - 2.0 * mean_kernel(x, y, options);
}

}  // namespace weft
