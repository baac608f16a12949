// Citation graphs in the files of Planetoid (Yang et al. 2016): ind.NAME.allx, ally, tx, ty, y, graph, test.index.
//
// allx and tx are features of SciPy's csr_matrix, ally, ty and y classes as columns of 0 and 1, graph a dictionary
// from node to list of nodes, all pickled; test.index lists in text which node each row of tx and ty is. The rows
// of allx are the nodes from 0 on.
#pragma once

#include <filesystem>
#include <string>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

struct PlanetoidOptions {
  std::filesystem::path folder;
  /// NAME; empty: the only one in the folder.
  std::string name = {};
};

/// Undirected, without self-loops and repeats. Nodes between the test nodes that no file describes have neither
/// features nor a label (Citeseer). Split public: the rows of y train, the next 500 validate, test.index tests.
/// The pickles are not executed: what would run code is refused. Throws DataError naming file and byte, array or
/// line.
[[nodiscard]] Dataset import_planetoid(const PlanetoidOptions& options, const ProgressCallback& progress = {});

}  // namespace weft
