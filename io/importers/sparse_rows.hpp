// Sparse features from the three arrays of a matrix in compressed rows, as SciPy stores them. Private.
#pragma once

#include "weft/io/importers/npy_array.hpp"
#include "weft/tensor/features.hpp"

namespace weft {

struct CompressedRows {
  const NumberArray& offsets;
  const NumberArray& columns;
  const NumberArray& values;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
};

/// [rows, cols] with the columns of each row in ascending order and repeats added up. Throws DataError naming
/// the array that breaks a promise.
[[nodiscard]] SparseMatrix to_sparse(const CompressedRows& matrix);

/// Throws unless `offsets` has rows + 1 entries that start at 0, do not fall and end at `entries`.
void check_offsets(const NumberArray& offsets, std::int64_t rows, std::int64_t entries);

/// [rows, cols] of an array of rank 2: sparse where at most a tenth is not zero, else dense.
[[nodiscard]] Features features_of(const NumberArray& matrix);

}  // namespace weft
