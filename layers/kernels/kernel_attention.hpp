// Attention of every node to every node of its graph in linear time, by writing the weights as a product of
// feature maps.
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/variable.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Linear attention (Katharopoulos et al. 2020, equations 5 to 7) with phi(x) = elu(x) + 1. For every segment and
/// head:
///   S = phi(K)ᵀ V,  z = phi(K)ᵀ 1,  O = diag(1 / (phi(Q) z + 1e-6)) phi(Q) S.
/// q and k [n, heads * d], v [n, heads * e], O [n, heads * e]; head i owns the i-th group of columns. Segment g is
/// the rows segments[g] .. segments[g + 1], one graph of a batch; a graph's output does not depend on the others.
/// Forward 2 n heads d e multiply-adds, backward 5 n heads d e; for the gradient only inputs and output are kept.
[[nodiscard]] Variable linear_attention(const Variable& q, const Variable& k, const Variable& v,
                                        std::span<const std::int64_t> segments, std::int64_t heads);

}  // namespace weft
#pragma GCC visibility pop
