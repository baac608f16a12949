// Rows of nodes put in an order of their graphs, and back: what mechanisms along an ordering share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "weft/graph/message_block.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft::attention {

class NodeSequence {
 public:
  enum class Direction { forward, backward };

  /// `backward` reads each graph from its last node to its first.
  NodeSequence(const MessageBlock& graph, NodeOrdering ordering, Direction direction = Direction::forward)
      : is_natural_(ordering == NodeOrdering::natural && direction == Direction::forward) {
    if (is_natural_) {
      return;
    }
    const auto order = graph.order(ordering);
    nodes_.assign(order.begin(), order.end());
    if (direction == Direction::backward) {
      for (std::int64_t g = 0; g < graph.num_graphs(); ++g) {
        std::reverse(nodes_.begin() + graph.segments()[static_cast<std::size_t>(g)],
                     nodes_.begin() + graph.segments()[static_cast<std::size_t>(g) + 1]);
      }
    }
    places_.resize(nodes_.size());
    for (std::size_t p = 0; p < nodes_.size(); ++p) {
      places_[static_cast<std::size_t>(nodes_[p])] = static_cast<std::int64_t>(p);
    }
  }

  /// Row p of the result is that of the node at place p. [n, p] -> [n, p]
  [[nodiscard]] Variable in_order(const Variable& x) const { return is_natural_ ? x : select_rows(x, nodes_); }
  /// The reverse.
  [[nodiscard]] Variable at_nodes(const Variable& y) const { return is_natural_ ? y : select_rows(y, places_); }

 private:
  bool is_natural_;
  std::vector<std::int64_t> nodes_, places_;
};

}  // namespace weft::attention
