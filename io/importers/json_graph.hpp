// Graphs in JSON: nodes and links. Private.
#pragma once

#include "weft/io/importers/graph_tables.hpp"

namespace weft {

/// {"directed": false, "nodes": [{"id": 1, ATTRIBUTES}, …], "links": [{"source": 1, "target": 2, ATTRIBUTES}, …]}, as
/// networkx's node_link_data writes it, with "edges" for "links" in newer versions; d3's, where nodes may have no id
/// and ends of links are their places from 0; vis.js's, with "from" and "to"; Cytoscape's, where this stands in
/// "elements" and attributes in "data". Lists of values become columns NAME[0], NAME[1], …; objects are passed over.
/// Python's NaN and Infinity are read.
void read_json_graph(const GraphFile& file, GraphTables& tables);

}  // namespace weft
