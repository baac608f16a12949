// Products of dense matrices: the only way from Weft to oneDNN.
#pragma once

#include <cstdint>

#include "weft/tensor/activation.hpp"

namespace weft::kernels {

/// How C is made from the product: C = activation(A B + bias), or C += A B.
struct GemmEpilogue {
  /// [n], or null.
  const float* bias = nullptr;
  Activation activation = Activation::none;
  bool accumulate = false;
};

/// A row-major matrix, or a group of its columns: row i starts at data + i * stride.
struct ConstMatrix {
  const float* data;
  std::int64_t stride;
};
struct MutableMatrix {
  float* data;
  std::int64_t stride;
};

/// C [m, n] from A [m, k] and B [k, n]; with `transpose_b`, B is stored [n, k]. Rows of A are cut into
/// panels by shape alone and run in parallel.
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, ConstMatrix a, ConstMatrix b, bool transpose_b,
          MutableMatrix c, const GemmEpilogue& epilogue = {});

/// C [m, n] = Aᵀ B from A [k, m] and B [k, n] with k large (a weight gradient): k is cut into at most
/// eight slots by shape alone; their partial sums are added in order.
void gemm_transposed_a(std::int64_t m, std::int64_t n, std::int64_t k, ConstMatrix a, ConstMatrix b, MutableMatrix c);

/// One product on the calling thread, for use inside a parallel body:
/// C = op(A) op(B), or C += with `accumulate`. A is stored [k, m] with `transpose_a`, B [n, k] with `transpose_b`.
void gemm_sequential(bool transpose_a, bool transpose_b, std::int64_t m, std::int64_t n, std::int64_t k, ConstMatrix a,
                     ConstMatrix b, bool accumulate, MutableMatrix c);

/// Adds the bias and applies the activation to a product of `rows` rows that is there already; `accumulate` is ignored.
void finish_rows(const GemmEpilogue& epilogue, std::int64_t rows, std::int64_t n, MutableMatrix c);

}  // namespace weft::kernels
