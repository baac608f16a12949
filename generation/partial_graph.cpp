#include "weft/generation/partial_graph.hpp"

namespace weft {

bool PartialGraph::can_take(const Token& token) const {
  if (is_complete_) {
    return false;
  }
  const bool at_node = last_ == Token::Kind::grow || last_ == Token::Kind::close;
  switch (token.kind) {
    case Token::Kind::grow:
      return token.label == 0 ? num_tokens_ == 0 || at_node : num_tokens_ > 0 && token.label > 0;
    case Token::Kind::close:
      return at_node && token.label > 0 && token.value > last_ring_ && token.value <= depth() + 1;
    case Token::Kind::climb:
      return at_node && token.value >= 1 && token.value <= depth();
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
      } else {
        add_edge(path_.back(), v, token.label);
      }
      path_.push_back(v);
      last_ring_ = 2;
      break;
    }
    case Token::Kind::close:
      add_edge(path_.back(), ancestor(token.value - 1), token.label);
      last_ring_ = token.value;
      break;
    case Token::Kind::climb:
      path_.resize(path_.size() - static_cast<std::size_t>(token.value));
      break;
    case Token::Kind::end:
      is_complete_ = true;
      break;
  }
  last_ = token.kind;
  ++num_tokens_;
}

void PartialGraph::add_edge(NodeId a, NodeId b, std::int32_t label) {
  graph_.edges.push_back({a, b, label});
  used_[a] += weight(label);
  used_[b] += weight(label);
}

}  // namespace weft
