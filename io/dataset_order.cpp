#include "weft/io/dataset_order.hpp"

#include <algorithm>
#include <vector>

#include "weft/graph/node_order.hpp"
#include "weft/graph/reordering.hpp"

namespace weft {
namespace {

/// The graph in another order, and where each of its edges stood before.
struct OrderedGraph {
  CsrGraph graph;
  std::vector<EdgeId> edge;
};

OrderedGraph ordered_graph(const CsrGraph& graph, std::span<const NodeId> order, std::span<const NodeId> inverse) {
  Buffer<EdgeId> offsets(order.size() + 1);
  Buffer<NodeId> sources(static_cast<std::size_t>(graph.num_edges()));
  std::vector<EdgeId> edge(sources.size());
  std::vector<std::pair<NodeId, EdgeId>> row;
  offsets[0] = 0;
  std::size_t next = 0;
  for (std::size_t v = 0; v < order.size(); ++v) {
    row.clear();
    for (EdgeId e = graph.offsets()[order[v]]; e < graph.offsets()[order[v] + 1]; ++e) {
      row.emplace_back(inverse[graph.sources()[static_cast<std::size_t>(e)]], e);
    }
    std::ranges::sort(row);
    for (const auto& [source, from] : row) {
      sources[next] = source;
      edge[next++] = from;
    }
    offsets[v + 1] = static_cast<EdgeId>(next);
  }
  return {CsrGraph::from_rows(graph.num_sources(), std::move(offsets), std::move(sources)), std::move(edge)};
}

template <class T, class Index>
Buffer<T> gathered(const Buffer<T>& values, const std::vector<Index>& index) {
  Buffer<T> result(values.empty() ? 0 : index.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = values[static_cast<std::size_t>(index[i])];
  }
  return result;
}

template <class T>
std::vector<T> gathered(const std::vector<T>& values, std::span<const NodeId> index) {
  std::vector<T> result;
  result.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.push_back(values[index[i]]);
  }
  return result;
}

/// Rows of any number, for edges too.
Features gathered(const Features& features, const std::vector<std::int64_t>& index) {
  if (const auto* dense = std::get_if<Tensor>(&features)) {
    return select_rows(*dense, index);
  }
  if (const auto* categorical = std::get_if<CategoricalMatrix>(&features)) {
    CategoricalMatrix result{.rows = categorical->rows,
                             .num_categories = categorical->num_categories,
                             .values = categorical->values.clone()};
    for (std::size_t i = 0; i < index.size(); ++i) {
      std::copy_n(categorical->values.data() + index[i] * categorical->cols(), categorical->cols(),
                  result.values.data() + static_cast<std::int64_t>(i) * categorical->cols());
    }
    return result;
  }
  if (const auto* sparse = std::get_if<SparseMatrix>(&features)) {
    return select_rows(*sparse, index);
  }
  return {};
}

}  // namespace

Dataset reordered(const Dataset& dataset, std::span<const NodeId> order) {
  require(!dataset.has_many_graphs(), "reordered: ", dataset.name, " holds ", dataset.num_graphs(),
          " graphs, expected one");
  require(static_cast<std::int64_t>(order.size()) == dataset.graph.num_nodes(), "reordered: the order has ",
          order.size(), " nodes, the dataset ", dataset.graph.num_nodes());
  const std::vector<NodeId> inverse = inverse_order(order);
  Dataset result;
  result.name = dataset.name;
  result.source = dataset.source;
  result.license = dataset.license;
  result.task = dataset.task;
  result.directed = dataset.directed;
  result.num_classes = dataset.num_classes;
  result.class_names = dataset.class_names;
  result.names = dataset.names;
  result.assumed = dataset.assumed;
  result.encoder = dataset.encoder;
  result.weight_column = dataset.weight_column;

  OrderedGraph graph = ordered_graph(dataset.graph, order, inverse);
  result.graph = std::move(graph.graph);
  const std::vector<std::int64_t> nodes(order.begin(), order.end()), edges(graph.edge.begin(), graph.edge.end());
  result.edge_type = gathered(dataset.edge_type, edges);
  result.edge_features = gathered(dataset.edge_features, edges);
  result.node_features = gathered(dataset.node_features, nodes);
  result.edge_time = gathered(dataset.edge_time, edges);
  result.node_time = gathered(dataset.node_time, nodes);
  result.time_unit = dataset.time_unit;
  result.node_type = gathered(dataset.node_type, nodes);
  if (const auto* classes = std::get_if<std::vector<std::int64_t>>(&dataset.node_labels)) {
    result.node_labels = gathered(*classes, order);
  } else if (const auto* targets = std::get_if<Tensor>(&dataset.node_labels)) {
    result.node_labels = select_rows(*targets, nodes);
  }
  result.node_names = gathered(dataset.node_names, order);
  result.original_node = dataset.original_node.empty() ? nodes : gathered(dataset.original_node, order);
  for (const Split& split : dataset.splits) {
    const auto renumbered = [&](const std::vector<std::int64_t>& part) {
      std::vector<std::int64_t> moved;
      for (const std::int64_t v : part) {
        moved.push_back(inverse[static_cast<std::size_t>(v)]);
      }
      std::ranges::sort(moved);
      return moved;
    };
    const auto renamed = [&](std::vector<Edge> links) {
      for (Edge& link : links) {
        link = {inverse[link.source], inverse[link.destination]};
      }
      return links;
    };
    result.splits.push_back({.name = split.name,
                             .train = renumbered(split.train),
                             .val = renumbered(split.val),
                             .test = renumbered(split.test),
                             .train_edges = renamed(split.train_edges),
                             .val_edges = renamed(split.val_edges),
                             .test_edges = renamed(split.test_edges)});
  }
  return result;
}

std::vector<NodeId> node_order_of(const CsrGraph& graph, std::string_view name) {
  if (name == "community") {
    return community_order(graph);
  }
  if (name == "degree") {
    return degree_order(graph);
  }
  require(name == "rcm", "order: is '", name, "', expected community, rcm or degree");
  const std::int64_t segments[] = {0, graph.num_nodes()};
  return node_order(graph, segments, NodeOrdering::reverse_cuthill_mckee);
}

}  // namespace weft
