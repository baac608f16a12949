// Products of tall panels with the small matrices of attention heads, on the calling thread. Heads of 8, 16 or 24
// columns go to register tiles of 4 x 16 written here, where a call of a library costs as much as the product;
// all others go to the dense kernels.
#pragma once

#include <cstdint>

#include "weft/tensor/dense_kernels.hpp"
#include "weft/tensor/simd.hpp"

namespace weft::attention {

using kernels::ConstMatrix;
using kernels::MutableMatrix;

/// The widest head that the tiles here are for.
inline constexpr std::int64_t kNarrowHead = 24;

inline bool is_narrow(std::int64_t rows, std::int64_t cols) {
  return rows <= kNarrowHead && cols <= kNarrowHead && rows % 8 == 0 && cols % 8 == 0;
}

/// C[0, kRows) x [0, 8 kVectors) += or = sum over p < depth of a(i, p) * B[p].
template <int kRows, int kVectors, class Element>
[[gnu::always_inline]] inline void product_tile(std::int64_t depth, Element a, const float* b, std::int64_t b_stride,
                                                bool accumulate, float* c, std::int64_t c_stride) {
  simd::Float8 sum[kRows][kVectors] = {};
  for (std::int64_t p = 0; p < depth; ++p) {
    simd::Float8 row[kVectors];
    for (int j = 0; j < kVectors; ++j) {
      row[j] = simd::load(b + p * b_stride + 8 * j);
    }
    for (int i = 0; i < kRows; ++i) {
      for (int j = 0; j < kVectors; ++j) {
        sum[i][j] += a(i, p) * row[j];
      }
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kVectors; ++j) {
      float* out = c + i * c_stride + 8 * j;
      simd::store(out, accumulate ? simd::load(out) + sum[i][j] : sum[i][j]);
    }
  }
}

/// C [m, n] = or += A B for n of 8, 16 or 24; a(i, p) reads A. Rows are taken by fours, then one by one.
template <class Element>
[[gnu::always_inline]] inline void narrow_product(std::int64_t m, std::int64_t n, std::int64_t depth, Element a,
                                                  ConstMatrix b, bool accumulate, MutableMatrix c) {
  const auto columns = [&](auto rows, std::int64_t i, auto vectors, std::int64_t j) __attribute__((always_inline)) {
    product_tile<decltype(rows)::value, decltype(vectors)::value>(
        depth, [&](std::int64_t r, std::int64_t p) __attribute__((always_inline)) { return a(i + r, p); }, b.data + j,
        b.stride, accumulate, c.data + i * c.stride + j, c.stride);
  };
  const auto row_group = [&](auto rows, std::int64_t i) __attribute__((always_inline)) {
    std::int64_t j = 0;
    for (; j + 16 <= n; j += 16) {
      columns(rows, i, std::integral_constant<int, 2>{}, j);
    }
    if (j < n) {
      columns(rows, i, std::integral_constant<int, 1>{}, j);
    }
  };
  std::int64_t i = 0;
  for (; i + 4 <= m; i += 4) {
    row_group(std::integral_constant<int, 4>{}, i);
  }
  for (; i < m; ++i) {
    row_group(std::integral_constant<int, 1>{}, i);
  }
}

/// C [m, n] += Aᵀ B, where A is [depth, m] and B [depth, n].
inline void add_transposed_product(std::int64_t depth, ConstMatrix a, std::int64_t m, ConstMatrix b, std::int64_t n,
                                   MutableMatrix c) {
  if (is_narrow(m, n)) {
    narrow_product(
        m, n,
        depth, [a](std::int64_t i, std::int64_t p) __attribute__((always_inline)) { return a.data[p * a.stride + i]; },
        b, true, c);
  } else {
    kernels::gemm_sequential(true, false, m, n, depth, a, b, true, c);
  }
}

/// C [rows, n] = A B, where A is [rows, depth] and B [depth, n].
inline void product(std::int64_t rows, ConstMatrix a, std::int64_t depth, ConstMatrix b, std::int64_t n,
                    MutableMatrix c) {
  if (is_narrow(depth, n)) {
    narrow_product(
        rows, n,
        depth, [a](std::int64_t i, std::int64_t p) __attribute__((always_inline)) { return a.data[i * a.stride + p]; },
        b, false, c);
  } else {
    kernels::gemm_sequential(false, false, rows, n, depth, a, b, false, c);
  }
}

/// C [rows, n] = A Bᵀ, where A is [rows, depth] and B [n, depth].
inline void product_with_transposed(std::int64_t rows, ConstMatrix a, std::int64_t depth, ConstMatrix b, std::int64_t n,
                                    MutableMatrix c) {
  if (is_narrow(depth, n)) {
    float turned[kNarrowHead * kNarrowHead];
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t p = 0; p < depth; ++p) {
        turned[p * n + i] = b.data[i * b.stride + p];
      }
    }
    product(rows, a, depth, {turned, n}, n, c);
  } else {
    kernels::gemm_sequential(false, true, rows, n, depth, a, b, false, c);
  }
}

}  // namespace weft::attention
