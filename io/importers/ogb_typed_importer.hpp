// Sets of the Open Graph Benchmark whose nodes and edges have types, as ogbn-mag. Private.
//
// raw/num-node-dict.csv.gz has the types of nodes in its first row and how many there are of each in its second, and
// raw/triplet-type-list.csv.gz a row "head,relation,tail" for each type of edge;
// raw/relations/HEAD___RELATION___TAIL/edge.csv.gz has its edges, nodes numbered from 0 in each type.
// raw/nodetype-has-feat.csv.gz and nodetype-has-label.csv.gz say, True or False below the types, which have
// raw/node-feat/TYPE/node-feat.csv.gz and raw/node-label/TYPE/node-label.csv.gz;
// split/NAME/TYPE/{train,valid,test}.csv.gz are as of one type.
#pragma once

#include <string>

#include "weft/core/progress.hpp"
#include "weft/io/importers/ogb_importer.hpp"
#include "weft/io/importers/text_folder.hpp"

namespace weft {

/// The file that tells such a set, below its root.
inline constexpr const char* kOgbNodeTypes = "raw/num-node-dict.csv.gz";

/// The set below `root`, "" or ending in '/'. Nodes of the first type come first, then those of the second. Relations
/// keep their directions, unless OgbOptions::undirected. Features of each type have columns of their own, zero in rows
/// of others. What that takes for granted is said in Dataset::assumed.
[[nodiscard]] Dataset import_typed_ogb(const OgbOptions& options, const TextFolder& folder, const std::string& root,
                                       const ProgressCallback& progress);

}  // namespace weft
