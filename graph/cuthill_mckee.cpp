// Boost.Graph orders each component from a node at one end of it. Which node that is, it would find with a pass over
// all nodes a component; here it is found within the component (George, Liu 1979): from a node of least degree to one
// of the farthest from it, as long as that leads farther.
#include "weft/graph/cuthill_mckee.hpp"

#include <algorithm>
#include <deque>
#include <iterator>

#include "weft/graph/boost_graph.hpp"

namespace weft {
namespace {

/// More walks than this have not been seen to lead farther, and bound the time.
constexpr int kMaxWalks = 8;

/// The segment of each node.
std::vector<std::int64_t> segments_of_nodes(std::span<const std::int64_t> segments) {
  std::vector<std::int64_t> result;
  for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
    result.insert(result.end(), static_cast<std::size_t>(segments[g + 1] - segments[g]), static_cast<std::int64_t>(g));
  }
  return result;
}

/// The graph with its edges both ways and none between segments; itself if it is so.
CsrGraph undirected_within(const CsrGraph& graph, std::span<const std::int64_t> segments) {
  const std::vector<std::int64_t> segment = segments_of_nodes(segments);
  const std::int64_t n = graph.num_nodes();
  std::vector<Edge> edges = edges_of(graph);
  const std::size_t all = edges.size();
  std::erase_if(edges, [&](const Edge& e) { return e.source >= n || segment[e.source] != segment[e.destination]; });
  if (edges.size() == all && graph.num_sources() == n && is_symmetric(graph)) {
    return graph;
  }
  return CsrGraph::from_edges(n, edges, {.symmetrize = true});
}

class ComponentEnds {
 public:
  explicit ComponentEnds(const CsrGraph& graph)
      : graph_(graph), walk_of_(static_cast<std::size_t>(graph.num_nodes()), 0) {}

  /// One end of each component, in the order of their lowest nodes.
  [[nodiscard]] std::deque<NodeId> find() {
    std::deque<NodeId> ends;
    for (std::int64_t v = 0; v < graph_.num_nodes(); ++v) {
      if (walk_of_[static_cast<std::size_t>(v)] == 0) {
        ends.push_back(end_of_component(static_cast<NodeId>(v)));
      }
    }
    return ends;
  }

 private:
  [[nodiscard]] NodeId end_of_component(NodeId any) {
    (void)walk(any);
    NodeId start = least(reached_);
    std::int64_t depth = walk(start);
    for (int i = 0; i < kMaxWalks; ++i) {
      const NodeId candidate = least(std::span<const NodeId>(reached_).subspan(last_level_));
      const std::int64_t candidate_depth = walk(candidate);
      if (candidate_depth <= depth) {
        break;
      }
      start = candidate;
      depth = candidate_depth;
    }
    return start;
  }

  /// Breadth first from `root`: leaves the nodes in reached_, the farthest from last_level_ on; returns how far.
  [[nodiscard]] std::int64_t walk(NodeId root) {
    ++walk_;
    reached_.assign(1, root);
    walk_of_[root] = walk_;
    std::int64_t depth = 0;
    last_level_ = 0;
    for (std::size_t next = 0, level_end = 1; next < reached_.size(); ++next) {
      if (next == level_end) {
        ++depth;
        last_level_ = next;
        level_end = reached_.size();
      }
      for (const NodeId u : graph_.sources_of(reached_[next])) {
        if (walk_of_[u] != walk_) {
          walk_of_[u] = walk_;
          reached_.push_back(u);
        }
      }
    }
    return depth;
  }

  [[nodiscard]] NodeId least(std::span<const NodeId> nodes) const {
    return *std::ranges::min_element(nodes, {}, [&](NodeId v) { return std::pair(graph_.in_degree(v), v); });
  }

  const CsrGraph& graph_;
  /// The number of the last walk that reached each node; 0: none has.
  std::vector<std::int64_t> walk_of_;
  std::int64_t walk_ = 0;
  std::vector<NodeId> reached_;
  std::size_t last_level_ = 0;
};

}  // namespace

std::vector<NodeId> reverse_cuthill_mckee_order(const CsrGraph& graph, std::span<const std::int64_t> segments) {
  const CsrGraph undirected = undirected_within(graph, segments);
  std::vector<boost::default_color_type> color(static_cast<std::size_t>(undirected.num_nodes()));
  // Boost sorts neighbors by degree in no promised order of equal ones: degree and number together leave none equal.
  std::vector<std::pair<std::int64_t, NodeId>> rank;
  for (std::int64_t v = 0; v < undirected.num_nodes(); ++v) {
    rank.emplace_back(undirected.in_degree(static_cast<NodeId>(v)), static_cast<NodeId>(v));
  }
  std::vector<NodeId> order;
  order.reserve(color.size());
  boost::cuthill_mckee_ordering(UndirectedView(undirected), ComponentEnds(undirected).find(), std::back_inserter(order),
                                node_map(color), node_map(rank));
  // Components come by their lowest node, so each graph's are together and graphs in their order.
  for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
    std::reverse(order.begin() + segments[g], order.begin() + segments[g + 1]);
  }
  return order;
}

}  // namespace weft
