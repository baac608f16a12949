#include "weft/graph/node_order.hpp"

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

namespace weft {

std::vector<NodeId> breadth_first_order(const CsrGraph& graph, std::span<const std::int64_t> segments) {
  require(!segments.empty() && segments.front() == 0 && segments.back() == graph.num_nodes(),
          "breadth_first_order: segments end at ", segments.empty() ? -1 : segments.back(), ", expected ",
          graph.num_nodes(), ", the number of nodes");
  std::vector<NodeId> order(static_cast<std::size_t>(graph.num_nodes()));
  std::vector<char> reached(order.size());
  parallel_for(static_cast<std::int64_t>(segments.size()) - 1, 16, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t g = first; g < last; ++g) {
      const std::int64_t begin = segments[static_cast<std::size_t>(g)], end = segments[static_cast<std::size_t>(g) + 1];
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
    }
  });
  return order;
}

}  // namespace weft
