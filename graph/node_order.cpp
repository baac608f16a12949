#include "weft/graph/node_order.hpp"

#include <algorithm>
#include <numeric>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/cuthill_mckee.hpp"

namespace weft {
namespace {

/// Runs body(begin, end) for the nodes of each graph.
template <class Body>
void for_each_segment(std::span<const std::int64_t> segments, Body body) {
  parallel_for(static_cast<std::int64_t>(segments.size()) - 1, 16, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t g = first; g < last; ++g) {
      body(segments[static_cast<std::size_t>(g)], segments[static_cast<std::size_t>(g) + 1]);
    }
  });
}

void breadth_first_order(const CsrGraph& graph, std::span<const std::int64_t> segments, std::span<NodeId> order) {
  std::vector<char> reached(order.size());
  for_each_segment(segments, [&](std::int64_t begin, std::int64_t end) {
    // The order itself is the queue: nodes in front of `next` have been visited.
    std::int64_t next = begin, filled = begin;
    const auto reach = [&](std::int64_t v) {
      if (v >= begin && v < end && reached[static_cast<std::size_t>(v)] == 0) {
        reached[static_cast<std::size_t>(v)] = 1;
        order[static_cast<std::size_t>(filled++)] = static_cast<NodeId>(v);
      }
    };
    for (std::int64_t root = begin; root < end; ++root) {
      reach(root);
      for (; next < filled; ++next) {
        for (const NodeId u : graph.sources_of(order[static_cast<std::size_t>(next)])) {
          reach(u);
        }
      }
    }
  });
}

/// `order` holds the nodes as they are numbered.
void sort_by_degree(const CsrGraph& graph, std::span<const std::int64_t> segments, std::span<NodeId> order) {
  for_each_segment(segments, [&](std::int64_t begin, std::int64_t end) {
    std::ranges::stable_sort(order.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)), {},
                             [&](NodeId v) { return graph.in_degree(v); });
  });
}

}  // namespace

NodeOrdering node_ordering_of(std::string_view name) {
  if (name == "natural") {
    return NodeOrdering::natural;
  }
  if (name == "bfs") {
    return NodeOrdering::breadth_first;
  }
  if (name == "degree") {
    return NodeOrdering::degree;
  }
  require(name == "rcm", "node_ordering_of: there is no ordering '", name, "', expected natural, bfs, degree or rcm");
  return NodeOrdering::reverse_cuthill_mckee;
}

std::vector<NodeId> node_order(const CsrGraph& graph, std::span<const std::int64_t> segments, NodeOrdering ordering) {
  require(!segments.empty() && segments.front() == 0 && segments.back() == graph.num_nodes(),
          "node_order: segments end at ", segments.empty() ? -1 : segments.back(), ", expected ", graph.num_nodes(),
          ", the number of nodes");
  if (ordering == NodeOrdering::reverse_cuthill_mckee) {
    return reverse_cuthill_mckee_order(graph, segments);
  }
  std::vector<NodeId> order(static_cast<std::size_t>(graph.num_nodes()));
  if (ordering == NodeOrdering::breadth_first) {
    breadth_first_order(graph, segments, order);
    return order;
  }
  std::iota(order.begin(), order.end(), NodeId{0});
  if (ordering == NodeOrdering::degree) {
    sort_by_degree(graph, segments, order);
  }
  return order;
}

}  // namespace weft
