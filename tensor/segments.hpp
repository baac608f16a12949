// Segments: ranges of rows, one after the other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "weft/core/error.hpp"

namespace weft {

/// Throws ArgumentError unless `segments` rise from 0 to `rows`.
inline void check_segments(std::string_view operation, std::span<const std::int64_t> segments, std::int64_t rows) {
  require(!segments.empty() && segments.front() == 0 && segments.back() == rows && std::ranges::is_sorted(segments),
          operation, ": segments run from ", segments.empty() ? -1 : segments.front(), " to ",
          segments.empty() ? -1 : segments.back(), ", expected to rise from 0 to the number of rows, ", rows);
}

}  // namespace weft
