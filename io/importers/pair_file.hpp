// Pairs of nodes in a text file, two columns, for questions about links.
#pragma once

#include <filesystem>
#include <vector>

#include "weft/io/dataset.hpp"

namespace weft {

/// CSV, TSV or text in columns, with or without a header. A node is called by its name or, where names are no
/// numbers, by its number, as it stood before the dataset was reordered. Throws DataError naming file and line for
/// a node that there is not, or a row without two fields.
[[nodiscard]] std::vector<Edge> read_pairs(const std::filesystem::path& path, const Dataset& dataset);

}  // namespace weft
