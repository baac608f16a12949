// How well the weights of kernelized attention foretell the edges of the graph: NodeFormer's second loss (Wu, Zhao, Li,
// Wipf, Yan 2022, section 3.4).
#pragma once

#include <cstdint>

#include "weft/graph/message_block.hpp"
#include "weft/tensor/variable.hpp"

namespace weft {

/// The mean over heads and edges u -> v, one of every node to itself included, of log a_vu / (edges into v), where
///   a_vu = <q_v, k_u> / sum over the nodes w of the graph of v of <q_v, k_w>
/// and q and k are positive features [n, heads M]. -> [1, 1], at most 0; 0 without nodes. O((n + m) heads M) time,
/// O(n heads) memory.
[[nodiscard]] Variable edge_log_likelihood(const Variable& q, const Variable& k, const MessageBlock& block,
                                           std::int64_t heads);

}  // namespace weft
