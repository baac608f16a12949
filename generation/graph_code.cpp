#include "weft/generation/graph_code.hpp"

#include <algorithm>

#include "weft/core/error.hpp"
#include "weft/generation/partial_graph.hpp"

namespace weft {
namespace {

/// Draws in a row, cheap enough for every edge: SplitMix64 from a random start.
class Draws {
 public:
  explicit Draws(const Random& random) : state_(random.bits(0)) {}
  std::size_t below(std::size_t bound) {
    state_ += 0x9E3779B97F4A7C15;
    return static_cast<std::size_t>(static_cast<unsigned __int128>(mixed_bits(state_)) * bound >> 64);
  }

 private:
  std::uint64_t state_;
};

class Encoder {
 public:
  Encoder(const TypedGraph& graph, const Random& random, Walk walk)
      : graph_(graph),
        neighbors_(graph),
        draws_(random),
        walk_(walk),
        depth_(graph.types.size(), kNotSeen),
        num_seen_(graph.types.size(), 0) {
    code_.tokens.reserve(2 * graph.types.size() + graph.edges.size());
    code_.order.reserve(graph.types.size());
  }

  GraphCode run() {
    std::vector<NodeId> roots(graph_.types.size());
    for (std::size_t i = 0; i < roots.size(); ++i) {
      roots[i] = static_cast<NodeId>(i);
    }
    while (code_.order.size() < graph_.types.size()) {
      const std::size_t pick = draws_.below(roots.size());
      const NodeId root = roots[pick];
      roots[pick] = roots.back();
      roots.pop_back();
      if (depth_[root] == kNotSeen) {
        search(root);
      }
    }
    code_.tokens.push_back(Token::end());
    return std::move(code_);
  }

 private:
  static constexpr std::int32_t kNotSeen = -1;

  /// A node on the way down, and where its shuffled neighbors lie on the stack of neighbors.
  struct Frame {
    std::size_t next, end;
  };

  void search(NodeId root) {
    visit(root, 0, 0);
    std::int32_t last_depth = 0;
    while (!path_.empty()) {
      Frame& frame = path_.back();
      const auto depth = static_cast<std::int32_t>(path_.size()) - 1;
      while (frame.next < frame.end && depth_[pending_[frame.next].node] != kNotSeen) {
        ++frame.next;
      }
      if (frame.next == frame.end) {
        path_.pop_back();
        pending_.resize(path_.empty() ? 0 : path_.back().end);
        continue;
      }
      if (walk_ == Walk::compact) {
        bring_forward(frame);
      }
      const TypedNeighbors::Neighbor child = pending_[frame.next++];
      if (last_depth > depth) {
        const bool leaps = leap(last_depth, depth);
        code_.tokens.push_back(Token::climb(leaps ? 1 + depth % kStretch : last_depth - depth));
      }
      last_depth = depth + 1;
      visit(child.node, child.label, depth + 1);
    }
  }

  /// The first of the shuffled neighbors that have the most seen neighbors of their own becomes the next.
  void bring_forward(const Frame& frame) {
    std::size_t best = frame.next;
    for (std::size_t i = frame.next; i < frame.end; ++i) {
      const NodeId v = pending_[i].node;
      if (depth_[v] == kNotSeen && num_seen_[v] > num_seen_[pending_[best].node]) {
        best = i;
      }
    }
    const auto at = [&](std::size_t i) { return pending_.begin() + static_cast<std::ptrdiff_t>(i); };
    std::rotate(at(frame.next), at(best), at(best + 1));
  }

  void visit(NodeId v, std::int32_t label, std::int32_t depth) {
    depth_[v] = depth;
    code_.order.push_back(v);
    code_.tokens.push_back(Token::grow(label, graph_.types[v]));
    const std::size_t begin = pending_.size();
    rings_.clear();
    for (const TypedNeighbors::Neighbor& u : neighbors_.of(v)) {
      ++num_seen_[u.node];
      if (depth_[u.node] == kNotSeen) {
        pending_.push_back(u);
      } else if (depth_[u.node] < depth - 1) {
        rings_.push_back(u);
      }
    }
    std::ranges::sort(rings_, std::ranges::greater(),
                      [&](const TypedNeighbors::Neighbor& u) { return depth_[u.node]; });
    for (const TypedNeighbors::Neighbor& u : rings_) {
      const std::int32_t to = depth_[u.node];
      const bool leaps = leap(depth, to);
      code_.tokens.push_back(Token::close(u.label, leaps ? 3 + to % kStretch : depth - to + 1));
    }
    for (std::size_t i = pending_.size(); i > begin + 1; --i) {
      std::swap(pending_[i - 1], pending_[begin + draws_.below(i - begin)]);
    }
    path_.push_back({begin, pending_.size()});
  }

  /// Writes a leap if one is needed between these depths.
  bool leap(std::int32_t from, std::int32_t to) {
    const bool is_far = from - to > kNearLevels;
    if (is_far) {
      code_.tokens.push_back(Token::leap(from / kStretch - to / kStretch));
    }
    return is_far;
  }

  const TypedGraph& graph_;
  TypedNeighbors neighbors_;
  Draws draws_;
  Walk walk_;
  std::vector<std::int32_t> depth_;
  /// How many neighbors of each node have been seen.
  std::vector<std::int32_t> num_seen_;
  std::vector<Frame> path_;
  std::vector<TypedNeighbors::Neighbor> pending_;
  /// Ancestors that the current node closes a ring with.
  std::vector<TypedNeighbors::Neighbor> rings_;
  GraphCode code_;
};

}  // namespace

GraphCode encode(const TypedGraph& graph, const Random& random, Walk walk) {
  require(!graph.types.empty(), "encode: the graph has no nodes, expected at least one");
  return Encoder(graph, random, walk).run();
}

TypedGraph decode(std::span<const Token> tokens) {
  PartialGraph graph;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    require(graph.can_take(tokens[i]), "decode: token ", i, " of ", tokens.size(), " cannot stand where it does: kind ",
            static_cast<int>(tokens[i].kind), ", label ", tokens[i].label, ", value ", tokens[i].value, " behind ",
            graph.num_nodes(), " nodes at depth ", graph.depth());
    graph.take(tokens[i]);
  }
  require(graph.num_nodes() > 0 && graph.last() != Token::Kind::climb && graph.last() != Token::Kind::leap,
          "decode: the code stops before a node, expected a whole one");
  return std::move(graph).release();
}

}  // namespace weft
