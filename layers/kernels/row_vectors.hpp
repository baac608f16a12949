// Short loops over the columns of one row, eight at a time: exponentials, sums, products. What the softmax kernels
// and feature maps share.
#pragma once

#include <algorithm>
#include <cstdint>

#include "weft/tensor/simd.hpp"

namespace weft::attention {

using simd::Float8;
using simd::for_each_eight;

[[nodiscard]] inline float dot(const float* a, const float* b, std::int64_t size) {
  Float8 total{};
  for_each_eight(
      size, [&](std::int64_t i, auto load, auto)
                __attribute__((always_inline)) { total += load(a + i) * load(b + i); });
  return simd::sum(total);
}

/// to += factor * from
inline void add_scaled(float* to, const float* from, float factor, std::int64_t size) {
  for_each_eight(
      size, [&](std::int64_t i, auto load, auto store)
                __attribute__((always_inline)) { store(to + i, load(to + i) + factor * load(from + i)); });
}

inline void multiply_by(float* x, float factor, std::int64_t size) {
  for_each_eight(
      size, [&](std::int64_t i, auto load, auto store)
                __attribute__((always_inline)) { store(x + i, factor * load(x + i)); });
}

[[nodiscard]] inline float largest(const float* x, std::int64_t size) {
  return *std::max_element(x, x + size);
}

/// x = e^(scale x - shift); returns the sum.
inline float exponentiate(float* x, float scale, float shift, std::int64_t size) {
  float total = 0.0F;
  std::int64_t i = 0;
  Float8 sums{};
  for (; i + simd::kLanes <= size; i += simd::kLanes) {
    const Float8 y = simd::exp(scale * simd::load(x + i) - shift);
    simd::store(x + i, y);
    sums += y;
  }
  if (const std::int64_t rest = size - i; rest > 0) {
    simd::store_part(x + i, rest, simd::exp(scale * simd::load_part(x + i, rest) - shift));
    for (std::int64_t j = i; j < size; ++j) {
      total += x[j];
    }
  }
  return total + simd::sum(sums);
}

/// x = softmax(scale x).
inline void softmax(float* x, float scale, std::int64_t size) {
  if (size > 0) {
    const float total = exponentiate(x, scale, scale * largest(x, size), size);
    multiply_by(x, 1.0F / total, size);
  }
}

}  // namespace weft::attention
