// Graphs in GML. Private.
#pragma once

#include "weft/io/importers/graph_tables.hpp"

namespace weft {

/// Himsolt 1997, as networkx, Gephi and igraph write it: graph [ directed 1 node [ id 0 label "a" ] edge [ source 0
/// target 1 ] ]. A key that an element has several times is a list, NAME, NAME[1], …; lists in brackets, such as
/// graphics, are passed over.
void read_gml_graph(const GraphFile& file, GraphTables& tables);

}  // namespace weft
