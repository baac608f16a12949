// Orbits of graphlets. Nodes, edges and triangles by formulas; four nodes by visiting each connected subgraph once.
#include "weft/generation/graphlet_orbits.hpp"

#include <algorithm>
#include <utility>

namespace weft {
namespace {

/// Whether two nodes are adjacent, in one bit a pair: graphs whose quality is measured have hundreds of nodes.
class AdjacencyBits {
 public:
  explicit AdjacencyBits(const CsrGraph& graph) : graph_(graph) {
    const std::int64_t n = graph.num_nodes();
    if (n > kMostNodes) {
      return;
    }
    words_ = static_cast<std::size_t>((n + 63) / 64);
    bits_.resize(static_cast<std::size_t>(n) * words_);
    for (std::int64_t v = 0; v < n; ++v) {
      for (const NodeId u : graph.sources_of(static_cast<NodeId>(v))) {
        bits_[static_cast<std::size_t>(v) * words_ + u / 64] |= std::uint64_t{1} << (u % 64);
      }
    }
  }

  [[nodiscard]] bool operator()(NodeId u, NodeId v) const {
    return words_ == 0 ? graph_.has_edge({u, v}) : (bits_[v * words_ + u / 64] >> (u % 64) & 1) != 0;
  }

 private:
  /// 32 MiB of bits.
  static constexpr std::int64_t kMostNodes = 1 << 14;
  const CsrGraph& graph_;
  std::size_t words_ = 0;
  std::vector<std::uint64_t> bits_;
};

/// The orbit of a node of degree `degree` in a connected graph of four nodes with `edges` edges, where the largest
/// degree is `largest`: these three numbers tell all of them apart.
int orbit_of(int edges, int largest, int degree) {
  switch (edges) {
    case 3:
      return largest == 3 ? (degree == 3 ? 7 : 6) : (degree == 1 ? 4 : 5);
    case 4:
      return largest == 2 ? 8 : 8 + degree;
    case 5:
      return 10 + degree;
    default:
      return 14;
  }
}

class FourNodeSubgraphs {
 public:
  FourNodeSubgraphs(const CsrGraph& graph, std::vector<OrbitCounts>& counts)
      : graph_(graph), adjacent_(graph), counts_(counts), reached_(static_cast<std::size_t>(graph.num_nodes()), 0) {}

  /// Counts those whose smallest node is `root`.
  void visit(NodeId root) {
    root_ = root;
    nodes_[0] = root;
    std::vector<NodeId> candidates;
    const std::vector<NodeId> marked = reach(root, candidates);
    reached_[root] = 1;
    extend(1, candidates);
    reached_[root] = 0;
    forget(marked);
  }

 private:
  /// Marks the neighbors of `v` that are not reached yet, and adds those above the root to the candidates.
  std::vector<NodeId> reach(NodeId v, std::vector<NodeId>& candidates) {
    std::vector<NodeId> marked;
    for (const NodeId u : graph_.sources_of(v)) {
      if (reached_[u] == 0) {
        reached_[u] = 1;
        marked.push_back(u);
        if (u > root_) {
          candidates.push_back(u);
        }
      }
    }
    return marked;
  }

  void forget(const std::vector<NodeId>& marked) {
    for (const NodeId u : marked) {
      reached_[u] = 0;
    }
  }

  void extend(int size, std::vector<NodeId> candidates) {
    if (size == 3) {
      for (const NodeId last : candidates) {
        nodes_[3] = last;
        count();
      }
      return;
    }
    while (!candidates.empty()) {
      const NodeId next = candidates.back();
      candidates.pop_back();
      nodes_[static_cast<std::size_t>(size)] = next;
      std::vector<NodeId> wider = candidates;
      const std::vector<NodeId> marked = reach(next, wider);
      extend(size + 1, std::move(wider));
      forget(marked);
    }
  }

  void count() {
    std::array<int, 4> degree{};
    int edges = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (adjacent_(nodes_[i], nodes_[j])) {
          ++degree[i];
          ++degree[j];
          ++edges;
        }
      }
    }
    const int largest = std::max({degree[0], degree[1], degree[2], degree[3]});
    for (std::size_t i = 0; i < 4; ++i) {
      ++counts_[nodes_[i]][static_cast<std::size_t>(orbit_of(edges, largest, degree[i]))];
    }
  }

  const CsrGraph& graph_;
  AdjacencyBits adjacent_;
  std::vector<OrbitCounts>& counts_;
  std::vector<char> reached_;
  std::array<NodeId, 4> nodes_{};
  NodeId root_ = 0;
};

std::int64_t triangles_at(const CsrGraph& graph, NodeId v) {
  const auto own = graph.sources_of(v);
  std::int64_t twice = 0;
  for (const NodeId u : own) {
    const auto other = graph.sources_of(u);
    for (std::size_t i = 0, j = 0; i < own.size() && j < other.size();) {
      twice += own[i] == other[j] ? 1 : 0;
      const bool first = own[i] <= other[j];
      const bool second = other[j] <= own[i];
      i += first ? 1 : 0;
      j += second ? 1 : 0;
    }
  }
  return twice / 2;
}

}  // namespace

std::vector<OrbitCounts> graphlet_orbits(const CsrGraph& graph) {
  std::vector<OrbitCounts> counts(static_cast<std::size_t>(graph.num_nodes()), OrbitCounts{});
  FourNodeSubgraphs subgraphs(graph, counts);
  for (std::int64_t i = 0; i < graph.num_nodes(); ++i) {
    const auto v = static_cast<NodeId>(i);
    const std::int64_t degree = graph.in_degree(v);
    const std::int64_t triangles = triangles_at(graph, v);
    std::int64_t further = 0;
    for (const NodeId u : graph.sources_of(v)) {
      further += graph.in_degree(u) - 1;
    }
    counts[v][0] = degree;
    counts[v][1] = further - 2 * triangles;
    counts[v][2] = degree * (degree - 1) / 2 - triangles;
    counts[v][3] = triangles;
    subgraphs.visit(v);
  }
  return counts;
}

}  // namespace weft
