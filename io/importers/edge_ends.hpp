// Which types of nodes a table of edges joins, and which columns call them. Private.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "weft/io/importers/typed_tables.hpp"

namespace weft {

/// Of source and target: the place of the type among the types, and the column, empty where the header or its place
/// says it.
struct EdgeEnds {
  std::array<std::size_t, 2> type = {};
  std::array<std::string, 2> column = {};
  /// What is taken for granted, or empty.
  std::string assumed = {};
};

/// Throws DataError naming the key of the description that would say it.
[[nodiscard]] EdgeEnds edge_ends_of(const TypedEdges& edges, const std::vector<std::string>& types,
                                    const std::filesystem::path& description);

}  // namespace weft
