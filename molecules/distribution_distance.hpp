// How far two samples of numbers, or two tallies of names, lie apart.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace weft {

/// The first Wasserstein distance of the two empirical distributions: the area between their distribution functions,
/// in the unit of the numbers. NaN if a sample is empty or holds a NaN. O(n log n).
[[nodiscard]] double wasserstein_distance(std::span<const double> a, std::span<const double> b);

/// How often each name occurs.
using Tally = std::map<std::string, std::int64_t>;

/// The cosine of the two as vectors: 1 for equal shares, 0 where no name occurs in both. NaN if one is empty.
[[nodiscard]] double cosine_similarity(const Tally& a, const Tally& b);

}  // namespace weft
