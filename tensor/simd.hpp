// Vectors of 8 floats for kernels, on the vector extension of GCC and Clang: compiles for any
// instruction set, to one AVX register where there is one and to two SSE registers elsewhere.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

// Without AVX a 32-byte vector is passed in memory; every function here is inlined, so no call sees it.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace weft::simd {

inline constexpr std::int64_t kLanes = 8;

using Float8 = float __attribute__((vector_size(32)));
using Int8 = std::int32_t __attribute__((vector_size(32)));

[[gnu::always_inline]] inline Float8 load(const float* from) {
  Float8 result;
  std::memcpy(&result, from, sizeof(result));
  return result;
}

[[gnu::always_inline]] inline void store(float* to, Float8 values) {
  std::memcpy(to, &values, sizeof(values));
}

/// The first `count` (1 to 7) floats, then zeros; reads nothing behind them.
[[gnu::always_inline]] inline Float8 load_part(const float* from, std::int64_t count) {
  float lanes[8] = {};
  for (std::int64_t i = 0; i < std::min(count, kLanes); ++i) {
    lanes[i] = from[i];
  }
  return load(lanes);
}

[[gnu::always_inline]] inline void store_part(float* to, std::int64_t count, Float8 values) {
  for (std::int64_t i = 0; i < std::min(count, kLanes); ++i) {
    to[i] = values[i];
  }
}

[[gnu::always_inline]] inline Float8 broadcast(float value) {
  return Float8{} + value;
}

[[gnu::always_inline]] inline Int8 bits_of(Float8 x) {
  Int8 result;
  std::memcpy(&result, &x, sizeof(result));
  return result;
}

[[gnu::always_inline]] inline Float8 float_of_bits(Int8 x) {
  Float8 result;
  std::memcpy(&result, &x, sizeof(result));
  return result;
}

/// Lane by lane: `yes` where the condition is -1, `no` where it is 0.
[[gnu::always_inline]] inline Float8 select(Int8 condition, Float8 yes, Float8 no) {
  return float_of_bits((condition & bits_of(yes)) | (~condition & bits_of(no)));
}

[[gnu::always_inline]] inline Float8 max(Float8 a, Float8 b) {
  return a > b ? a : b;
}

/// x where it is positive, slope * x elsewhere; without a branch.
[[gnu::always_inline]] inline Float8 leaky_relu(Float8 x, Float8 slope) {
  return x > 0.0F ? x : slope * x;
}

/// The lanes of `x` at `lanes` (each in [0, 8)).
[[gnu::always_inline]] inline Float8 permute(Float8 x, Int8 lanes) {
#if defined(__clang__)
  Float8 result;
  for (int i = 0; i < 8; ++i) {
    result[i] = x[lanes[i]];
  }
  return result;
#else
  return __builtin_shuffle(x, lanes);
#endif
}

/// Neighboring lanes added: {a0 + a1, a2 + a3, b0 + b1, b2 + b3, a4 + a5, ...}.
[[gnu::always_inline]] inline Float8 add_pairs(Float8 a, Float8 b) {
  return __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14) +
         __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
}

/// {low half of a, low half of b} + {high half of a, high half of b}.
[[gnu::always_inline]] inline Float8 add_halves(Float8 a, Float8 b) {
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
         __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}

/// Lane i of the result is the sum over all lanes of x[i], for i below kCount (1, 2, 4 or 8).
template <int kCount>
[[gnu::always_inline]] inline Float8 sums_of(const Float8* x) {
  if constexpr (kCount == 1) {
    const Float8 pairs = add_pairs(x[0], x[0]);
    const Float8 quads = add_pairs(pairs, pairs);
    return add_halves(quads, quads);
  } else if constexpr (kCount == 2) {
    const Float8 pairs = add_pairs(x[0], x[1]);
    const Float8 quads = add_pairs(pairs, pairs);
    return add_halves(quads, quads);
  } else if constexpr (kCount == 4) {
    const Float8 quads = add_pairs(add_pairs(x[0], x[1]), add_pairs(x[2], x[3]));
    return add_halves(quads, quads);
  } else {
    static_assert(kCount == 8);
    return add_halves(add_pairs(add_pairs(x[0], x[1]), add_pairs(x[2], x[3])),
                      add_pairs(add_pairs(x[4], x[5]), add_pairs(x[6], x[7])));
  }
}

/// The sum of all lanes.
[[gnu::always_inline]] inline float sum(Float8 x) {
  return sums_of<1>(&x)[0];
}

/// e^x with a relative error below 2e-7 where the result is a normal number. Below -87.33 the result is
/// 0, above 88.37 it stays at e^88.37; NaN stays NaN.
///
/// x = k ln 2 + r with |r| <= ln 2 / 2, ln 2 split in two so that r is exact (Cody and Waite 1980); e^r
/// by the polynomial of Moshier's Cephes library (expf.c, 1989); k is added to the exponent's bits.
[[gnu::always_inline]] inline Float8 exp(Float8 x) {
  constexpr float kLowest = -87.33F, kHighest = 88.37F;
  const Float8 clamped_below = x < kLowest ? broadcast(kLowest) : x;
  const Float8 clamped = clamped_below > kHighest ? broadcast(kHighest) : clamped_below;
  // Adding 1.5 * 2^23 rounds to an integer and leaves that integer in the low bits.
  constexpr float kRound = 12582912.0F;
  const Float8 rounded = clamped * 1.44269504088896341F + kRound;
  const Float8 k = rounded - kRound;
  const Float8 r = clamped - k * 0.693359375F + k * 2.12194440e-4F;
  Float8 p = broadcast(1.9875691500e-4F);
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  const Float8 power = float_of_bits((bits_of(rounded) << 23) + 0x3F800000);
  const Float8 result = p * power;
  return x < kLowest ? Float8{} : result;
}

/// Natural logarithm of positive normal numbers with an error below 2e-7 times the larger of 1 and the result:
/// x = 2^k m with m in [sqrt(1/2), sqrt(2)); log m by the polynomial of Cephes (logf.c, Moshier 1989).
[[gnu::always_inline]] inline Float8 log(Float8 x) {
  constexpr std::int32_t kSqrtHalf = 0x3F3504F3;
  const Int8 exponent = (bits_of(x) - kSqrtHalf) >> 23;
  const Float8 m = float_of_bits(bits_of(x) - (exponent << 23)) - 1.0F;
  const Float8 k = __builtin_convertvector(exponent, Float8);
  Float8 p = broadcast(7.0376836292e-2F);
  p = p * m - 1.1514610310e-1F;
  p = p * m + 1.1676998740e-1F;
  p = p * m - 1.2420140846e-1F;
  p = p * m + 1.4249322787e-1F;
  p = p * m - 1.6668057665e-1F;
  p = p * m + 2.0000714765e-1F;
  p = p * m - 2.4999993993e-1F;
  p = p * m + 3.3333331174e-1F;
  const Float8 square = m * m;
  return m * square * p + k * -2.12194440e-4F - 0.5F * square + m + k * 0.693359375F;
}

}  // namespace weft::simd
