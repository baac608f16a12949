// Graphs in Pajek's .net files. Private.
#pragma once

#include "weft/io/importers/graph_tables.hpp"

namespace weft {

/// Batagelj, Mrvar: "*Vertices n" with lines of a number from 1 and a label; "*Arcs", which are directed, and "*Edges",
/// with lines of two numbers and a weight; "*Arcslist" and "*Edgeslist", a node and its neighbors a line; "*Matrix".
/// "*Arcs :2 "name"" is a relation. Attributes in pairs, as networkx writes them, are read; drawings, times, partitions
/// and vectors are passed over.
void read_pajek_graph(const GraphFile& file, GraphTables& tables);

}  // namespace weft
