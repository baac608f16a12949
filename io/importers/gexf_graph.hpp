// Graphs in GEXF, Gephi's format. Private.
#pragma once

#include "weft/io/importers/graph_tables.hpp"

namespace weft {

/// Versions 1.0 to 1.3: <attributes> declare, with defaults, what <attvalue>s of nodes and edges are; defaultedgetype
/// and an edge's own `type` say whether it is directed (mutual ones go both ways). Nodes inside of nodes are nodes like
/// others; times of nodes and edges, and drawings (viz), are passed over.
void read_gexf_graph(const GraphFile& file, GraphTables& tables);

}  // namespace weft
