// Columns of a table that tell the label of every row: mostly the label in other words. Private.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "weft/io/importers/text_table.hpp"

namespace weft {

/// A sentence for each of the columns all of whose cells, of rows with a label, go with one label only, though values
/// are few and repeat.
[[nodiscard]] std::vector<std::string> telling_columns(const TextTable& table, std::span<const std::size_t> columns,
                                                       std::size_t label);

}  // namespace weft
