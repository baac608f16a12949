// Rows of the table of importers for edge lists, and for tables that a TOML file describes. Private.
#pragma once

#include "weft/io/importers/importer_row.hpp"

namespace weft {

[[nodiscard]] ImporterRow edgelist_row();
[[nodiscard]] ImporterRow tables_row();

}  // namespace weft
