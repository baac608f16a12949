// Vectors of 8 floats for kernels, on the vector extension of GCC and Clang: compiles for any
// instruction set, to one AVX register where there is one and to two SSE registers elsewhere.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

// Without AVX a 32-byte vector is passed in memory; every function here is inlined, so no call sees it.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace weft::simd {

inline constexpr std::int64_t kLanes = 8;

using Float8 = float __attribute__((vector_size(32)));
using Int8 = std::int32_t __attribute__((vector_size(32)));
/// Twice as many floats: one register with AVX-512, else two that are worked on side by side.
using Float16 = float __attribute__((vector_size(64)));
/// Eight words of 32 bits, each in the low half of a lane; what stands in the high half is of no account.
using Word8 = std::uint64_t __attribute__((vector_size(64)));

[[gnu::always_inline]] inline Float8 load(const float* from) {
  Float8 result;
  std::memcpy(&result, from, sizeof(result));
  return result;
}

[[gnu::always_inline]] inline void store(float* to, Float8 values) {
  std::memcpy(to, &values, sizeof(values));
}

[[gnu::always_inline]] inline Float16 load16(const float* from) {
  Float16 result;
  std::memcpy(&result, from, sizeof(result));
  return result;
}

[[gnu::always_inline]] inline void store(float* to, Float16 values) {
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
[[gnu::always_inline]] inline Float16 leaky_relu(Float16 x, float slope) {
  return x > 0.0F ? x : slope * x;
}
[[gnu::always_inline]] inline Float8 leaky_relu(Float8 x, float slope) {
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
/// The upper eight lanes added to the lower.
[[gnu::always_inline]] inline Float8 fold(Float16 x) {
  return __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
         __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
}
[[gnu::always_inline]] inline float sum(Float16 x) {
  return sum(fold(x));
}

/// e^x with a relative error below 2e-7 where the result is a normal number. Below -87.33 the result is
/// 0, above 88.37 it stays at e^88.37; NaN stays NaN.
///
/// x = k ln 2 + r with |r| <= ln 2 / 2, ln 2 split in two so that r is exact (Cody and Waite 1980); e^r
/// by the polynomial of Moshier's Cephes library (expf.c, 1989); k is added to the exponent's bits.
template <class Vector>
[[gnu::always_inline]] inline Vector exp(Vector x) {
  using Bits = decltype(x < x);
  constexpr float kLowest = -87.33F, kHighest = 88.37F;
  const Vector clamped_below = x < kLowest ? Vector{} + kLowest : x;
  const Vector clamped = clamped_below > kHighest ? Vector{} + kHighest : clamped_below;
  // Adding 1.5 * 2^23 rounds to an integer and leaves that integer in the low bits.
  constexpr float kRound = 12582912.0F;
  const Vector rounded = clamped * 1.44269504088896341F + kRound;
  const Vector k = rounded - kRound;
  const Vector r = clamped - k * 0.693359375F + k * 2.12194440e-4F;
  Vector p = Vector{} + 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  const Vector power = reinterpret_cast<Vector>((reinterpret_cast<Bits>(rounded) << 23) + 0x3F800000);
  const Vector result = p * power;
  return x < kLowest ? Vector{} : result;
}

/// e^x - 1 for x <= 0, with a relative error below 3e-7. e^r - 1 comes from exp's polynomial without the 1 it ends
/// with, so that nothing cancels near 0: e^x - 1 = 2^k (e^r - 1) + (2^k - 1).
[[gnu::always_inline]] inline Float8 expm1_of_negative(Float8 x) {
  constexpr float kLowest = -87.33F, kRound = 12582912.0F;
  const Float8 clamped = x < kLowest ? broadcast(kLowest) : x;
  const Float8 rounded = clamped * 1.44269504088896341F + kRound;
  const Float8 k = rounded - kRound;
  const Float8 r = clamped - k * 0.693359375F + k * 2.12194440e-4F;
  Float8 p = broadcast(1.9875691500e-4F);
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r;
  const Float8 power = float_of_bits((bits_of(rounded) << 23) + 0x3F800000);
  return p * power + (power - 1.0F);
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

/// The whole product of the low halves.
[[gnu::always_inline]] inline Word8 multiply_words(Word8 a, std::uint32_t b) {
#if defined(__AVX512F__)
  return reinterpret_cast<Word8>(
      _mm512_maskz_mul_epu32(0xFF, reinterpret_cast<__m512i>(a), _mm512_set1_epi64(static_cast<std::int64_t>(b))));
#elif defined(__AVX2__)
  using Half = std::uint64_t __attribute__((vector_size(32)));
  const auto half = [b](Half x) __attribute__((always_inline)) {
    return reinterpret_cast<Half>(
        _mm256_mul_epu32(reinterpret_cast<__m256i>(x), _mm256_set1_epi64x(static_cast<std::int64_t>(b))));
  };
  const Half low = half(__builtin_shufflevector(a, a, 0, 1, 2, 3));
  const Half high = half(__builtin_shufflevector(a, a, 4, 5, 6, 7));
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
#else
  return (a & 0xFFFFFFFF) * b;
#endif
}

/// philox4x32 (core/random.hpp) of eight counters side by side: word i of all eight in words[i].
[[gnu::always_inline]] inline void philox4x32(std::array<std::uint32_t, 2> key, Word8* words) {
  Word8 w0 = words[0], w1 = words[1], w2 = words[2], w3 = words[3];
  for (int round = 0; round < 10; ++round) {
    const Word8 a = multiply_words(w0, 0xD2511F53), b = multiply_words(w2, 0xCD9E8D57);
    w0 = (b >> 32) ^ w1 ^ key[0];
    w1 = b;
    w2 = (a >> 32) ^ w3 ^ key[1];
    w3 = a;
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  words[0] = w0;
  words[1] = w1;
  words[2] = w2;
  words[3] = w3;
}

/// Calls body(i, load, store) for vectors of `size` floats; the last may be a part, which load and store know.
template <class Body>
[[gnu::always_inline]] inline void for_each_eight(std::int64_t size, Body body) {
  std::int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    body(
        i, [](const float* from) __attribute__((always_inline)) { return load(from); },
        [](float* to, Float8 x) __attribute__((always_inline)) { store(to, x); });
  }
  if (const std::int64_t rest = size - i; rest > 0) {
    body(
        i, [rest](const float* from) __attribute__((always_inline)) { return load_part(from, rest); },
        [rest](float* to, Float8 x) __attribute__((always_inline)) { store_part(to, rest, x); });
  }
}

}  // namespace weft::simd
