// One tile of a gathered sum: columns [0, width) of the rows that a run of edges names, added up in registers.
// The building block of gather_sum and of edge attention.
//
// Method: at most 64 floats (8 registers) a tile, so that the sums stay in registers and many gathered
// rows are in flight; rows are prefetched a fixed number of edges ahead along the flat array of edges,
// across the borders of rows (iSpLib, Hong et al. 2024, section 3; FusedMM, Rahman et al. 2021, section 4).
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "weft/core/types.hpp"
#include "weft/tensor/simd.hpp"

namespace weft::kernels {

/// The widest tile, in floats.
inline constexpr std::int64_t kTile = 64;
/// How many edges ahead rows are prefetched.
inline constexpr EdgeId kPrefetch = 16;

/// The next tile's width when `remaining` columns (>= 8) are left: `widest` or less, and never so that fewer
/// than 8 columns are left over, because a tile needs at least one whole vector.
inline std::int64_t tile_width(std::int64_t remaining, std::int64_t widest = kTile) {
  if (remaining <= widest) {
    return remaining;
  }
  return remaining < 2 * widest ? (remaining / 2 + 7) / 8 * 8 : widest;
}

/// Fetches the cache lines of `count` floats.
[[gnu::always_inline]] inline void prefetch_row(const float* row, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += 16) {
    __builtin_prefetch(row + i);
  }
}

/// Where vector j of a tile starts; the last one ends at `width`.
template <int kVectors>
[[gnu::always_inline]] inline std::int64_t vector_start(int j, std::int64_t width) {
  return j + 1 < kVectors ? j * simd::kLanes : std::max<std::int64_t>(width - simd::kLanes, 0);
}

template <int kVectors>
[[gnu::always_inline]] inline simd::Float8 load_vector(const float* tile, int j, std::int64_t width) {
  if constexpr (kVectors == 1) {
    return width < simd::kLanes ? simd::load_part(tile, width) : simd::load(tile + width - simd::kLanes);
  }
  return simd::load(tile + vector_start<kVectors>(j, width));
}

template <int kVectors>
[[gnu::always_inline]] inline void load_tile(const float* tile, std::int64_t width, simd::Float8* values) {
  for (int j = 0; j < kVectors; ++j) {
    values[j] = load_vector<kVectors>(tile, j, width);
  }
}

template <int kVectors>
[[gnu::always_inline]] inline void store_tile(float* tile, std::int64_t width, const simd::Float8* values) {
  if (kVectors == 1 && width < simd::kLanes) {
    return simd::store_part(tile, width, values[0]);
  }
  for (int j = 0; j < kVectors; ++j) {
    simd::store(tile + vector_start<kVectors>(j, width), values[j]);
  }
}

/// All loads come before the first store, because the last two vectors may overlap.
template <int kVectors>
[[gnu::always_inline]] inline void add_tile(float* tile, std::int64_t width, const simd::Float8* values) {
  simd::Float8 sum[kVectors];
  load_tile<kVectors>(tile, width, sum);
  for (int j = 0; j < kVectors; ++j) {
    sum[j] += values[j];
  }
  store_tile<kVectors>(tile, width, sum);
}

/// Edges [begin, end) of a row; rows up to edge `stop` may be prefetched.
struct EdgeRun {
  const std::uint32_t* columns;
  EdgeId begin, end, stop;
};

/// Calls step(e, j, x_{columns[e]}[8 j .. 8 j + 8)) for every edge of the run and every vector j of a tile of
/// `width` columns, 8 kVectors - 8 < width <= 8 kVectors. The last vector ends at `width`, so it may overlap
/// the one before; a tile narrower than 8 is one vector filled up with zeros.
template <int kVectors, class Step>
[[gnu::always_inline]] inline void gather_tile(const EdgeRun& run, const float* x, std::int64_t stride,
                                               std::int64_t width, Step step) {
  const auto take = [&](EdgeId e) __attribute__((always_inline)) {
    const float* row = x + static_cast<std::int64_t>(run.columns[e]) * stride;
    for (int j = 0; j < kVectors; ++j) {
      step(e, j, load_vector<kVectors>(row, j, width));
    }
  };
  const EdgeId middle = std::max(run.begin, std::min(run.end, run.stop - kPrefetch));
  EdgeId e = run.begin;
  for (; e < middle; ++e) {
    prefetch_row(x + static_cast<std::int64_t>(run.columns[e + kPrefetch]) * stride, 8 * kVectors);
    take(e);
  }
  for (; e < run.end; ++e) {
    take(e);
  }
}

/// The widest tile of whole vectors of 16 floats: AVX-512 has registers for 16 of them, others for 4.
#if defined(__AVX512F__)
inline constexpr std::int64_t kWholeTile = 256;
#else
inline constexpr std::int64_t kWholeTile = kTile;
#endif

/// Like gather_tile for 16 kVectors columns: step(e, j, x_{columns[e]}[16 j .. 16 j + 16)). ahead(e) may fetch what
/// else edge e will need.
template <int kVectors, class Step, class Ahead>
[[gnu::always_inline]] inline void gather_whole_tile(const EdgeRun& run, const float* x, std::int64_t stride, Step step,
                                                     Ahead ahead) {
  const auto take = [&](EdgeId e) __attribute__((always_inline)) {
    const float* row = x + static_cast<std::int64_t>(run.columns[e]) * stride;
    for (int j = 0; j < kVectors; ++j) {
      step(e, j, simd::load16(row + 16 * j));
    }
  };
  const EdgeId middle = std::max(run.begin, std::min(run.end, run.stop - kPrefetch));
  EdgeId e = run.begin;
  for (; e < middle; ++e) {
    prefetch_row(x + static_cast<std::int64_t>(run.columns[e + kPrefetch]) * stride, 16 * kVectors);
    ahead(e + kPrefetch);
    take(e);
  }
  for (; e < run.end; ++e) {
    take(e);
  }
}

/// Calls body(std::integral_constant<int, vectors>, first column) for tiles of 16, 8, 4, 2 or 1 vectors of 16 floats
/// that make up `width`, a multiple of 16, none wider than kWholeTile.
template <class Body>
[[gnu::always_inline]] inline void for_each_whole_tile(std::int64_t width, Body body) {
  std::int64_t first = 0;
#if defined(__AVX512F__)
  for (; first + 256 <= width; first += 256) {
    body(std::integral_constant<int, 16>{}, first);
  }
  for (; first + 128 <= width; first += 128) {
    body(std::integral_constant<int, 8>{}, first);
  }
#endif
  for (; first + 64 <= width; first += 64) {
    body(std::integral_constant<int, 4>{}, first);
  }
  for (; first + 32 <= width; first += 32) {
    body(std::integral_constant<int, 2>{}, first);
  }
  for (; first + 16 <= width; first += 16) {
    body(std::integral_constant<int, 1>{}, first);
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

/// Calls body(std::integral_constant<int, vectors>, first column, width) for tiles whose sums stay in registers; with
/// several sums a column they are narrower.
template <std::int64_t kWidest = kTile, class Body>
[[gnu::always_inline]] inline void for_each_tile(std::int64_t cols, Body body) {
  for (std::int64_t first = 0, width = 0; first < cols; first += width) {
    width = tile_width(cols - first, kWidest);
    with_vectors((width + simd::kLanes - 1) / simd::kLanes, [&](auto vectors) __attribute__((always_inline)) {
      body(vectors, first, width);
    });
  }
}

}  // namespace weft::kernels
