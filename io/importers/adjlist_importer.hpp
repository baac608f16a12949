// Graphs from adjacency lists: a node and its neighbors a line, as networkx writes them, or METIS's numbered lines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft {

struct AdjlistOptions {
  std::filesystem::path input = {};
  /// networkx: "node neighbor neighbor ..." a line, any names, '#' starts a comment anywhere. metis: "nodes edges
  /// [fmt [ncon]]", then a line of neighbors for each node, which count from 1. Empty: metis where the file's name
  /// ends in .graph or .metis.
  std::string form = {};
  /// Of networkx: edges lead from the node to its neighbors; otherwise both directions are stored.
  bool directed = false;
  std::string name = {};
  OnBadRow on_bad_row = {};
};

/// Nodes of networkx's lines are numbered as in edge lists. Weights of METIS's edges become an edge feature, weights of
/// its nodes are passed over, which is said in Dataset::assumed. The task is link_prediction. Throws DataError naming
/// file and line.
[[nodiscard]] Dataset import_adjlist(const AdjlistOptions& options, const ProgressCallback& progress = {});

}  // namespace weft
