// Products of tall panels with the small matrices of attention heads, on the calling thread. Narrow heads, whose
// width is a multiple of 8, go to register tiles written here, where a library's call and its copies of both panels
// cost as much as the product; all others go to the dense kernels.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "weft/tensor/dense_kernels.hpp"
#include "weft/tensor/simd.hpp"

namespace weft::attention {

using kernels::ConstMatrix;
using kernels::MutableMatrix;

/// The widest head that the tiles here are for: with AVX-512's 32 registers they outrun a library's packing.
#if defined(__AVX512F__)
inline constexpr std::int64_t kNarrowHead = 64;
#else
inline constexpr std::int64_t kNarrowHead = 24;
#endif

inline bool is_narrow(std::int64_t rows, std::int64_t cols) {
  return rows <= kNarrowHead && cols <= kNarrowHead && rows % 8 == 0 && cols % 8 == 0;
}

template <class Vector>
[[gnu::always_inline]] inline Vector load_as(const float* from) {
  Vector result;
  std::memcpy(&result, from, sizeof(result));
  return result;
}

/// C[0, kRows) x [0, lanes * kVectors) += or = sum over p < depth of a(i, p) * B[p].
template <class Vector, int kRows, int kVectors, class Element>
[[gnu::always_inline]] inline void product_tile(std::int64_t depth, Element a, const float* b, std::int64_t b_stride,
                                                bool accumulate, float* c, std::int64_t c_stride) {
  constexpr std::int64_t kLanes = sizeof(Vector) / sizeof(float);
  Vector sum[kRows][kVectors] = {};
  for (std::int64_t p = 0; p < depth; ++p) {
    Vector row[kVectors];
    for (int j = 0; j < kVectors; ++j) {
      row[j] = load_as<Vector>(b + p * b_stride + kLanes * j);
    }
    for (int i = 0; i < kRows; ++i) {
      const float factor = a(i, p);
      for (int j = 0; j < kVectors; ++j) {
        sum[i][j] += factor * row[j];
      }
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kVectors; ++j) {
      float* out = c + i * c_stride + kLanes * j;
      simd::store(out, accumulate ? load_as<Vector>(out) + sum[i][j] : sum[i][j]);
    }
  }
}

/// C [m, n] = or += A B for n a multiple of 8; a(i, p) reads A. Rows are taken by kRows, then one by one.
template <class Element>
[[gnu::always_inline]] inline void narrow_product(std::int64_t m, std::int64_t n, std::int64_t depth, Element a,
                                                  ConstMatrix b, bool accumulate, MutableMatrix c) {
  const auto columns = [&]<class Vector, int kVectors, int kRows>(Vector, std::integral_constant<int, kVectors>,
                                                                  std::integral_constant<int, kRows>, std::int64_t j)
      __attribute__((always_inline)) {
    const auto tile = [&](auto rows, std::int64_t i) __attribute__((always_inline)) {
      product_tile<Vector, decltype(rows)::value, kVectors>(
          depth, [&](std::int64_t r, std::int64_t p) __attribute__((always_inline)) { return a(i + r, p); }, b.data + j,
          b.stride, accumulate, c.data + i * c.stride + j, c.stride);
    };
    std::int64_t i = 0;
    for (; i + kRows <= m; i += kRows) {
      tile(std::integral_constant<int, kRows>{}, i);
    }
    for (; i < m; ++i) {
      tile(std::integral_constant<int, 1>{}, i);
    }
  };
  using One = std::integral_constant<int, 1>;
  using Four = std::integral_constant<int, 4>;
  std::int64_t j = 0;
#if defined(__AVX512F__)
  for (; j + 64 <= n; j += 64) {
    columns(simd::Float16{}, Four{}, Four{}, j);
  }
  for (; j + 32 <= n; j += 32) {
    columns(simd::Float16{}, std::integral_constant<int, 2>{}, std::integral_constant<int, 8>{}, j);
  }
  for (; j + 16 <= n; j += 16) {
    columns(simd::Float16{}, One{}, std::integral_constant<int, 8>{}, j);
  }
#else
  // Twelve sums of 16 registers: with eight, loads and not the multiply-adds would set the pace.
  for (; j + 16 <= n; j += 16) {
    columns(simd::Float8{}, std::integral_constant<int, 2>{}, std::integral_constant<int, 6>{}, j);
  }
#endif
  for (; j + 8 <= n; j += 8) {
    columns(simd::Float8{}, One{}, Four{}, j);
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

/// to [cols, rows] = the transpose of from [rows, cols], both multiples of 8; so that a product with a transposed
/// matrix is the product above.
inline void transpose(std::int64_t rows, std::int64_t cols, ConstMatrix from, float* to) {
  for (std::int64_t i = 0; i < rows; i += 8) {
    for (std::int64_t j = 0; j < cols; j += 8) {
      float block[8][8];
      for (std::int64_t r = 0; r < 8; ++r) {
        for (std::int64_t p = 0; p < 8; ++p) {
          block[p][r] = from.data[(i + r) * from.stride + j + p];
        }
      }
      for (std::int64_t p = 0; p < 8; ++p) {
        std::copy_n(block[p], 8, to + (j + p) * rows + i);
      }
    }
  }
}

/// C [rows, n] = A Bᵀ, where A is [rows, depth] and B [n, depth]; `turned` is B's transpose if the head is narrow.
inline void product_with_transposed(std::int64_t rows, ConstMatrix a, std::int64_t depth, ConstMatrix b,
                                    const float* turned, std::int64_t n, MutableMatrix c) {
  if (is_narrow(depth, n)) {
    product(rows, a, depth, {turned, n}, n, c);
  } else {
    kernels::gemm_sequential(false, true, rows, n, depth, a, b, false, c);
  }
}

/// The same for a B that is read once: where the head is narrow it is turned on the way.
inline void product_with_transposed(std::int64_t rows, ConstMatrix a, std::int64_t depth, ConstMatrix b, std::int64_t n,
                                    MutableMatrix c) {
  float turned[kNarrowHead * kNarrowHead];
  if (is_narrow(depth, n)) {
    transpose(n, depth, b, turned);
  }
  product_with_transposed(rows, a, depth, b, turned, n, c);
}

}  // namespace weft::attention
