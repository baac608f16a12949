// What is predicted of many graphs, and which are for training, validation and test, from their table. Private.
#pragma once

#include <span>
#include <string>

#include "weft/io/dataset.hpp"
#include "weft/io/importers/graphs_importer.hpp"
#include "weft/io/importers/graphs_table.hpp"

namespace weft {

/// Sets task, labels, classes and targets, and returns the names of the columns, a line each. `known`: what columns
/// were called of graphs like these, which may have none. Throws DataError naming file and line.
std::string read_graph_labels(const GraphsOptions& options, std::span<const std::string> known, GraphsTable& graphs,
                              Dataset& data);

/// Of labeled graphs: what a column says, or random parts.
void read_graph_splits(const GraphsOptions& options, GraphsTable& graphs, Dataset& data);

}  // namespace weft
