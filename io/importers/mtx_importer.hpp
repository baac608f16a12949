// Graphs from sparse matrices in the Matrix Market exchange format (Boisvert, Pozo, Remington 1996).
//
// The first line is "%%MatrixMarket matrix coordinate FIELD SYMMETRY", FIELD real, integer or pattern, SYMMETRY
// general or symmetric; then comments, which start with '%'; a line "rows columns entries"; and for each entry a
// line "i j [value]", numbered from 1. The matrix is square.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "weft/core/progress.hpp"
#include "weft/io/importers/bad_rows.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft {

struct MtxOptions {
  std::filesystem::path input = {};
  /// A row of numbers for each node, in order; empty: none. Separated by commas or blanks, without a header.
  std::filesystem::path features = {};
  /// A class from 0, or -1 for none, for each node, in order; empty: no labels, for link prediction.
  std::filesystem::path labels = {};
  /// The labels are numbers to predict, nan where there is none.
  bool regression = false;
  /// Keep the values of the matrix as an edge feature.
  bool weights = false;
  /// Of a general matrix; otherwise, and of a symmetric one, both directions of every edge are stored.
  bool directed = false;
  /// Empty: the file's.
  std::string name = {};
  /// Of the splits rand0 .. rand2 (stratified, 60/20/20).
  std::uint64_t seed = 0;
  /// Of the matrix; the rows of features and labels belong to nodes by their order, so that none can be left out.
  OnBadRow on_bad_row = {};
};

/// The entry i j is the edge from node i - 1 to node j - 1. Repeated entries are merged, of which the first counts,
/// self-loops kept, and entries of value 0 too. All files may be compressed. Throws DataError naming file and line.
[[nodiscard]] Dataset import_mtx(const MtxOptions& options, const ProgressCallback& progress = {});

/// About how much memory import_mtx takes, by the sizes of the files.
[[nodiscard]] std::int64_t mtx_memory_bytes(const MtxOptions& options);

/// Writes the dataset that import_mtx returns, without holding its edges and features in memory: both are kept on disk
/// beside the output meanwhile (see edge_sorter.hpp). Returns its size. The matrix is read twice where both directions
/// of a general one keep values.
DatasetSize import_mtx_to_file(const MtxOptions& options, const ImportedFile& file,
                               const ProgressCallback& progress = {});

}  // namespace weft
