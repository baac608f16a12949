// What the edge attentions share: heads as lanes of a vector, the softmax of a row that may come in several
// pieces, tiles of columns that know the weight of their head, and dropout as a function of the edge.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

#include "weft/core/random.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/layers/edge_attention.hpp"
#include "weft/tensor/row_gather.hpp"

namespace weft::attention {

using simd::Float8;

inline constexpr std::int64_t kMaxHeads = 64;
/// Vectors that hold one number for each of kMaxHeads heads.
inline constexpr std::int64_t kMaxVectors = kMaxHeads / simd::kLanes;

inline void check_options(std::string_view operation, const EdgeAttentionOptions& options) {
  require(options.heads >= 1 && options.heads <= kMaxHeads, operation, ": heads is ", options.heads, ", expected 1 to ",
          kMaxHeads);
  require(options.dropout >= 0.0F && options.dropout < 1.0F, operation, ": dropout is ", options.dropout,
          ", expected in [0, 1)");
}

/// How numbers by (edge, head) lie in scratch memory: `padded` numbers an edge, so that a vector holds either
/// whole edges or a part of one. kHeads is the number of heads, or 0 if it is known only when running.
template <int kHeads>
class HeadLanes {
 public:
  static constexpr int kCompiled = kHeads;

  explicit HeadLanes(std::int64_t heads) : heads_(heads) {}

  [[nodiscard, gnu::always_inline]] std::int64_t heads() const { return kHeads > 0 ? kHeads : heads_; }
  [[nodiscard, gnu::always_inline]] std::int64_t padded() const {
    if (kHeads > 0) {
      return kHeads;
    }
    return heads_ <= 8 ? static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(heads_)))
                       : (heads_ + 7) / 8 * 8;
  }
  /// Vectors until the heads repeat.
  [[nodiscard, gnu::always_inline]] std::int64_t period() const { return std::max<std::int64_t>(1, padded() / 8); }
  /// Vectors that hold the numbers of `edges` edges.
  [[nodiscard, gnu::always_inline]] std::int64_t vectors(std::int64_t edges) const {
    return (edges * padded() + 7) / 8;
  }

  /// One edge's numbers, with zeros for the heads that fill up. In as few stores as can be: a vector that is read
  /// back soon waits for every one of them.
  [[gnu::always_inline]] void copy(const float* from, float* to) const {
    if constexpr (kHeads > 0) {
      std::memcpy(to, from, kHeads * sizeof(float));
      return;
    }
    for (std::int64_t h = 0; h < heads(); ++h) {
      to[h] = from[h];
    }
    for (std::int64_t h = heads(); h < padded(); ++h) {
      to[h] = 0.0F;
    }
  }

  /// Vector i of the numbers of `edges` edges, straight from table [*, heads] at rows[edge]; zeros behind the last.
  /// For one, four or eight heads.
  [[nodiscard, gnu::always_inline]] Float8 gather(const float* table, const NodeId* rows, std::int64_t edges,
                                                  std::int64_t i) const {
    static_assert(kHeads == 1 || kHeads == 4 || kHeads == 8);
    constexpr std::int64_t kEdges = 8 / kHeads;
    const auto row = [&](std::int64_t e) __attribute__((always_inline)) {
      return table + std::int64_t{rows[kEdges * i + e]} * kHeads;
    };
    if constexpr (kHeads == 8) {
      return simd::load(row(0));
    } else if constexpr (kHeads == 4) {
      using Float4 = float __attribute__((vector_size(16)));
      Float4 low, high{};
      std::memcpy(&low, row(0), sizeof(low));
      if (2 * i + 1 < edges) {
        std::memcpy(&high, row(1), sizeof(high));
      }
      return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
    } else if (8 * i + 8 <= edges) {
      return Float8{*row(0), *row(1), *row(2), *row(3), *row(4), *row(5), *row(6), *row(7)};
    } else {
      Float8 part{};
      for (std::int64_t e = 0; e < edges - 8 * i; ++e) {
        part[e] = *row(e);
      }
      return part;
    }
  }

  /// A node's numbers, repeated, as they meet vector p of the period.
  [[nodiscard, gnu::always_inline]] Float8 pattern(const float* from, std::int64_t p) const {
    if constexpr (kHeads == 1) {
      return simd::broadcast(*from);
    } else if constexpr (kHeads == 8) {
      return simd::load(from);
    } else if constexpr (kHeads == 4) {
      return Float8{from[0], from[1], from[2], from[3], from[0], from[1], from[2], from[3]};
    } else {
      float lanes[8];
      for (std::int64_t i = 0; i < 8; ++i) {
        const std::int64_t head = (8 * p + i) % padded();
        lanes[i] = head < heads() ? from[head] : 0.0F;
      }
      return simd::load(lanes);
    }
  }

  /// Combines the lanes that belong to the same head; every one of them gets the result.
  template <class Combine>
  [[nodiscard, gnu::always_inline]] Float8 fold(Float8 x, Combine combine) const {
    if (padded() <= 4) {
      x = combine(x, __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3));
    }
    if (padded() <= 2) {
      x = combine(x, __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5));
    }
    if (padded() == 1) {
      x = combine(x, __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6));
    }
    return x;
  }

  /// Writes `value` behind the numbers of `edges` edges, up to the end of the last vector.
  [[gnu::always_inline]] void fill_up(float* numbers, std::int64_t edges, float value) const {
    for (std::int64_t i = edges * padded(); i < 8 * vectors(edges); ++i) {
      numbers[i] = value;
    }
  }

 private:
  std::int64_t heads_;
};

/// Calls body(HeadLanes<kHeads>) with the number of heads compiled in where that is common.
template <class Body>
void with_head_lanes(std::int64_t heads, Body body) {
  switch (heads) {
    case 1:
      return body(HeadLanes<1>(1));
    case 4:
      return body(HeadLanes<4>(4));
    case 8:
      return body(HeadLanes<8>(8));
    default:
      return body(HeadLanes<0>(heads));
  }
}

/// Whether a weight survives: 16 bits of Philox for each head, 8 heads a block of the edge's own counter.
class WeightDropout {
 public:
  explicit WeightDropout(const EdgeAttentionOptions& options)
      : random_(options.random),
        threshold_(static_cast<std::uint32_t>(std::min(65535.0F, std::round(options.dropout * 65536.0F)))),
        scale_(65536.0F / static_cast<float>(65536 - threshold_)) {}

  [[nodiscard]] bool is_active() const { return threshold_ > 0; }

  /// factors[i * padded + h] is 0 or 1 / P(kept), for head h of the i-th edge between `node` and others[i]; `node` is
  /// the destination, or the source if `by_source`.
  void write_factors(NodeId node, std::span<const NodeId> others, bool by_source, std::int64_t heads,
                     std::int64_t padded, float* factors) const {
    for (std::size_t first = 0; first < others.size(); first += kGroup) {
      const std::size_t count = std::min(kGroup, others.size() - first);
      for (std::int64_t h = 0; h < heads; h += 8) {
        simd::Word8 near = simd::Word8{} + node, far{}, words[4];
        for (std::size_t i = 0; i < kGroup; ++i) {
          far[i] = others[first + std::min(i, count - 1)];
        }
        words[0] = by_source ? near : far;
        words[1] = by_source ? far : near;
        words[2] = simd::Word8{} + static_cast<std::uint64_t>(h / 8);
        words[3] = simd::Word8{};
        simd::philox4x32(random_.key(), words);
        write_group(words, count, std::min<std::int64_t>(8, heads - h), padded,
                    factors + first * static_cast<std::size_t>(padded) + h);
      }
    }
  }

 private:
  /// The factors of `count` edges for the heads of one block: 16 bits a head, those of head 0 lowest in word 0.
  [[gnu::always_inline]] void write_group(const simd::Word8* words, std::size_t count, std::int64_t heads,
                                          std::int64_t padded, float* out) const {
    alignas(32) float kept[8][kGroup];
    const simd::Int8 threshold = simd::Int8{} + static_cast<std::int32_t>(threshold_);
    for (std::int64_t j = 0; j < heads; ++j) {
      const simd::Int8 bits = __builtin_convertvector(words[j / 2], simd::Int8);
      const simd::Int8 drawn = (bits >> static_cast<int>(j % 2 * 16)) & 0xFFFF;
      simd::store(kept[j], simd::select(drawn >= threshold, simd::broadcast(scale_), Float8{}));
    }
    for (std::size_t i = 0; i < count; ++i) {
      for (std::int64_t j = 0; j < heads; ++j) {
        out[static_cast<std::int64_t>(i) * padded + j] = kept[j][i];
      }
    }
  }

  static constexpr std::size_t kGroup = 8;

  Random random_;
  std::uint32_t threshold_;
  float scale_;
};

/// Multiplies the weights of edges that `node` reads from `sources` by their factors.
inline void drop_weights(const WeightDropout& dropout, NodeId node, std::span<const NodeId> sources, std::int64_t heads,
                         std::int64_t padded, float* weights) {
  constexpr std::size_t kPiece = 64;
  float factors[kPiece * kMaxHeads];
  for (std::size_t first = 0; first < sources.size(); first += kPiece) {
    const std::size_t count = std::min(kPiece, sources.size() - first);
    dropout.write_factors(node, sources.subspan(first, count), false, heads, heads, factors);
    float* out = weights + first * static_cast<std::size_t>(padded);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::int64_t h = 0; h < heads; ++h) {
        out[static_cast<std::int64_t>(i) * padded + h] *= factors[static_cast<std::int64_t>(i) * heads + h];
      }
    }
  }
}

/// The softmax of a row whose logits come in pieces: the largest so far and the sum of exp(logit - largest)
/// (Milakov and Gimelshein 2018). One number a lane, in the pattern of HeadLanes.
struct RowSoftmax {
  Float8 largest[kMaxVectors];
  Float8 sum[kMaxVectors];
  /// What sums of earlier pieces must be multiplied with.
  Float8 shrink[kMaxVectors];

  template <int kHeads>
  [[gnu::always_inline]] void start(const HeadLanes<kHeads>& lanes) {
    for (std::int64_t p = 0; p < lanes.period(); ++p) {
      largest[p] = simd::broadcast(-std::numeric_limits<float>::infinity());
      sum[p] = Float8{};
    }
  }

  /// Replaces the logits of `edges` edges (at least one; filled up with -inf) by exp(logit - largest).
  template <int kHeads>
  [[gnu::always_inline]] void take(const HeadLanes<kHeads>& lanes, float* logits, std::int64_t edges) {
    const std::int64_t count = lanes.vectors(edges), period = lanes.period();
    for (std::int64_t p = 0; p < period; ++p) {
      Float8 high = largest[p];
      for (std::int64_t i = p; i < count; i += period) {
        high = simd::max(high, simd::load(logits + 8 * i));
      }
      high = lanes.fold(high, simd::max);
      Float8 total{};
      for (std::int64_t i = p; i < count; i += period) {
        const Float8 power = simd::exp(simd::load(logits + 8 * i) - high);
        simd::store(logits + 8 * i, power);
        total += power;
      }
      shrink[p] = simd::exp(largest[p] - high);
      sum[p] = sum[p] * shrink[p] + lanes.fold(total, [](Float8 a, Float8 b) { return a + b; });
      largest[p] = high;
    }
  }

  /// Multiplies the numbers of `edges` edges by 1 / sum.
  template <int kHeads>
  [[gnu::always_inline]] void normalize(const HeadLanes<kHeads>& lanes, float* numbers, std::int64_t edges) const {
    const std::int64_t count = lanes.vectors(edges), period = lanes.period();
    for (std::int64_t p = 0; p < period; ++p) {
      const Float8 inverse = 1.0F / sum[p];
      for (std::int64_t i = p; i < count; i += period) {
        simd::store(numbers + 8 * i, inverse * simd::load(numbers + 8 * i));
      }
    }
  }

  /// Multiplies head h's d columns of `row` by factors of head h.
  static void scale_row(const Float8* factors, std::int64_t heads, std::int64_t d, float* row) {
    for (std::int64_t h = 0; h < heads; ++h) {
      const float factor = factors[h / 8][h % 8];
      for (std::int64_t j = h * d; j < (h + 1) * d; ++j) {
        row[j] *= factor;
      }
    }
  }

  /// log of the sum of exp(logit), a number a head.
  void write_log_sum(std::int64_t heads, float* out) const {
    for (std::int64_t h = 0; h < heads; h += simd::kLanes) {
      const Float8 log_sum = largest[h / 8] + simd::log(sum[h / 8]);
      if (heads - h >= simd::kLanes) {
        simd::store(out + h, log_sum);
      } else {
        simd::store_part(out + h, heads - h, log_sum);
      }
    }
  }
};

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

/// The weights of vectors of 16 columns for heads of 8 columns, two heads a vector.
struct PairsOfHeads {
  std::int64_t head;
  [[nodiscard, gnu::always_inline]] simd::Float16 weight(const float* edge, int j) const {
    const Float8 low = simd::broadcast(edge[head + 2 * j]), high = simd::broadcast(edge[head + 2 * j + 1]);
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
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
