// What the edge attentions share: the softmax of a row that may come in several pieces, and dropout as a function of
// the edge.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "weft/core/error.hpp"
#include "weft/core/random.hpp"
#include "weft/core/types.hpp"
#include "weft/layers/kernels/head_lanes.hpp"
#include "weft/tensor/simd.hpp"

namespace weft::attention {

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

inline void check_options(std::string_view operation, std::int64_t heads, float dropout) {
  require(heads >= 1 && heads <= kMaxHeads, operation, ": heads is ", heads, ", expected 1 to ", kMaxHeads);
  require(dropout >= 0.0F && dropout < 1.0F, operation, ": dropout is ", dropout, ", expected in [0, 1)");
}

/// Whether a weight survives: 16 bits of Philox for each head, 8 heads a block of the edge's own counter.
class WeightDropout {
 public:
  WeightDropout(float rate, const Random& random)
      : random_(random),
        threshold_(static_cast<std::uint32_t>(std::min(65535.0F, std::round(rate * 65536.0F)))),
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
      largest[p] = simd::broadcast(-kInfinity);
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

  /// Divides `row`, a sum by the powers of all pieces, by the sum of the powers.
  template <int kHeads>
  [[gnu::always_inline]] void divide_row(const HeadLanes<kHeads>& lanes, std::int64_t d, float* row) const {
    Float8 inverse[kMaxVectors];
    for (std::int64_t p = 0; p < lanes.period(); ++p) {
      inverse[p] = 1.0F / sum[p];
    }
    scale_row(inverse, lanes.heads(), d, row);
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
