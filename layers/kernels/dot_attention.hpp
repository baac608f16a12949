// Dot-product attention along any sparse pattern: a graph's own edges, windows, random edges, virtual nodes
// (attention_patterns.hpp). O(m d) time; nothing of size m d is stored, and for the gradient only the logarithm of each
// row's softmax sum, [n, heads], besides inputs and output.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include "weft/core/buffer.hpp"
#include "weft/core/random.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/tensor/variable.hpp"

namespace weft {

struct DotAttentionOptions {
  /// Independent softmaxes, each over its own columns; 1 to 64.
  std::int64_t heads = 1;
  /// Scores are cut off at this size, above 0; beyond it they have no gradient.
  float clamp = std::numeric_limits<float>::infinity();
  /// Dropout of weights, as in EdgeAttentionOptions.
  float dropout = 0.0F;
  Random random = Random(0);
};

/// A type for each edge, and what a type multiplies the keys of its edges with.
struct EdgeTypes {
  /// [num_edges], in the order of the graph's arrays; null: edges have no types.
  std::shared_ptr<const Buffer<std::uint8_t>> of_edge;
  /// [types, heads * d]
  Variable table;
};

/// For every head, with softmax over the edges u -> v of type t:
///   alpha_vu = softmax_u clamp(sum over columns c of q_vc k_uc table_tc / sqrt(d)),  y_v = sum over u of alpha_vu v_u.
/// Scores: Vaswani et al. 2017, section 3.2.1, with types and clamp as Shirzad et al. 2023 (Exphormer).
/// q [num_outputs, heads * d], k [num_inputs, heads * d], v [num_inputs, heads * e]; y [num_outputs, heads * e], 0
/// where a node has no edges. Head i owns the columns [i d, (i + 1) d).
[[nodiscard]] Variable dot_attention(const MessageBlock& block, const Variable& q, const Variable& k, const Variable& v,
                                     const DotAttentionOptions& options, const EdgeTypes& types = {});

}  // namespace weft
