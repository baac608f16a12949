// Extents that a file declares but need not fill: nodes without edges, columns without entries. Private.
#pragma once

#include <cstdint>

namespace weft {

/// Columns and categories that are believed of any file, be it ever so small: each costs a model a row of weights.
inline constexpr std::int64_t kBelievedColumns = std::int64_t{1} << 18;

/// Whether so many rows or columns are believed beside so many entries: `in_any_case`, and 64 for each entry. A file of
/// a few bytes must not ask for gigabytes.
[[nodiscard]] constexpr bool is_believable(std::int64_t extent, std::int64_t entries,
                                           std::int64_t in_any_case = std::int64_t{1} << 20) {
  return extent <= in_any_case || extent / 64 <= entries;
}

}  // namespace weft
