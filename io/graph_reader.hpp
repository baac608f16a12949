// The graph of a dataset file: read into memory, or left in the file after a look at every edge. Private.
#pragma once

#include <string>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/hdf5_file.hpp"

namespace weft {

/// Row pointers from 0 to `end`, the length of `entries`, that do not fall.
[[nodiscard]] Buffer<EdgeId> read_row_offsets(const hdf5::InputFile& file, const std::string& object, std::int64_t end,
                                              const std::string& entries);

/// Checks every rule of /graph, where it stays in the file also that a graph which is not directed has both directions
/// of every edge: by sums over all edges that differ if one is alone, up to a chance of 2^-64.
/// Rows in memory that do not ascend, or repeat a source, are put in order where nothing else of edges is there, which
/// is said in `assumed`; where something is, repeats are kept.
[[nodiscard]] CsrGraph read_graph(const hdf5::InputFile& file, bool directed, const ReadOptions& options,
                                  std::vector<std::string>& assumed);

}  // namespace weft
