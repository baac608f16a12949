// Columns of nodes' states as heads: tiles of columns that know the weight of their head, weighted sums of gathered
// rows and inner products by head. Heads that make up tiles of 64 columns are read 16 floats at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "weft/core/types.hpp"
#include "weft/tensor/row_gather.hpp"

namespace weft::attention {

using simd::Float8;

/// The weight of every vector of a tile, out of the numbers of one edge: one head in the whole tile,
struct OneHead {
  std::int64_t head;
  [[nodiscard, gnu::always_inline]] float weight(const float* edge, int) const { return edge[head]; }
};
/// heads of kVectorsPerHead whole vectors each,
template <int kVectorsPerHead>
struct WholeVectors {
  std::int64_t head;
  [[nodiscard, gnu::always_inline]] float weight(const float* edge, int j) const {
    return edge[head + j / kVectorsPerHead];
  }
};
/// or heads that begin and end inside vectors. Reads 8 numbers from the edge's first head of a vector on.
struct MixedLanes {
  std::int64_t base[8];
  simd::Int8 lanes[8];

  /// The tile [first, first + width) of heads of d columns.
  MixedLanes(std::int64_t first, std::int64_t width, std::int64_t d) {
    const std::int64_t count = (width + 7) / 8;
    for (std::int64_t j = 0; j < count; ++j) {
      const std::int64_t start = first + (j + 1 < count ? 8 * j : std::max<std::int64_t>(width - 8, 0));
      base[j] = start / d;
      std::int32_t head = 0;
      for (std::int64_t i = 0, column = start % d; i < 8; ++i, ++column) {
        if (column == d) {
          column = 0;
          ++head;
        }
        lanes[j][i] = head;
      }
    }
  }
  [[nodiscard, gnu::always_inline]] Float8 weight(const float* edge, int j) const {
    return simd::permute(simd::load(edge + base[j]), lanes[j]);
  }
};

/// The weights of vectors of 16 columns for heads of 8 columns, two heads a vector, four vectors a tile.
struct PairsOfHeads {
  std::int64_t head;
  [[nodiscard, gnu::always_inline]] simd::Float16 weight(const float* edge, int j) const {
    const Float8 all = simd::load(edge + head);
    switch (j) {
      case 0:
        return __builtin_shufflevector(all, all, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
      case 1:
        return __builtin_shufflevector(all, all, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
      case 2:
        return __builtin_shufflevector(all, all, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5);
      default:
        return __builtin_shufflevector(all, all, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7);
    }
  }
  /// Keeps the sums of weights, which vector j holds in the lanes of its heads.
  [[gnu::always_inline]] void write_sum(simd::Float16 sum, int j, float* sums) const {
    sums[head + 2 * j] = sum[0];
    sums[head + 2 * j + 1] = sum[8];
  }
};

/// Calls body(integral_constant vectors, first column, width, weights) for every tile of heads * d columns.
template <class Body>
[[gnu::always_inline]] inline void for_each_tile(std::int64_t heads, std::int64_t d, Body body) {
  using Full = std::integral_constant<int, 8>;
  const std::int64_t columns = heads * d;
  if (columns % kernels::kTile == 0 && (d == 8 || d == 16 || d == 32)) {
    for (std::int64_t first = 0; first < columns; first += kernels::kTile) {
      if (d == 8) {
        body(Full{}, first, kernels::kTile, WholeVectors<1>{first / 8});
      } else if (d == 16) {
        body(Full{}, first, kernels::kTile, WholeVectors<2>{first / 16});
      } else {
        body(Full{}, first, kernels::kTile, WholeVectors<4>{first / 32});
      }
    }
  } else {
    const std::int64_t group = d >= 8 ? d : columns;
    for (std::int64_t first = 0; first < columns;) {
      const std::int64_t width = kernels::tile_width(group - first % group);
      kernels::with_vectors((width + 7) / 8, [&](auto vectors) __attribute__((always_inline)) {
        if (d >= 8) {
          body(vectors, first, width, OneHead{first / d});
        } else {
          body(vectors, first, width, MixedLanes(first, width, d));
        }
      });
      first += width;
    }
  }
}

/// Adds to `row`, or overwrites it by, sum over the run of weight_e * transform(x_{columns[e]}); edge e's
/// weights, a number a head, are at weights + (e - run.begin) * padded, and up to 8 numbers behind the last
/// are read. transform(kVectors, first, width, j, values) sees vector j of the tile of columns that starts at
/// `first`.
template <class Transform>
[[gnu::noinline]] void gather_heads(const kernels::EdgeRun& run, const float* weights, std::int64_t padded,
                                    std::int64_t heads, std::int64_t d, const float* x, bool accumulate, float* row,
                                    Transform transform) {
  const std::int64_t stride = heads * d;
  for_each_tile(
      heads,
      d, [&](auto vectors, std::int64_t first, std::int64_t width, const auto& map) __attribute__((always_inline)) {
        constexpr int kVectors = decltype(vectors)::value;
        Float8 sum[kVectors] = {};
        kernels::gather_tile<kVectors>(
            run, x + first, stride, width, [&](EdgeId e, int j, Float8 values) __attribute__((always_inline)) {
              sum[j] += map.weight(weights + (e - run.begin) * padded, j) * transform(vectors, first, width, j, values);
            });
        accumulate ? kernels::add_tile<kVectors>(row + first, width, sum)
                   : kernels::store_tile<kVectors>(row + first, width, sum);
      });
}

/// The weight of a whole tile's vectors for heads of 16, 32 or more columns.
template <int kVectorsPerHead>
struct HeadsOfSixteens {
  std::int64_t head;
  [[nodiscard, gnu::always_inline]] float weight(const float* edge, int j) const {
    return edge[head + j / kVectorsPerHead];
  }
  [[gnu::always_inline]] void write_sum(simd::Float16 sum, int j, float* sums) const {
    sums[head + j / kVectorsPerHead] = sum[0];
  }
};

/// Calls body(weights) for a tile of whole vectors of 16 columns from `first` on; see has_whole_tiles.
template <class Body>
[[gnu::always_inline]] inline void with_whole_map(std::int64_t first, std::int64_t d, Body body) {
  if (d == 8) {
    body(PairsOfHeads{first / 8});
  } else if (d == 16) {
    body(HeadsOfSixteens<1>{first / 16});
  } else if (d == 32) {
    body(HeadsOfSixteens<2>{first / 32});
  } else {
    body(HeadsOfSixteens<4>{first / d});
  }
}

/// gather_heads of rows as they are, 64 columns a tile; see has_whole_tiles.
[[gnu::noinline]] inline void gather_whole_heads(const kernels::EdgeRun& run, const float* weights, std::int64_t padded,
                                                 std::int64_t columns, std::int64_t d, const float* x, bool accumulate,
                                                 float* row) {
  for (std::int64_t first = 0; first < columns; first += 64) {
    with_whole_map(
        first, d, [&](const auto& map) __attribute__((always_inline)) {
          simd::Float16 sum[4] = {};
          kernels::gather_whole_tile<4>(
              run, x + first, columns,
              [&](EdgeId e, int j, simd::Float16 values) __attribute__((always_inline)) {
                sum[j] += map.weight(weights + (e - run.begin) * padded, j) * values;
              },
              [](EdgeId) {});
          for (int j = 0; j < 4; ++j) {
            float* out = row + first + 16 * j;
            simd::store(out, accumulate ? simd::load16(out) + sum[j] : sum[j]);
          }
        });
  }
}

/// Rows [begin, end) of a graph, whose edges' weights are at weights + (e - first edge) * heads: the mean of the rows
/// of x by weight, and in `sums` [*, heads] the sums of weights. A row without edges gets zeros. See has_whole_tiles.
[[gnu::noinline]] inline void gather_weighted_means(std::span<const EdgeId> offsets, const std::uint32_t* sources,
                                                    std::int64_t begin, std::int64_t end, const float* weights,
                                                    std::int64_t heads, std::int64_t d, const float* x, float* y,
                                                    float* sums) {
  const std::int64_t columns = heads * d;
  const EdgeId base = offsets[static_cast<std::size_t>(begin)];
  for (std::int64_t first = 0; first < columns; first += 64) {
    with_whole_map(
        first, d, [&](const auto& map) __attribute__((always_inline)) {
          for (std::int64_t v = begin; v < end; ++v) {
            const kernels::EdgeRun run{sources, offsets[static_cast<std::size_t>(v)],
                                       offsets[static_cast<std::size_t>(v) + 1], offsets.back()};
            simd::Float16 sum[4] = {}, total[4] = {};
            kernels::gather_whole_tile<4>(
                run, x + first, columns,
                [&](EdgeId e, int j, simd::Float16 values) __attribute__((always_inline)) {
                  const auto weight = map.weight(weights + (e - base) * heads, j);
                  sum[j] += weight * values;
                  total[j] += weight;
                },
                [](EdgeId) {});
            const bool is_empty = run.begin == run.end;
            for (int j = 0; j < 4; ++j) {
              simd::store(y + v * columns + first + 16 * j, is_empty ? sum[j] : sum[j] / total[j]);
              map.write_sum(total[j], j, sums + v * heads);
            }
          }
        });
  }
}

/// Whether heads of d columns make up tiles of 64 columns, each vector of 16 of one head or of two.
inline bool has_whole_tiles(std::int64_t heads, std::int64_t d) {
  return heads * d % 64 == 0 && (d == 8 || d == 16 || d == 32 || d % 64 == 0);
}

/// For gather_heads: the rows as they are.
inline constexpr auto kUnchanged =
    [](auto, std::int64_t, std::int64_t, int, Float8 values) __attribute__((always_inline)) {
  return values;
};

/// gather_heads of the rows as they are.
inline void gather_states(const kernels::EdgeRun& run, const float* weights, std::int64_t padded, std::int64_t heads,
                          std::int64_t d, const float* x, bool accumulate, float* row) {
  if (has_whole_tiles(heads, d)) {
    gather_whole_heads(run, weights, padded, heads * d, d, x, accumulate, row);
  } else {
    gather_heads(run, weights, padded, heads, d, x, accumulate, row, kUnchanged);
  }
}

/// How many floats sum_by_head's term is asked for, where it is 16.
using SixteenFloats = std::integral_constant<int, 16>;

/// `count` floats, filled up with zeros.
[[gnu::always_inline]] inline Float8 load_up_to(const float* from, std::int64_t count) {
  return count == simd::kLanes ? simd::load(from) : simd::load_part(from, count);
}
[[gnu::always_inline]] inline simd::Float16 load_up_to(const float* from, SixteenFloats) {
  return simd::load16(from);
}

/// out[h] = the sum of term(i, count) over the columns i .. i + count of head h: 16 columns at a time where heads
/// allow it, else 8, fewer at the end of a head, where the lanes behind must be 0.
template <class Term>
[[gnu::always_inline]] inline void sum_by_head(std::int64_t heads, std::int64_t d, float* out, Term term) {
  constexpr std::int64_t kEight = 8;
  const auto tiles = [&](auto sixteens_per_head) __attribute__((always_inline)) {
    constexpr int kPerHead = decltype(sixteens_per_head)::value, kCount = 4 / kPerHead;
    for (std::int64_t first = 0; first < heads; first += kCount) {
      Float8 terms[4];
      for (int h = 0; h < kCount; ++h) {
        const std::int64_t column = first * d + 16 * kPerHead * h;
        simd::Float16 sum = term(column, SixteenFloats{});
        for (int j = 1; j < kPerHead; ++j) {
          sum += term(column + 16 * j, SixteenFloats{});
        }
        terms[h] = simd::fold(sum);
      }
      const Float8 sums = simd::sums_of<kCount>(terms);
      std::memcpy(out + first, &sums, kCount * sizeof(float));
    }
  };
  if (heads * d % kernels::kTile != 0 || (d != 8 && d != 16 && d != 32 && d != 64)) {
    for (std::int64_t h = 0; h < heads; ++h) {
      Float8 sum{};
      for (std::int64_t i = 0; i < d; i += 8) {
        sum += term(h * d + i, std::min<std::int64_t>(8, d - i));
      }
      out[h] = simd::sum(sum);
    }
  } else if (d == 8) {
    for (std::int64_t first = 0; first < heads; first += 8) {
      Float8 terms[8];
      for (int h = 0; h < 8; ++h) {
        terms[h] = term(8 * (first + h), kEight);
      }
      simd::store(out + first, simd::sums_of<8>(terms));
    }
  } else if (d == 16) {
    tiles(std::integral_constant<int, 1>{});
  } else if (d == 32) {
    tiles(std::integral_constant<int, 2>{});
  } else {
    tiles(std::integral_constant<int, 4>{});
  }
}

/// out[h] = <a, b> over the d columns of head h.
[[gnu::always_inline]] inline void dot_heads(const float* a, const float* b, std::int64_t heads, std::int64_t d,
                                             float* out) {
  sum_by_head(
      heads, d, out, [&](std::int64_t i, auto count) __attribute__((always_inline)) {
        return load_up_to(a + i, count) * load_up_to(b + i, count);
      });
}

}  // namespace weft::attention
