// Sets of the Open Graph Benchmark (Hu et al. 2020) as they are downloaded: numbers in compressed CSV.
//
// raw/edge.csv.gz has a row "source,destination" for each edge, nodes numbered from 0 in each graph;
// raw/num-node-list.csv.gz and num-edge-list.csv.gz a row for each graph; raw/node-feat.csv.gz and edge-feat.csv.gz,
// where the set has them, a row for each node and edge; raw/node-label.csv.gz or graph-label.csv.gz the labels;
// split/NAME/{train,valid,test}.csv.gz nodes or graphs, one a row. Sets with types of nodes: ogb_typed_importer.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

struct OgbOptions {
  /// The folder with raw/ and split/, or a zip archive of it.
  std::filesystem::path input;
  /// Labels are numbers to predict even where all are integers.
  bool regression = false;
  /// Otherwise both directions of every edge are stored.
  bool directed = false;
  /// Of sets with types of nodes, whose relations keep their directions otherwise.
  bool undirected = false;
  /// Empty: the folder's.
  std::string name = {};
};

/// Features that are integers from 0 to 32767 throughout become categories, others numbers. One column of integers
/// is classes (empty: unlabeled), several columns of 0, 1 and missing are as many yes-or-no questions, all else
/// is regression. Repeated edges are merged, of which the first counts. Without labels the task is link_prediction.
/// Throws DataError naming file and line.
[[nodiscard]] Dataset import_ogb(const OgbOptions& options, const ProgressCallback& progress = {});

}  // namespace weft
