// A dataset whose edges and dense features may be larger than memory: they are given piece by piece while the file is
// written, and everything that is counted in nodes alone is in memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>

#include "weft/core/parallel.hpp"
#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

/// Some edges of a graph, in the order of its arrays: edge i is sources[i] -> rows[i].
struct EdgePiece {
  std::span<const NodeId> rows, sources;
  /// One an edge, or empty.
  std::span<const float> weights = {};
};

/// Calls back with all edges, piece by piece, from the first. Can be called again, and gives the same edges.
using EdgeVisit = std::function<void(FunctionRef<void(const EdgePiece&)>)>;

struct LargeDataset {
  /// All but the graph and the features of nodes and edges. The edges keep what `rest.directed` says.
  Dataset rest;
  /// [num_nodes + 1]
  Buffer<EdgeId> offsets;
  EdgeVisit visit_edges;
  /// Whether the edges have weights, which become features of edges [num_edges, 1].
  bool has_weights = false;
  std::int64_t num_features = 0;
  /// The features of nodes first .. first + count, row after row; not called if there are none.
  std::function<void(std::int64_t first, std::int64_t count, std::span<float> rows)> fill_features = {};

  [[nodiscard]] std::int64_t num_nodes() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  [[nodiscard]] EdgeId num_edges() const { return offsets[offsets.size() - 1]; }
  [[nodiscard]] DatasetSize size() const {
    return {.nodes = num_nodes(), .edges = num_edges(), .features = num_features, .num_classes = rest.num_classes};
  }
};

/// Where the rows of these edges start: [num_nodes + 1]. One visit.
[[nodiscard]] Buffer<EdgeId> row_offsets(std::int64_t num_nodes, const EdgeVisit& visit_edges,
                                         const ProgressCallback& progress = {});

/// Like write_dataset of the same dataset in memory: the same content. One visit, in a few MiB beside the dataset.
void write_dataset(const LargeDataset& dataset, const std::filesystem::path& path, const WriteOptions& options = {},
                   const ProgressCallback& progress = {});

}  // namespace weft
