// Tables of numbers in the folders of the Open Graph Benchmark. Private.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/io/importers/number_rows.hpp"
#include "weft/io/importers/text_folder.hpp"

namespace weft {

struct OgbTable {
  /// [rows, cols]
  std::int64_t rows = 0, cols = 0;
  std::vector<float> values;
  /// Whether all are written as integers or missing.
  bool integers = true;
};

/// What errors say of a table: a row for each of `count` things.
struct OgbRows {
  std::int64_t count = 0;
  const char* of = "node";
};

/// Throws DataError if the file is missing.
[[nodiscard]] FolderText open_member(const TextFolder& folder, const std::string& name);
[[nodiscard]] OgbTable read_ogb_table(const TextFolder& folder, const std::string& name, const OgbRows& rows,
                                      NotANumber nan);
/// One integer a row, from 0 to `highest`.
[[nodiscard]] std::vector<std::int64_t> read_ogb_column(const TextFolder& folder, const std::string& name,
                                                        const char* what, std::int64_t highest);

/// One column of integers is classes, several of 0, 1 and missing are as many yes-or-no questions, all else numbers.
/// Sets task and number of classes. `rows`: of the labels, if other than all; the rest is unlabeled.
void set_ogb_labels(const OgbTable& table, bool of_graphs, bool regression, Dataset& dataset,
                    const std::vector<std::int64_t>* rows = nullptr);

}  // namespace weft
