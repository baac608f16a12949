// The graph that the beginning of a code stands for, and what the next token may refer to. Every step is O(1).
#pragma once

#include <cstdint>
#include <vector>

#include "weft/generation/graph_code.hpp"

namespace weft {

class PartialGraph {
 public:
  /// What labels add to the valence of a node: their value (bonds), or one each (degrees).
  PartialGraph() = default;
  explicit PartialGraph(bool labels_are_orders) : labels_are_orders_(labels_are_orders) {}

  /// Whether the token makes sense here at all; valences and sizes are no matter.
  [[nodiscard]] bool can_take(const Token& token) const;
  /// Only what can_take.
  void take(const Token& token);

  [[nodiscard]] bool is_complete() const { return is_complete_; }
  [[nodiscard]] std::int64_t num_nodes() const { return graph_.num_nodes(); }
  /// Tokens taken so far.
  [[nodiscard]] std::int64_t num_tokens() const { return num_tokens_; }
  /// The kind of the last token; end where there is none.
  [[nodiscard]] Token::Kind last() const { return last_; }
  /// The length of the last ring that the current node closed; 2 if it closed none.
  [[nodiscard]] std::int32_t last_ring() const { return last_ring_; }

  /// Of the current node, 0 for a root; -1 before the first.
  [[nodiscard]] std::int32_t depth() const { return static_cast<std::int32_t>(path_.size()) - 1; }
  /// The ancestor so many levels above the current node (0: itself), at most depth().
  [[nodiscard]] NodeId ancestor(std::int32_t levels) const {
    return path_[path_.size() - 1 - static_cast<std::size_t>(levels)];
  }
  [[nodiscard]] std::int32_t type_of(NodeId v) const { return graph_.types[v]; }
  /// The sum of what the labels at a node add.
  [[nodiscard]] std::int32_t used(NodeId v) const { return used_[v]; }
  [[nodiscard]] std::int32_t weight(std::int32_t label) const { return labels_are_orders_ ? label : 1; }

  [[nodiscard]] const TypedGraph& graph() const { return graph_; }
  [[nodiscard]] TypedGraph release() && { return std::move(graph_); }

 private:
  void add_edge(NodeId a, NodeId b, std::int32_t label);

  bool labels_are_orders_ = false;
  bool is_complete_ = false;
  Token::Kind last_ = Token::Kind::end;
  std::int32_t last_ring_ = 2;
  std::int64_t num_tokens_ = 0;
  TypedGraph graph_;
  std::vector<std::int32_t> used_;
  /// From the component's root to the current node.
  std::vector<NodeId> path_;
};

}  // namespace weft
