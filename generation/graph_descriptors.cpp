#include "weft/generation/graph_descriptors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "weft/generation/graphlet_orbits.hpp"

namespace weft {
namespace {

/// Adds the values to equal bins on [low, high]; the last bin includes `high`, and values outside are left out. A
/// value on an edge goes to the bin above it, where edge i is i * width + low as rounded: published figures rest on
/// NumPy's histogram, whose rule this is.
void add_to_bins(std::span<const double> values, double low, double high, std::span<double> bins) {
  const auto count = static_cast<std::int64_t>(bins.size());
  const double width = (high - low) / static_cast<double>(count);
  const auto edge = [&](std::int64_t i) { return i == count ? high : static_cast<double>(i) * width + low; };
  for (const double value : values) {
    if (!(value >= low && value <= high)) {
      continue;
    }
    auto bin = std::min(static_cast<std::int64_t>((value - low) / width), count - 1);
    if (value < edge(bin)) {
      --bin;
    } else if (bin + 1 < count && value >= edge(bin + 1)) {
      ++bin;
    }
    bins[static_cast<std::size_t>(bin)] += 1.0;
  }
}

/// The band of a wavelet: x^2 up to 1, 4 / x^2 from 2, and between them the cubic that joins both smoothly.
double band(double x) {
  if (x <= 1.0) {
    return x * x;
  }
  return x < 2.0 ? ((x - 6.0) * x + 11.0) * x - 5.0 : 4.0 / (x * x);
}

constexpr std::size_t kNumFilters = 12;
constexpr double kLargestEigenvalue = 2.0;
/// Where the low pass ends, as a share of the largest eigenvalue.
constexpr double kLowPassFactor = 20.0;
/// Of the band, where the cubic's slope (3 x - 12) x + 11 vanishes: x = 2 - 1 / sqrt(3).
constexpr double kLargestBand = 1.0 + 2.0 / (3.0 * std::numbers::sqrt3);

std::array<double, kNumFilters> filters_at(double eigenvalue) {
  constexpr double kLowest = kLargestEigenvalue / kLowPassFactor;
  std::array<double, kNumFilters> result{};
  result[0] = kLargestBand * std::exp(-std::pow(eigenvalue / (0.6 * kLowest), 4.0));
  const double first = std::log(2.0 / kLowest);
  const double last = std::log(1.0 / kLargestEigenvalue);
  for (std::size_t i = 1; i < kNumFilters; ++i) {
    const double position = static_cast<double>(i - 1) / static_cast<double>(kNumFilters - 2);
    result[i] = band(std::exp(first + position * (last - first)) * eigenvalue);
  }
  return result;
}

}  // namespace

GraphDescriptor degree_histogram(const CsrGraph& graph) {
  GraphDescriptor result;
  for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
    const auto degree = static_cast<std::size_t>(graph.in_degree(static_cast<NodeId>(v)));
    result.resize(std::max(result.size(), degree + 1), 0.0);
    result[degree] += 1.0;
  }
  return result;
}

GraphDescriptor clustering_histogram(const CsrGraph& graph) {
  std::vector<double> coefficients(static_cast<std::size_t>(graph.num_nodes()), 0.0);
  for (std::size_t v = 0; v < coefficients.size(); ++v) {
    const auto neighbors = graph.sources_of(static_cast<NodeId>(v));
    const auto degree = static_cast<std::int64_t>(neighbors.size());
    std::int64_t closed = 0;
    for (const NodeId u : neighbors) {
      for (const NodeId w : graph.sources_of(u)) {
        closed += std::ranges::binary_search(neighbors, w) ? 1 : 0;
      }
    }
    if (closed > 0) {
      coefficients[v] = static_cast<double>(closed) / static_cast<double>(degree * (degree - 1));
    }
  }
  GraphDescriptor result(100, 0.0);
  add_to_bins(coefficients, 0.0, 1.0, result);
  return result;
}

GraphDescriptor mean_orbits(const CsrGraph& graph) {
  GraphDescriptor result(kNumOrbits, 0.0);
  for (const OrbitCounts& counts : graphlet_orbits(graph)) {
    for (std::size_t orbit = 0; orbit < counts.size(); ++orbit) {
      result[orbit] += static_cast<double>(counts[orbit]);
    }
  }
  for (double& value : result) {
    value /= static_cast<double>(std::max<std::int64_t>(graph.num_nodes(), 1));
  }
  return result;
}

GraphDescriptor spectrum_histogram(const Spectrum& spectrum) {
  std::vector<double> values = spectrum.values;
  for (double& value : values) {
    // Bipartite graphs have eigenvalue 2, which rounding must not lose.
    value = std::clamp(value, 0.0, kLargestEigenvalue);
  }
  GraphDescriptor result(200, 0.0);
  add_to_bins(values, -1e-5, kLargestEigenvalue, result);
  return result;
}

GraphDescriptor wavelet_histogram(const Spectrum& spectrum) {
  constexpr std::size_t kBins = 100;
  const std::size_t n = spectrum.values.size();
  std::vector<double> energies(kNumFilters * n, 0.0);
  for (std::size_t k = 0; k < n; ++k) {
    const auto filters = filters_at(spectrum.values[k]);
    for (std::size_t f = 0; f < kNumFilters; ++f) {
      const double square = filters[f] * filters[f];
      for (std::size_t v = 0; v < n; ++v) {
        energies[f * n + v] += square * spectrum.energy[v * n + k];
      }
    }
  }
  GraphDescriptor result(kNumFilters * kBins, 0.0);
  for (std::size_t f = 0; f < kNumFilters; ++f) {
    add_to_bins(std::span(energies).subspan(f * n, n), 0.0, kLargestBand, std::span(result).subspan(f * kBins, kBins));
  }
  return result;
}

}  // namespace weft
