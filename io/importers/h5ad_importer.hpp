// Graphs of cells from AnnData files (.h5ad, anndata.readthedocs.io "on-disk format").
//
// /obsp/GRAPH is a sparse matrix between observations (data, indices, indptr, attribute shape), in rows or columns;
// /obsm/FEATURES, /X or /layers/NAME a matrix of observations; /obs/LABEL a column of texts, numbers or categories: a
// group of codes and categories, or, before version 0.8, integers beside /obs/__categories/LABEL. Before version 0.7
// the graph is /uns/neighbors/GRAPH (attributes h5sparse_format, h5sparse_shape), /obs and /obsm are tables of which
// label and features are columns, and the categories are /uns/LABEL_categories.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

struct H5adOptions {
  std::filesystem::path input = {};
  /// A member of /obsp, or of /uns/neighbors where there is no /obsp.
  std::string graph = "connectivities";
  /// A member of /obsm, X, or layers/NAME; empty: none.
  std::string features = "X_pca";
  /// A column of /obs; empty: no labels, for link prediction.
  std::string label = {};
  /// Otherwise both directions of every edge are stored.
  bool directed = false;
  /// Empty: the file's.
  std::string name = {};
  /// Of the splits rand0 .. rand2 (stratified, 60/20/20).
  std::uint64_t seed = 0;
};

/// The entry [i, j] of the graph becomes the edge i -> j with its number as edge feature; where only one direction
/// is there the other takes the same. Nodes have the names of the observations, features of X and of layers those of
/// the variables. Texts, whole numbers and categories are classes, of which code -1, -1, nan and "" are none; other
/// numbers are to be predicted, which is said in Dataset::assumed. The strict profile of the project's HDF5 layer
/// holds: numbers and texts inside the file, gzip at most. Throws DataError naming file and object.
[[nodiscard]] Dataset import_h5ad(const H5adOptions& options, const ProgressCallback& progress = {});

}  // namespace weft
