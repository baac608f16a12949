// Extents that a file declares but need not fill: nodes without edges, columns without entries. Private.
#pragma once

#include <cstdint>

namespace weft {

/// Whether so many rows or columns are believed beside so many entries: 2^20 in any case and 64 for each entry. A file
/// of a few bytes must not ask for gigabytes.
[[nodiscard]] constexpr bool is_believable(std::int64_t extent, std::int64_t entries) {
  return extent <= (std::int64_t{1} << 20) || extent / 64 <= entries;
}

}  // namespace weft
