// Graphs in GraphML. Private.
#pragma once

#include "weft/io/importers/graph_tables.hpp"

namespace weft {

/// Brandes, Eiglsperger, Herman, Himsolt, Marshall 2001, as networkx, igraph, Gephi and yEd write it: <key>s declare
/// attributes with their defaults, <data> gives them to <node>s and <edge>s, edgedefault and an edge's own `directed`
/// say whether it is directed. Nodes of nested graphs are nodes like others; hyperedges, ports and drawings are passed
/// over.
void read_graphml_graph(const GraphFile& file, GraphTables& tables);

}  // namespace weft
