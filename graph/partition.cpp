// Chunks of a breadth-first order, and what a partition cuts.
#include "weft/graph/partition.hpp"

#include <algorithm>
#include <limits>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/node_order.hpp"

namespace weft {

Partition breadth_first_partition(const CsrGraph& graph, std::int64_t num_parts) {
  const std::int64_t n = graph.num_nodes();
  require(graph.num_sources() == n, "breadth_first_partition: the graph has ", n, " rows and ", graph.num_sources(),
          " sources, expected as many of both");
  require(num_parts >= 1 && num_parts <= std::numeric_limits<std::int32_t>::max(),
          "breadth_first_partition: num_parts is ", num_parts, ", expected 1 to 2^31 - 1");
  const std::vector<std::int64_t> whole = {0, n};
  const std::vector<NodeId> order = node_order(graph, whole, NodeOrdering::breadth_first);
  Partition part_of(order.size());
  // The first `rest` parts have one node more than the others.
  const std::int64_t size = n / num_parts, rest = n % num_parts;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t in_larger = rest * (size + 1);
    const std::int64_t part = i < in_larger ? i / (size + 1) : rest + (i - in_larger) / size;
    part_of[order[static_cast<std::size_t>(i)]] = static_cast<std::int32_t>(part);
  }
  return part_of;
}

EdgeId num_cut_edges(const CsrGraph& graph, const Partition& part_of) {
  require(static_cast<std::int64_t>(part_of.size()) == graph.num_nodes() && graph.num_sources() == graph.num_nodes(),
          "num_cut_edges: there are ", part_of.size(), " numbers of parts for ", graph.num_nodes(), " rows and ",
          graph.num_sources(), " sources, expected as many of each");
  EdgeId cut = 0;
  for (std::size_t v = 0; v < part_of.size(); ++v) {
    cut += std::ranges::count_if(graph.sources_of(static_cast<NodeId>(v)),
                                 [&](NodeId u) { return part_of[u] != part_of[v]; });
  }
  return cut;
}

}  // namespace weft
