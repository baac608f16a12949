// Data sets that tests of several files learn from.
#pragma once

#include <cstdint>
#include <utility>

#include "tests/support.hpp"
#include "weft/graph/generators.hpp"
#include "weft/io/dataset.hpp"

namespace weft::test {

/// "rand0": nodes 0, 3, 6, ... for training, 1, 4, 7, ... for validation, the others for test.
inline Split split_by_thirds(std::int64_t num_nodes) {
  Split split;
  split.name = "rand0";
  for (std::int64_t v = 0; v < num_nodes; ++v) {
    (v % 3 == 0 ? split.train : v % 3 == 1 ? split.val : split.test).push_back(v);
  }
  return split;
}

/// Three communities whose features alone tell little.
inline Dataset communities(std::int64_t num_nodes = 300) {
  LabeledGraph made = contextual_block_model(
      {.blocks = {.num_nodes = num_nodes, .num_communities = 3, .degree_inside = 10, .degree_outside = 2, .seed = 5},
       .num_features = 8,
       .signal = 1.0});
  Dataset data;
  data.name = "communities";
  data.num_classes = 3;
  data.graph = std::move(made.graph);
  data.node_features = Tensor::from_buffer(num_nodes, 8, std::move(made.features));
  data.node_labels = std::move(made.label);
  data.splits = {split_by_thirds(num_nodes)};
  return data;
}

/// Two communities; `columns` features, the first of which tells the communities apart, but for noise.
inline Dataset two_communities(std::int64_t num_nodes, std::int64_t columns) {
  LabeledGraph made = stochastic_block_model(
      {.num_nodes = num_nodes, .num_communities = 2, .degree_inside = 8, .degree_outside = 2, .seed = 3});
  Dataset data;
  data.name = "two";
  data.num_classes = 2;
  data.graph = std::move(made.graph);
  Tensor x = random_tensor(num_nodes, columns);
  for (std::int64_t v = 0; v < num_nodes; ++v) {
    x(v, 0) += made.label[static_cast<std::size_t>(v)] == 0 ? 1.0F : -1.0F;
  }
  data.node_features = std::move(x);
  data.node_labels = std::move(made.label);
  data.splits = {split_by_thirds(num_nodes)};
  return data;
}

/// Links to be predicted: edges of nobody's choosing, both ways.
inline Dataset drawn_graph(std::int64_t num_nodes = 400) {
  Dataset data;
  data.name = "drawn";
  data.task = TaskKind::link_prediction;
  data.graph = rmat({.num_nodes = num_nodes, .num_edges = 4 * num_nodes, .undirected = true, .seed = 3});
  return data;
}

/// Rings of `shortest` to `longest` nodes in turn; the last quarter is for validation and test.
inline Dataset rings(std::int64_t count, std::int64_t shortest, std::int64_t longest) {
  Dataset dataset;
  dataset.name = "rings";
  dataset.task = TaskKind::generation;
  dataset.node_ptr = {0};
  Split split{.name = "rand0", .train = {}, .val = {}, .test = {}};
  std::vector<Edge> edges;
  for (std::int64_t g = 0; g < count; ++g) {
    const std::int64_t size = shortest + g % (longest - shortest + 1), first = dataset.node_ptr.back();
    for (std::int64_t i = 0; i < size; ++i) {
      edges.push_back({static_cast<NodeId>(first + i), static_cast<NodeId>(first + (i + 1) % size)});
    }
    dataset.node_ptr.push_back(first + size);
    (4 * g < 3 * count ? split.train : g % 2 == 0 ? split.val : split.test).push_back(g);
  }
  dataset.graph = CsrGraph::from_edges(dataset.node_ptr.back(), edges, {.symmetrize = true});
  dataset.splits = {split};
  return dataset;
}

}  // namespace weft::test
