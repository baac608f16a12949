#include "weft/generation/partial_graph.hpp"

#include <algorithm>
#include <limits>

namespace weft {
namespace {

std::size_t stretch_of(std::int32_t depth) {
  return static_cast<std::size_t>(depth / kStretch);
}

}  // namespace

std::int32_t PartialGraph::levels_of(const Token& token) const {
  const std::int32_t near = token.kind == Token::Kind::close ? token.value - 1 : token.value;
  const std::int32_t first = token.kind == Token::Kind::close ? 3 : 1;
  return last_ == Token::Kind::leap ? levels_after(leap_, token.value - first) : near;
}

bool PartialGraph::can_take(const Token& token) const {
  if (is_complete_) {
    return false;
  }
  const bool at_node = last_ == Token::Kind::grow || last_ == Token::Kind::close, leaps = last_ == Token::Kind::leap;
  const auto leads_up = [&] {
    const std::int32_t levels = levels_of(token);
    return leaps ? levels > kNearLevels && levels <= depth() : levels <= std::min(kNearLevels, depth());
  };
  const std::int32_t most = leaps ? kStretch : kNearLevels;
  switch (token.kind) {
    case Token::Kind::grow:
      return token.label == 0 ? num_tokens_ == 0 || at_node : num_tokens_ > 0 && !leaps && token.label > 0;
    case Token::Kind::close:
      return (at_node || leaps) && token.label > 0 && token.value >= 3 && token.value <= most + 2 && leads_up() &&
             levels_of(token) + 1 > last_ring_;
    case Token::Kind::climb:
      return (at_node || leaps) && token.value >= 1 && token.value <= most && leads_up();
    case Token::Kind::leap:
      // Its nearest level is the last, its furthest the first.
      return at_node && token.value >= 1 && token.value <= depth() / kStretch &&
             levels_after(token.value, 0) > kNearLevels;
    case Token::Kind::end:
      return at_node;
  }
  return false;
}

void PartialGraph::take(const Token& token) {
  switch (token.kind) {
    case Token::Kind::grow: {
      const auto v = static_cast<NodeId>(graph_.types.size());
      graph_.types.push_back(token.value);
      used_.push_back(0);
      if (token.label == 0) {
        path_.clear();
        open_.clear();
      }
      enter(v);
      if (token.label != 0) {
        add_edge(depth() - 1, depth(), token.label);
      }
      last_ring_ = 2;
      break;
    }
    case Token::Kind::close: {
      const std::int32_t levels = levels_of(token);
      add_edge(depth(), depth() - levels, token.label);
      last_ring_ = levels + 1;
      break;
    }
    case Token::Kind::climb:
      climb(levels_of(token));
      break;
    case Token::Kind::leap:
      leap_ = token.value;
      break;
    case Token::Kind::end:
      is_complete_ = true;
      break;
  }
  last_ = token.kind;
  ++num_tokens_;
}

std::int32_t PartialGraph::room(NodeId v) const {
  return capacity_.empty() ? std::numeric_limits<std::int32_t>::max()
                           : std::max(0, capacity_[static_cast<std::size_t>(graph_.types[v])] - used_[v]);
}

void PartialGraph::enter(NodeId v) {
  path_.push_back(v);
  open_.resize(stretch_of(depth()) + 1, 0);
  open_.back() += room(v) > 0 ? 1 : 0;
}

void PartialGraph::climb(std::int32_t levels) {
  for (std::int32_t i = 0; i < levels; ++i) {
    open_[stretch_of(depth())] -= room(path_.back()) > 0 ? 1 : 0;
    path_.pop_back();
  }
  open_.resize(stretch_of(depth()) + 1);
}

void PartialGraph::add_edge(std::int32_t from, std::int32_t to, std::int32_t label) {
  const auto node_at = [&](std::int32_t depth) { return path_[static_cast<std::size_t>(depth)]; };
  graph_.edges.push_back({node_at(from), node_at(to), label});
  for (const std::int32_t depth : {from, to}) {
    const NodeId v = node_at(depth);
    const bool was_open = room(v) > 0;
    used_[v] += weight(label);
    open_[stretch_of(depth)] -= was_open && room(v) == 0 ? 1 : 0;
  }
}

}  // namespace weft
