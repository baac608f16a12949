// Sets of graphs in the text format of TUDataset (Morris et al. 2020, chrsmrrs.github.io/datasets).
//
// Files DS_<what>.txt, all numbers between commas: A, a row "i, j" for each edge between nodes numbered from 1;
// graph_indicator, for each node its graph, numbered from 1, ascending; graph_labels or graph_attributes, a row
// for each graph; and where the set has them node_labels, node_attributes (a row for each node), edge_labels,
// edge_attributes (a row for each row of A).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

struct TuDatasetOptions {
  /// A folder, or a zip archive of one, with one DS_A.txt somewhere in it.
  std::filesystem::path input;
  /// Attributes of nodes and edges too where there are labels; otherwise labels alone, as the literature has it.
  bool attributes = false;
  /// The graph attributes are the targets, even if there are labels.
  bool regression = false;
  /// Otherwise both directions of every edge are stored.
  bool directed = false;
  /// Empty: DS.
  std::string name = {};
  /// Of the splits.
  std::uint64_t seed = 0;
};

/// Node labels become columns of 0 and 1, one for each value that occurs, called "node_label=3" (of several columns
/// "node_label_0=3"), sparse beyond 256; attributes ("node_attribute_0") stand behind them, or alone where there are no
/// labels. Edge labels become categories; with attributes columns of 0 and 1 in the same way. Graphs of several nodes
/// without an edge are counted in Dataset::assumed, or refused where node numbers seem to start again in every graph.
/// Repeated edges are merged, self-loops kept. Class i is the i-th smallest graph label. Splits strat0 .. strat9
/// (stratified folds), or rand0 .. rand2 (80/10/10) for regression. Throws DataError naming file and line.
[[nodiscard]] Dataset import_tudataset(const TuDatasetOptions& options, const ProgressCallback& progress = {});

}  // namespace weft
