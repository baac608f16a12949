// Graphs from NumPy's archives of arrays (.npz), in the three layouts that data sets are published in.
//
// heterophilous-graphs (Platonov et al. 2023): node_features [N, F], node_labels [N], edges [E, 2], and masks
// train_masks, val_masks, test_masks [S, N] of S splits. Shchur et al. 2018: adj_indptr, adj_indices, adj_shape
// (adj_data is not read), attr_data, attr_indices, attr_indptr, attr_shape or attr_matrix, and labels [N]. A square
// matrix that scipy.sparse.save_npz wrote as CSR: format, indptr, indices, shape (data is not read: what is stored is
// an edge).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

struct NpzOptions {
  std::filesystem::path input;
  /// Otherwise both directions of every edge are stored.
  bool directed = false;
  /// Empty: the file's.
  std::string name = {};
  /// Of the splits rand0 .. rand2 (stratified, 60/20/20), made where the archive has no masks.
  std::uint64_t seed = 0;
};

/// Row i of an adjacency matrix lists the destinations of edges from i. Repeated edges are merged, self-loops
/// kept. Features of which at most a tenth is not zero are kept sparse. Splits are named 0, 1, ... Labels are
/// classes from 0; -1 is unlabeled; without labels the task is link_prediction. Arrays of Python objects are refused.
/// Throws DataError naming file and array.
[[nodiscard]] Dataset import_npz(const NpzOptions& options, const ProgressCallback& progress = {});

}  // namespace weft
