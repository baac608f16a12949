// The gated mean of GatedGCN: each column of a source's state is weighed by a gate of its own.
#pragma once

#include "weft/graph/message_block.hpp"
#include "weft/tensor/variable.hpp"

namespace weft {

/// y_v = sum of g_vu value_u / (sum of g_vu + 1e-6) over the edges u -> v, column by column, with the gates
/// g_vu = sigmoid(left_v + right_u); 0 where v has no edges. left [outputs, d], right and value [inputs, d]; y
/// [outputs, d]. The gate of an edge with a weight (BlockOrigin) counts so many times. O(m d) time; gates are made
/// again where they are needed, nothing of size m d is stored.
[[nodiscard]] Variable gated_mean(const MessageBlock& block, const Variable& left, const Variable& right,
                                  const Variable& value);

/// The same with the gates sigmoid(score), score [edges, d] in the order of the graph's arrays.
[[nodiscard]] Variable gated_mean(const MessageBlock& block, const Variable& score, const Variable& value);

/// left_v + right_u + e for each edge u -> v. left [outputs, d], right [inputs, d], e and the result [edges, d].
[[nodiscard]] Variable edge_scores(const MessageBlock& block, const Variable& left, const Variable& right,
                                   const Variable& e);

}  // namespace weft
