#include "weft/runs/generated_graphs.hpp"

#include <algorithm>
#include <utility>

#include "weft/core/parallel.hpp"
#include "weft/tasks/graph_corpus.hpp"

namespace weft {

std::vector<std::string> smiles_of(std::span<const SampledGraph> samples, const GeneratorTraits& traits) {
  if (!traits.makes_molecules()) {
    return {};
  }
  std::vector<std::string> all(samples.size());
  parallel_for(static_cast<std::int64_t>(samples.size()), 64, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      if (samples[i].is_whole) {
        all[i] = standard_smiles(write_smiles(samples[i].graph, traits.alphabet));
      }
    }
  });
  return all;
}

Dataset dataset_of(std::span<const SampledGraph> samples, const GeneratorTraits& traits,
                   std::span<const std::string> smiles) {
  Dataset dataset;
  dataset.task = TaskKind::generation;
  dataset.node_ptr = {0};
  std::vector<std::pair<Edge, std::int32_t>> edges;
  std::vector<std::int32_t> types;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!samples[i].is_whole) {
      continue;
    }
    const TypedGraph& graph = samples[i].graph;
    const auto first = static_cast<NodeId>(types.size());
    for (const std::int32_t type : graph.types) {
      types.push_back(traits.makes_molecules() ? traits.alphabet[static_cast<std::size_t>(type)].element : type);
    }
    for (const TypedEdge& edge : graph.edges) {
      edges.push_back({{first + edge.a, first + edge.b}, edge.label});
      edges.push_back({{first + edge.b, first + edge.a}, edge.label});
    }
    dataset.node_ptr.push_back(static_cast<std::int64_t>(types.size()));
    if (traits.makes_molecules()) {
      dataset.smiles.push_back(smiles[i]);
    }
  }
  std::ranges::sort(edges, {}, [](const auto& e) { return std::pair(e.first.destination, e.first.source); });
  std::vector<Edge> plain;
  dataset.edge_type = Buffer<std::int32_t>(edges.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    plain.push_back(edges[i].first);
    dataset.edge_type[i] = edges[i].second;
  }
  dataset.graph = CsrGraph::from_edges(static_cast<std::int64_t>(types.size()), plain);
  dataset.node_type = Buffer<std::int32_t>(types.size());
  std::ranges::copy(types, dataset.node_type.begin());
  return dataset;
}

}  // namespace weft
