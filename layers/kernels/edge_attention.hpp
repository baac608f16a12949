// Attention over the edges of a graph: each node weighs its sources by a softmax of learned scores and reads
// the weighted mean of their states; an edge of weight w (BlockOrigin) counts like w edges. O(m d) time; nothing of
// size m d is stored, and for the gradient only the logarithm of each row's softmax sum, [n, heads], besides inputs and
// output.
#pragma once

#include <cstdint>

#include "weft/core/random.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/tensor/variable.hpp"

namespace weft {

struct EdgeAttentionOptions {
  /// Independent softmaxes, each over its own d columns; 1 to 64.
  std::int64_t heads = 1;
  /// Slope of LeakyReLU below zero.
  float negative_slope = 0.2F;
  /// Probability, in steps of 1/65536, with which a weight is dropped after the softmax; the others are
  /// divided by the probability of being kept. 0 outside training.
  float dropout = 0.0F;
  /// A dropped weight is a function of (random, destination, source, head).
  Random random = Random(0);
};

/// Graph attention (Velickovic et al. 2018, section 2.1). For every head, with softmax over the edges u -> v:
///   alpha_vu = softmax_u LeakyReLU(left_v + right_u),  y_v = sum over u of alpha_vu h_u.
/// h [num_inputs, heads * d], left [num_outputs, heads], right [num_inputs, heads]; y [num_outputs, heads * d],
/// 0 where v has no edges. Head i owns the columns [i d, (i + 1) d).
[[nodiscard]] Variable gat_attention(const MessageBlock& block, const Variable& h, const Variable& left,
                                     const Variable& right, const EdgeAttentionOptions& options);

/// GATv2 (Brody, Alon and Yahav 2022, equation 7). For every head:
///   alpha_vu = softmax_u <a, LeakyReLU(left_v + right_u)>,  y_v = sum over u of alpha_vu right_u.
/// left [num_outputs, heads * d], right [num_inputs, heads * d], a [1, heads * d]; y as left.
[[nodiscard]] Variable gatv2_attention(const MessageBlock& block, const Variable& left, const Variable& right,
                                       const Variable& a, const EdgeAttentionOptions& options);

}  // namespace weft
