// A table of nodes with columns of any kind: features by an encoder, a label, a split. Private.
#pragma once

#include "weft/io/importers/edgelist_tables.hpp"

namespace weft {

/// Reads EdgelistOptions::nodes. Nodes of edges that have no row get what is encoded for missing cells. Throws
/// DataError naming file, line and column.
void read_node_table(const EdgelistOptions& options, EdgelistTables& tables);

}  // namespace weft
