// How a job stays within a memory limit: what is read into memory, what stays in the file, and how much is judged at a
// time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weft/core/options.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

struct MemoryPlan {
  ReadOptions read;
  /// What option inference_rows is to be; 0: as it is.
  std::int64_t inference_rows = 0;
};

/// Bytes that the graph takes while it is trained on, its edges left in the file or not, and what else is read in any
/// case.
[[nodiscard]] std::int64_t graph_bytes(const DatasetSize& size, bool leaves_edges = false);

/// Bytes of what evaluation layer by layer holds for all nodes: states of a layer and of the one before, the outputs
/// and what is measured on them, and which nodes each layer works on.
[[nodiscard]] std::int64_t layerwise_bytes(const DatasetSize& size, const Options& options);
/// Bytes that it takes for `rows` nodes of average degree at a time.
[[nodiscard]] std::int64_t layerwise_chunk_bytes(const DatasetSize& size, const Options& options, std::int64_t rows);

/// What of a dataset is read into memory for a job of `limit` bytes. Edges are left in the file where their array would
/// take more than a third of what the nodes leave, and an eighth of it then holds the pages that are read. Features are
/// left where they would take more than half of what the graph leaves, and a quarter of that keeps the rows that are
/// read most. Evaluation goes layer by layer where the states of all nodes would take as much. Throws ArgumentError,
/// naming what is needed, if that does not fit, or if something must be left in the file that the job reads all at
/// once.
[[nodiscard]] MemoryPlan plan_memory(const DatasetSize& size, const Options& options, std::int64_t limit);

/// The same for a job on many graphs, which are read whole.
[[nodiscard]] MemoryPlan plan_memory_of_graphs(const DatasetSize& size, std::int64_t limit);

/// The same for predicting with a model that was trained with these options, without steps on samples.
[[nodiscard]] MemoryPlan plan_inference_memory(const DatasetSize& size, const Options& options, bool reads_by_layers,
                                               std::int64_t limit);

/// What was decided, in a line.
[[nodiscard]] std::string plan_text(const MemoryPlan& plan, std::int64_t limit);

/// "1.5 GB"
[[nodiscard]] std::string bytes_text(std::int64_t bytes);
/// The bytes of "4G", "512M", "1.5 GB" (powers of 1024) or a plain number. Throws ArgumentError for anything else.
[[nodiscard]] std::int64_t bytes_of(std::string_view text);

}  // namespace weft
