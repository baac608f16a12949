// What the edge attentions share: heads as lanes of a vector, the softmax of a row that may come in several
// pieces, and dropout as a function of the edge.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>

#include "weft/core/random.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/layers/edge_attention.hpp"
#include "weft/tensor/simd.hpp"

namespace weft::attention {

using simd::Float8;
using Float4 = float __attribute__((vector_size(16)));

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

  /// The numbers of one node or edge. For one, four or eight heads.
  [[nodiscard, gnu::always_inline]] static auto numbers(const float* from) {
    static_assert(kHeads == 1 || kHeads == 4 || kHeads == 8);
    if constexpr (kHeads == 1) {
      return *from;
    } else {
      using Numbers = std::conditional_t<kHeads == 4, Float4, Float8>;
      Numbers result;
      std::memcpy(&result, from, sizeof(result));
      return result;
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

}  // namespace weft::attention
