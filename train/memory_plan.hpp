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

/// Bytes that the graph takes while it is trained on, and what else is read in any case.
[[nodiscard]] std::int64_t graph_bytes(const DatasetSize& size);

/// Features are left in the file where they would take more than half of what the graph leaves of `limit` bytes; then a
/// quarter of that keeps the rows that are read most. Evaluation goes layer by layer where the states of all nodes
/// would take as much. Throws ArgumentError, naming what is needed, if not even the graph fits, or if features must be
/// left and the job trains on the whole graph at every step.
[[nodiscard]] MemoryPlan plan_memory(const DatasetSize& size, const Options& options, std::int64_t limit);

/// "1.5 GB"
[[nodiscard]] std::string bytes_text(std::int64_t bytes);
/// The bytes of "4G", "512M", "1.5 GB" (powers of 1024) or a plain number. Throws ArgumentError for anything else.
[[nodiscard]] std::int64_t bytes_of(std::string_view text);

}  // namespace weft
