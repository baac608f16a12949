// The weights of a block's edges (graph/message_block.hpp) as sums over rows, and over reversed rows, need them.
#pragma once

#include "weft/core/buffer.hpp"
#include "weft/graph/message_block.hpp"

namespace weft {

/// What each edge of a block counts. A view of the block.
class BlockWeights {
 public:
  explicit BlockWeights(const MessageBlock& block)
      : by_edge_(block.weights().empty() ? nullptr : block.weights().data()),
        by_row_(block.row_weights().empty() ? nullptr : block.row_weights().data()) {}

  /// [edges] and [outputs], null where all are 1: an edge counts the product of both.
  [[nodiscard]] const float* by_edge() const { return by_edge_; }
  [[nodiscard]] const float* by_row() const { return by_row_; }
  /// Of edge number `edge`, which output v reads.
  [[nodiscard]] float of(std::int64_t v, EdgeId edge) const {
    return (by_row_ == nullptr ? 1.0F : by_row_[v]) * (by_edge_ == nullptr ? 1.0F : by_edge_[edge]);
  }
  [[nodiscard]] bool are_ones() const { return by_edge_ == nullptr && by_row_ == nullptr; }

 private:
  const float *by_edge_, *by_row_;
};

/// The weights by edge in the order of block.reversed(), or null; made once and kept with the block.
[[nodiscard]] const float* reversed_weights(const MessageBlock& block);

/// The logarithm of every edge's weight, or null if all are 1: what softmax scores are moved by, so that an edge of
/// weight w counts like w edges. Made once and kept with the block.
[[nodiscard]] const float* log_weights(const MessageBlock& block);

}  // namespace weft
