// Softmax attention within blocks of an ordering: the nodes of each graph are put in an order and cut into blocks; a
// block reads itself and, if the layout says so, the block before it. Reformer's buckets and Swin's windows are
// layouts (block_layouts.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "weft/core/types.hpp"
#include "weft/tensor/variable.hpp"

namespace weft {

/// An ordering of all nodes, cut into blocks that never hold nodes of two graphs.
struct BlockLayout {
  /// The only head that reads by this layout; -1: all heads.
  std::int64_t head = -1;
  /// order[p]: the node at position p.
  std::vector<NodeId> order;
  /// Block b is the positions blocks[b] .. blocks[b + 1].
  std::vector<std::int64_t> blocks;
  /// Whether block b also reads block b - 1, which then is of the same graph.
  std::vector<char> reads_previous;
  /// For a position bias: where in its block each position is, as a number whose differences tell offsets apart; see
  /// block_layouts.hpp. Empty: there is none.
  std::vector<std::int32_t> places = {};
};

struct BlockAttentionOptions {
  /// Equal groups of columns.
  std::int64_t heads = 1;
  /// A node does not read itself unless it reads nobody else.
  bool exclude_self = false;
  /// A learned bias of logits by the offset of the two places, [t, heads] with t odd (Liu et al. 2021): row
  /// place_i - place_j + (t - 1) / 2. Not given: none. Layouts then have places, from 0 to (t - 1) / 2, and no block
  /// reads the one before it.
  Variable position_bias = {};
};

/// O_i = sum_j w_ij v_j / sum_j w_ij with w_ij = exp(<q_i, k_j> / sqrt(d) + bias_ij), over all j that node i reads in
/// any of the layouts, each once, however many layouts hold the pair (Kitaev et al. 2020 divide its weight by their
/// number): rounds are merged by the log of their sums of weights. q, k [n, h d], v [n, h e] -> [n, h e].
/// O(layouts n b (d + layouts / h)) time for blocks of b nodes, O(n h + layouts n) memory beside the result.
[[nodiscard]] Variable block_attention(const Variable& q, const Variable& k, const Variable& v,
                                       std::vector<BlockLayout> layouts, const BlockAttentionOptions& options);

}  // namespace weft
