// Orders by degree and by community.
#include "weft/graph/reordering.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "weft/core/error.hpp"

namespace weft {
namespace {

void require_square(const char* operation, const CsrGraph& graph) {
  require(graph.num_sources() == graph.num_nodes(), operation, ": the graph has ", graph.num_nodes(), " rows and ",
          graph.num_sources(), " sources, expected as many of both");
}

/// How many rows each node is in.
std::vector<std::int64_t> times_read(const CsrGraph& graph) {
  std::vector<std::int64_t> count(static_cast<std::size_t>(graph.num_nodes()));
  for (const NodeId u : graph.sources()) {
    ++count[u];
  }
  return count;
}

std::vector<NodeId> all_nodes(const CsrGraph& graph) {
  std::vector<NodeId> nodes(static_cast<std::size_t>(graph.num_nodes()));
  std::iota(nodes.begin(), nodes.end(), NodeId{0});
  return nodes;
}

/// The neighbors of one node, counted by community.
class CommunityCounts {
 public:
  explicit CommunityCounts(std::size_t num_nodes) : count_(num_nodes) {}

  void add(NodeId community) {
    if (count_[community]++ == 0) {
      met_.push_back(community);
    }
  }
  /// The community that `own` should be left for: the one of most neighbors with room, of equal ones the lowest, or
  /// `own` if none is better. Forgets all counts.
  template <class HasRoom>
  NodeId best(NodeId own, const HasRoom& has_room) {
    NodeId chosen = own;
    std::int64_t most = count_[own];
    for (const NodeId community : met_) {
      const std::int64_t count = count_[community];
      if (community != own && has_room(community) &&
          (count > most || (count == most && chosen != own && community < chosen))) {
        chosen = community;
        most = count;
      }
    }
    for (const NodeId community : met_) {
      count_[community] = 0;
    }
    met_.clear();
    return chosen;
  }

 private:
  std::vector<std::int64_t> count_;
  std::vector<NodeId> met_;
};

}  // namespace

std::vector<NodeId> degree_order(const CsrGraph& graph) {
  require_square("degree_order", graph);
  const std::vector<std::int64_t> count = times_read(graph);
  std::vector<NodeId> order = all_nodes(graph);
  std::ranges::sort(order, [&](NodeId a, NodeId b) { return std::tie(count[b], a) < std::tie(count[a], b); });
  return order;
}

std::vector<NodeId> community_order(const CsrGraph& graph, const CommunityOrderOptions& options) {
  require_square("community_order", graph);
  require(options.max_community >= 1 && options.max_rounds >= 0, "community_order: max_community is ",
          options.max_community, " and max_rounds ", options.max_rounds, ", expected at least 1 and 0");
  const ReversedGraph readers = reversed(graph);
  const auto n = static_cast<std::size_t>(graph.num_nodes());
  std::vector<NodeId> community = all_nodes(graph);
  std::vector<std::int64_t> size(n, 1);
  CommunityCounts counts(n);
  for (std::int64_t round = 0, moved = 1; round < options.max_rounds && moved > 0; ++round) {
    moved = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const auto v = static_cast<NodeId>(i);
      for (const auto row : {graph.sources_of(v), readers.graph.sources_of(v)}) {
        for (const NodeId u : row) {
          if (u != v) {
            counts.add(community[u]);
          }
        }
      }
      const NodeId best = counts.best(community[i], [&](NodeId c) { return size[c] < options.max_community; });
      if (best != community[i]) {
        --size[community[i]];
        ++size[best];
        community[i] = best;
        ++moved;
      }
    }
  }
  const std::vector<std::int64_t> count = times_read(graph);
  std::vector<NodeId> order = all_nodes(graph);
  std::ranges::sort(order, [&](NodeId a, NodeId b) {
    const NodeId of_a = community[a], of_b = community[b];
    return std::tie(size[of_b], of_a, count[b], a) < std::tie(size[of_a], of_b, count[a], b);
  });
  return order;
}

std::vector<NodeId> inverse_order(std::span<const NodeId> order) {
  constexpr auto kAbsent = static_cast<NodeId>(kMaxNodes);
  std::vector<NodeId> inverse(order.size(), kAbsent);
  for (std::size_t i = 0; i < order.size(); ++i) {
    require(order[i] < order.size(), "inverse_order: entry ", i, " is ", order[i], ", expected below ", order.size());
    require(inverse[order[i]] == kAbsent, "inverse_order: node ", order[i], " is named twice, at ", inverse[order[i]],
            " and ", i);
    inverse[order[i]] = static_cast<NodeId>(i);
  }
  return inverse;
}

std::vector<NodeId> most_read_nodes(const CsrGraph& graph, std::int64_t count) {
  std::vector<NodeId> nodes = degree_order(graph);
  nodes.resize(static_cast<std::size_t>(std::clamp<std::int64_t>(count, 0, graph.num_nodes())));
  std::ranges::sort(nodes);
  return nodes;
}

}  // namespace weft
