// Attention by any feature map over all nodes of a graph: the one kernel that every kernelized attention shares.
//
//   O_i = sum_j w_ij v_j / (epsilon + sum_j w_ij),   w_ij = <q'_i, k'_j> + uniform + (i = j ? self n : 0)
//
// for j in the graph of i, which has n nodes. Katharopoulos, Vyas, Pappas, Fleuret 2020; the self and uniform terms
// are those of Wu et al. 2023 (SGFormer, DIFFormer).
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/variable.hpp"

namespace weft {

struct KernelAttentionOptions {
  /// A node's extra weight on itself, for each node of its graph.
  float self = 0.0F;
  /// Added to the weight of every pair.
  float uniform = 0.0F;
  /// Added to the sum of a node's weights.
  float epsilon = 1e-6F;
};

/// Columns of q and k are heads * r (features), of v heads * e; graph g owns the rows segments[g] .. segments[g + 1].
/// [n, h r] [n, h r] [n, h e] -> [n, h e]. O(n h r e) time, O(n h) memory beside the result and r e h for each graph.
[[nodiscard]] Variable kernel_attention(const Variable& q, const Variable& k, const Variable& v,
                                        std::span<const std::int64_t> segments, std::int64_t heads,
                                        const KernelAttentionOptions& options = {});

}  // namespace weft
