// Heads as lanes of a vector: how numbers by (edge, head) lie in scratch memory, for the common numbers of heads known
// when compiling.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "weft/core/types.hpp"
#include "weft/tensor/simd.hpp"

namespace weft::attention {

using simd::Float8;
using Float4 = float __attribute__((vector_size(16)));

inline constexpr std::int64_t kMaxHeads = 64;
/// Vectors that hold one number for each of kMaxHeads heads.
inline constexpr std::int64_t kMaxVectors = kMaxHeads / simd::kLanes;

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

}  // namespace weft::attention
