// A column of a table of AnnData as labels: categories, texts, numbers, booleans. Private.
#pragma once

#include <string>

#include "weft/io/dataset.hpp"
#include "weft/io/hdf5_file.hpp"

namespace weft {

/// What a column of /obs says of each row.
struct ColumnLabels {
  /// A class each (-1: none), or [n, 1] numbers to predict (NaN: none).
  Labels labels;
  std::vector<std::string> class_names = {};
};

/// Texts and whole numbers are classes, of which "", nan and -1 are none; other numbers are to be predicted. `object`
/// is an array, or a group of values and a mask of those that are missing.
[[nodiscard]] ColumnLabels read_column_labels(const hdf5::InputFile& file, const std::string& object);

/// The names of categories, texts or numbers.
[[nodiscard]] std::vector<std::string> read_category_names(const hdf5::InputFile& file, const std::string& object);

/// The names of the rows of a table, as /obs or /var; empty if there are none.
[[nodiscard]] std::vector<std::string> read_index(const hdf5::InputFile& file, const std::string& table);

}  // namespace weft
