#include "weft/graph/graph_slices.hpp"

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/ascending_rows.hpp"

namespace weft {
namespace {

/// Where the nodes and edges of each graph of the batch begin; one more at the end.
struct Layout {
  std::vector<std::int64_t> first_node = {0};
  std::vector<EdgeId> first_edge = {0};
};

Layout layout_of(const CsrGraph& graph, std::span<const std::int64_t> node_ptr, std::span<const std::int64_t> graphs) {
  const auto num_graphs = static_cast<std::int64_t>(node_ptr.size()) - 1;
  const auto offset = [&](std::int64_t v) { return graph.offsets()[static_cast<std::size_t>(v)]; };
  Layout layout;
  for (const std::int64_t g : graphs) {
    require(g >= 0 && g < num_graphs, "block_of_graphs: graph ", g, " was asked for, expected 0 to ", num_graphs - 1);
    const std::int64_t begin = node_ptr[static_cast<std::size_t>(g)], end = node_ptr[static_cast<std::size_t>(g) + 1];
    layout.first_node.push_back(layout.first_node.back() + end - begin);
    layout.first_edge.push_back(layout.first_edge.back() + offset(end) - offset(begin));
  }
  require(layout.first_node.back() <= kMaxNodes, "block_of_graphs: the graphs have ", layout.first_node.back(),
          " nodes together, expected at most ", kMaxNodes);
  return layout;
}

}  // namespace

MessageBlock block_of_graphs(const CsrGraph& graph, std::span<const std::int64_t> node_ptr,
                             std::span<const std::int64_t> graphs) {
  require(!node_ptr.empty() && node_ptr.back() == graph.num_nodes(), "block_of_graphs: node_ptr ends at ",
          node_ptr.empty() ? -1 : node_ptr.back(), ", expected the number of nodes, ", graph.num_nodes());
  Layout layout = layout_of(graph, node_ptr, graphs);
  Buffer<EdgeId> offsets(static_cast<std::size_t>(layout.first_node.back()) + 1);
  Buffer<NodeId> sources(static_cast<std::size_t>(layout.first_edge.back()));
  offsets[0] = 0;
  // A molecule has tens of nodes: about 64 of them make a chunk worth starting.
  parallel_for(static_cast<std::int64_t>(graphs.size()), 64, [&](std::int64_t first, std::int64_t last) {
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
      const auto g = static_cast<std::size_t>(graphs[i]);
      const std::int64_t begin = node_ptr[g], count = node_ptr[g + 1] - begin;
      const EdgeId edge = graph.offsets()[static_cast<std::size_t>(begin)];
      for (std::int64_t v = 0; v < count; ++v) {
        offsets[static_cast<std::size_t>(layout.first_node[i] + v) + 1] =
            graph.offsets()[static_cast<std::size_t>(begin + v) + 1] - edge + layout.first_edge[i];
      }
      const EdgeId num_edges = layout.first_edge[i + 1] - layout.first_edge[i];
      for (EdgeId e = 0; e < num_edges; ++e) {
        const std::int64_t u = std::int64_t{graph.sources()[static_cast<std::size_t>(edge + e)]} - begin;
        require(u >= 0 && u < count, "block_of_graphs: graph ", g, " reads node ", u + begin, ", which is not its own");
        sources[static_cast<std::size_t>(layout.first_edge[i] + e)] = static_cast<NodeId>(layout.first_node[i] + u);
      }
    }
  });
  const std::int64_t num_nodes = layout.first_node.back();
  return MessageBlock(from_ascending_rows(num_nodes, std::move(offsets), std::move(sources), graph.has_repeats()),
                      std::move(layout.first_node));
}

}  // namespace weft
