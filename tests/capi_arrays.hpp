// Data sets as the plain arrays that the C interface reads.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "weft/capi/weft.h"
#include "weft/io/dataset.hpp"

namespace weft::test {

inline weft_features given(const Features& features) {
  weft_features result{};
  result.size = sizeof result;
  if (const auto* dense = std::get_if<Tensor>(&features)) {
    result.kind = WEFT_DENSE;
    result.values = dense->data();
  } else if (const auto* sparse = std::get_if<SparseMatrix>(&features)) {
    result.kind = WEFT_SPARSE;
    result.values = sparse->by_row().values.data();
    result.indptr = sparse->by_row().offsets.data();
    // Columns are below 2^31 here.
    result.indices = reinterpret_cast<const std::int32_t*>(sparse->by_row().columns.data());
  } else if (const auto* categorical = std::get_if<CategoricalMatrix>(&features)) {
    result.kind = WEFT_CATEGORIES;
    result.values = categorical->values.data();
  }
  result.rows = shape_of(features).rows;
  result.columns = shape_of(features).cols;
  return result;
}

/// Views of a dataset that outlives them.
struct GivenArrays {
  explicit GivenArrays(const Dataset& data) : nodes(given(data.node_features)), edges(given(data.edge_features)) {
    graph.size = sizeof graph;
    graph.nodes = data.graph.num_nodes();
    graph.edges = data.graph.num_edges();
    graph.indptr = data.graph.offsets().data();
    graph.indices = data.graph.sources().data();
    if (data.has_many_graphs()) {
      graph.node_ptr = data.node_ptr.data();
      graph.graphs = data.num_graphs();
    }
  }
  [[nodiscard]] std::int64_t rows() const { return graph.node_ptr == nullptr ? graph.nodes : graph.graphs; }

  weft_graph graph{};
  weft_features nodes, edges;
};

/// As capi_program.c reads them.
inline std::string bytes_of(const Dataset& data) {
  const GivenArrays arrays(data);
  std::string bytes;
  const auto add = [&](const void* numbers, std::size_t size) {
    bytes.append(static_cast<const char*>(numbers), size);
  };
  const std::int64_t sizes[] = {arrays.graph.nodes, arrays.graph.edges, arrays.nodes.columns};
  const auto n = static_cast<std::size_t>(sizes[0]);
  add(sizes, sizeof sizes);
  add(arrays.graph.indptr, (n + 1) * sizeof(std::int64_t));
  add(arrays.graph.indices, static_cast<std::size_t>(sizes[1]) * sizeof(std::uint32_t));
  add(arrays.nodes.values, n * static_cast<std::size_t>(sizes[2]) * sizeof(float));
  return bytes;
}

}  // namespace weft::test
