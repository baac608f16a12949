// Ranges of rows copied one after the other: how the features of a few graphs leave the array of all graphs.
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/features.hpp"

namespace weft {

/// Rows begin .. end.
struct RowRange {
  std::int64_t begin = 0, end = 0;
};

/// The rows of the ranges, in order; ranges may repeat. O(elements copied). Throws ArgumentError if a range falls or
/// leaves the rows of x.
[[nodiscard]] Tensor rows_in(const Tensor& x, std::span<const RowRange> ranges);
/// The same for whatever form features have; none stay none.
[[nodiscard]] Features rows_in(const Features& x, std::span<const RowRange> ranges);

}  // namespace weft
