// The distance between two sets of graphs through a number vector of each graph: the maximum mean discrepancy.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace weft {

/// A histogram or another vector that describes one graph. Where two are compared, the shorter one is taken to go on
/// with zeros.
using GraphDescriptor = std::vector<double>;

struct MmdOptions {
  /// k(x, y) = exp(-D(x, y)^2 / (2 width^2)), where D is half the sum of |x - y| (total variation), the earth mover's
  /// distance of x and y as histograms, or the Euclidean distance.
  enum class Distance { total_variation, earth_mover, euclidean };
  Distance distance = Distance::total_variation;
  double width = 1.0;
  /// How many bins the earth mover crosses on a way of length one.
  double bins_per_unit = 1.0;
  /// Divides every descriptor by its sum + 1e-6 first, as the published figures do.
  bool normalize = true;
};

/// mean k(a, a') + mean k(b, b') - 2 mean k(a, b), each descriptor paired with itself too and no root taken: what
/// You, Ying, Ren, Hamilton, Leskovec, "GraphRNN" (ICML 2018), section 4.3, and the figures since then report.
/// NaN if a set is empty. O((|a| + |b|)^2) comparisons.
[[nodiscard]] double maximum_mean_discrepancy(std::span<const GraphDescriptor> a, std::span<const GraphDescriptor> b,
                                              const MmdOptions& options = {});

}  // namespace weft
