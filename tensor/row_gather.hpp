// One tile of a gathered sum: columns [0, width) of weight_e * x_{columns[e]}, added up over a run of edges
// in registers. The building block of gather_sum and of edge attention.
//
// Method: at most 64 floats (8 registers) a tile, so that the sums stay in registers and many gathered
// rows are in flight; rows are prefetched a fixed number of edges ahead along the flat array of edges,
// across the borders of rows (iSpLib, Hong et al. 2024, section 3; FusedMM, Rahman et al. 2021, section 4).
#pragma once

#include <algorithm>
#include <cstdint>

#include "weft/core/types.hpp"
#include "weft/tensor/simd.hpp"

namespace weft::kernels {

/// The widest tile, in floats.
inline constexpr std::int64_t kTile = 64;
/// How many edges ahead rows are prefetched.
inline constexpr EdgeId kPrefetch = 16;

/// The next tile's width when `remaining` columns (>= 8) are left: 64 or less, and never so that fewer
/// than 8 columns are left over, because a tile needs at least one whole vector.
inline std::int64_t tile_width(std::int64_t remaining) {
  if (remaining <= kTile) {
    return remaining;
  }
  return remaining < 2 * kTile ? (remaining / 2 + 7) / 8 * 8 : kTile;
}

/// Fetches the cache lines of `count` floats.
[[gnu::always_inline]] inline void prefetch_row(const float* row, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += 16) {
    __builtin_prefetch(row + i);
  }
}

/// Edges [begin, end) of a row; rows up to edge `stop` may be prefetched.
struct EdgeRun {
  const std::uint32_t* columns;
  EdgeId begin, end, stop;
};

/// sum[j] += weight(e, j) * x_{columns[e]}[8 j .. 8 j + 8) for the kVectors vectors of a tile of `width`
/// columns (8 kVectors - 8 < width <= 8 kVectors, width >= 8); the last vector ends at `width`, so it may
/// overlap the one before. `weight` is called with an edge and a vector's number.
template <int kVectors, class Weight>
[[gnu::always_inline]] inline void gather_tile(const EdgeRun& run, const float* x, std::int64_t stride,
                                               std::int64_t width, Weight weight, simd::Float8* sum) {
  const std::int64_t last = width - simd::kLanes;
  const auto step = [&](EdgeId e) __attribute__((always_inline)) {
    const float* row = x + static_cast<std::int64_t>(run.columns[e]) * stride;
    for (int j = 0; j < kVectors; ++j) {
      sum[j] += weight(e, j) * simd::load(row + (j + 1 < kVectors ? j * simd::kLanes : last));
    }
  };
  const EdgeId middle = std::max(run.begin, std::min(run.end, run.stop - kPrefetch));
  EdgeId e = run.begin;
  for (; e < middle; ++e) {
    prefetch_row(x + static_cast<std::int64_t>(run.columns[e + kPrefetch]) * stride, 8 * kVectors);
    step(e);
  }
  for (; e < run.end; ++e) {
    step(e);
  }
}

/// Calls body with std::integral_constant<int, vectors>, vectors in 1..8: picks the code of a tile.
template <class Body>
[[gnu::always_inline]] inline void with_vectors(std::int64_t vectors, Body body) {
  switch (vectors) {
    case 1:
      return body(std::integral_constant<int, 1>{});
    case 2:
      return body(std::integral_constant<int, 2>{});
    case 3:
      return body(std::integral_constant<int, 3>{});
    case 4:
      return body(std::integral_constant<int, 4>{});
    case 5:
      return body(std::integral_constant<int, 5>{});
    case 6:
      return body(std::integral_constant<int, 6>{});
    case 7:
      return body(std::integral_constant<int, 7>{});
    default:
      return body(std::integral_constant<int, 8>{});
  }
}

}  // namespace weft::kernels
