// The graph that the beginning of a code stands for, and what the next token may refer to. Every step is O(1), a climb
// spread over the steps that led down.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/generation/graph_code.hpp"

namespace weft {

class PartialGraph {
 public:
  /// What labels add to the valence of a node: their value (bonds), or one each (degrees).
  PartialGraph() = default;
  /// `capacity`: the most that nodes of each type may use, which must outlive the graph; empty: without bounds.
  explicit PartialGraph(bool labels_are_orders, std::span<const std::int32_t> capacity = {})
      : labels_are_orders_(labels_are_orders), capacity_(capacity) {}

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
  /// How far up a close or a climb would lead from here.
  [[nodiscard]] std::int32_t levels_of(const Token& token) const;
  /// The levels of the i-th node of the stretch that a leap leads to, i from 0 to kStretch - 1. Those that are not
  /// above kNearLevels are reached without a leap, those above depth() are not there.
  [[nodiscard]] std::int32_t levels_after(std::int32_t leap, std::int32_t i) const {
    return depth() - (depth() / kStretch - leap) * kStretch - i;
  }
  /// The leap toward an ancestor, and where in its stretch that is.
  [[nodiscard]] std::int32_t leap_to(std::int32_t levels) const {
    return depth() / kStretch - (depth() - levels) / kStretch;
  }
  [[nodiscard]] std::int32_t place_in_stretch(std::int32_t levels) const { return (depth() - levels) % kStretch; }
  /// Of the last token, a leap.
  [[nodiscard]] std::int32_t leap() const { return leap_; }

  [[nodiscard]] std::int32_t type_of(NodeId v) const { return graph_.types[v]; }
  /// The sum of what the labels at a node add.
  [[nodiscard]] std::int32_t used(NodeId v) const { return used_[v]; }
  /// What may still be added at a node.
  [[nodiscard]] std::int32_t room(NodeId v) const;
  /// Whether some node of the stretch that a leap leads to has room.
  [[nodiscard]] bool has_room_after(std::int32_t leap) const {
    return open_[static_cast<std::size_t>(depth() / kStretch - leap)] > 0;
  }
  [[nodiscard]] std::int32_t weight(std::int32_t label) const { return labels_are_orders_ ? label : 1; }

  [[nodiscard]] const TypedGraph& graph() const { return graph_; }
  [[nodiscard]] TypedGraph release() && { return std::move(graph_); }

 private:
  /// An edge between nodes of the path at these depths.
  void add_edge(std::int32_t from, std::int32_t to, std::int32_t label);
  void enter(NodeId v);
  void climb(std::int32_t levels);

  bool labels_are_orders_ = false;
  bool is_complete_ = false;
  Token::Kind last_ = Token::Kind::end;
  std::int32_t last_ring_ = 2, leap_ = 0;
  std::int64_t num_tokens_ = 0;
  std::span<const std::int32_t> capacity_;
  TypedGraph graph_;
  std::vector<std::int32_t> used_;
  /// From the component's root to the current node.
  std::vector<NodeId> path_;
  /// How many nodes of each stretch of the path have room.
  std::vector<std::int32_t> open_;
};

}  // namespace weft
