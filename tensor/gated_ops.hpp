// Root-mean-square norms and gated products, the parts of gated linear attention and of SwiGLU networks.
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/variable.hpp"

namespace weft {

/// Every row divided by the root of the mean of its squares, then times gain (Zhang, Sennrich 2019).
/// [n, p] [1, p] -> [n, p]
[[nodiscard]] Variable rms_norm(const Variable& x, const Variable& gain, float epsilon = 1e-6F);

/// rms_norm of each head alone, times gain, times silu(gate), silu(x) = x / (1 + e^-x).
/// [n, h d] [n, h d] [1, h d] -> [n, h d]
[[nodiscard]] Variable gated_head_norm(const Variable& x, const Variable& gate, const Variable& gain,
                                       std::int64_t heads, float epsilon = 1e-6F);

/// silu of the first half of the columns times the second half (Shazeer 2020, SwiGLU). [n, 2 p] -> [n, p]
[[nodiscard]] Variable swiglu(const Variable& x);

/// The same for one row, without gradients: what a recurrent form computes.
namespace kernels {
void rms_norm_row(std::span<const float> x, std::span<const float> gain, float epsilon, std::span<float> y);
void gated_head_norm_row(std::span<const float> x, std::span<const float> gate, std::span<const float> gain,
                         std::int64_t heads, float epsilon, std::span<float> y);
void swiglu_row(std::span<const float> x, std::span<float> y);
}  // namespace kernels

}  // namespace weft
