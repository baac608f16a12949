// Files that hold a whole graph, its nodes and edges with their attributes, in one of several formats. Each becomes the
// two tables that `edgelist` reads, so that what columns become, and what is said of them, is the same. Private.
#pragma once

#include <vector>

#include "weft/io/importers/graph_tables.hpp"
#include "weft/io/importers/importer_row.hpp"

namespace weft {

/// What the tables of a graph hold, read as an edge list and a table of nodes are. Throws what
/// import_dataset("edgelist", …) throws, about places of the graph's file.
[[nodiscard]] Dataset import_graph_tables(const ImportJob& job, const GraphTables& tables);

/// Throws what the reader throws, too.
[[nodiscard]] Dataset import_graph_file(const ImportJob& job, GraphReader read);

/// Of the formats of such files.
[[nodiscard]] std::vector<ImporterRow> graph_file_rows();

}  // namespace weft
