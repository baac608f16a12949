// Exact attention within the few tokens of each node. Tokens of node v are the rows v T .. (v + 1) T of a matrix.
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/variable.hpp"

namespace weft {

/// Row v T + k is row v of tokens[k]: T matrices [n, d] -> [n T, d].
[[nodiscard]] Variable interleave_tokens(std::span<const Variable> tokens);

/// Softmax attention of each token over the `num_tokens` of its node, for every head: y_i = sum over j of
/// softmax_j(q_i k_j / sqrt(d / heads)) v_j. All [n T, d]; O(n T² d) time; weights are made again for the gradient.
[[nodiscard]] Variable token_attention(const Variable& q, const Variable& k, const Variable& v, std::int64_t num_tokens,
                                       std::int64_t heads);

/// y = t_0 + sum over k >= 1 of softmax_k(score_k) t_k for the tokens t_0 .. of each node. tokens [n T, d], score
/// [n T, 1], whose rows of tokens 0 are not read; y [n, d]. O(n T d)
[[nodiscard]] Variable token_readout(const Variable& tokens, const Variable& score, std::int64_t num_tokens);

}  // namespace weft
