// Graphs in SQLite databases. Private.
#pragma once

#include <string>

#include "weft/io/importers/graph_tables.hpp"

namespace weft {

struct SqliteQueries {
  /// Gives source, target and then attributes of edges.
  std::string edges;
  /// Gives ids and then attributes of nodes; empty: there are no nodes but those of edges.
  std::string nodes = {};
};

/// Reads what the queries give; rows are counted from 1. The database is opened to be read alone, and a query is one
/// statement that changes nothing. Throws DataError if it is no database or damaged, ArgumentError for a query that is
/// wrong, with the tables there are.
void read_sqlite_graph(const SqliteQueries& queries, GraphTables& tables);

}  // namespace weft
