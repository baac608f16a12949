// Columns of a table as columns of numbers: how each is read is found from one table, and kept for others. Private.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weft/io/importers/column_values.hpp"
#include "weft/io/importers/text_table.hpp"

namespace weft {

/// How one column of a table is read.
struct ColumnCode {
  std::string name;
  ColumnKind kind = ColumnKind::number;
  /// Categories or words that have a column of their own, in the order of their letters.
  std::vector<std::string> values = {};
  /// Whether categories beyond those share a column, and whether a column marks cells that are missing.
  bool has_others = false, has_missing = false;
  /// What stands for a missing cell: the mean of numbers, flags and dates.
  double mean = 0.0;
  /// The same of categories: the most frequent one.
  std::string most_frequent = {};

  /// How many columns of numbers it becomes.
  [[nodiscard]] std::int64_t width() const;
};

class TableEncoder {
 public:
  TableEncoder() = default;
  explicit TableEncoder(std::vector<ColumnCode> columns, CellForm form = {})
      : columns_(std::move(columns)), form_(std::move(form)) {}

  [[nodiscard]] const std::vector<ColumnCode>& columns() const { return columns_; }
  /// Of the cells that are read.
  [[nodiscard]] const CellForm& form() const { return form_; }
  [[nodiscard]] std::int64_t width() const;
  /// Of the columns of numbers: "COLUMN", "COLUMN=value" of categories and what is missing, "COLUMN~word" of texts.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::vector<ColumnCode> columns_;
  CellForm form_;
};

struct FitOptions {
  /// Kinds of columns by name; those of others are guessed.
  std::map<std::string, ColumnKind, std::less<>> kinds = {};
  /// How many categories of a column, and words of a text, have columns of their own.
  std::size_t categories = 64, words = 128;
};

/// Of texts "COLUMN=kind", as options have them. Throws ArgumentError naming `option` if one is none.
[[nodiscard]] std::vector<std::pair<std::string, ColumnKind>> kinds_of(std::span<const std::string> texts,
                                                                       std::string_view option);

/// The codes of some columns of a table. What is guessed, filled in or left out is added to `assumed`, a sentence a
/// column. Throws DataError naming line and column if a cell is not of the kind that it is said to be.
[[nodiscard]] TableEncoder fitted_encoder(const TextTable& table, std::span<const std::size_t> columns,
                                          const FitOptions& options, std::vector<std::string>& assumed);

/// Makes rows of numbers of the rows of a table.
class RowEncoder {
 public:
  /// Throws DataError naming the columns that the table lacks.
  RowEncoder(const TableEncoder& encoder, const TextTable& table);

  /// The row, [encoder.width()]. Throws DataError naming line and column if a cell is of another kind.
  void encode(std::size_t row, std::span<float> to);
  /// A row of which nothing is known.
  void encode_missing(std::span<float> to) const;
  /// Cells whose category was not known, or that were missing where none was before; a sentence a column.
  [[nodiscard]] std::vector<std::string> assumed() const;

 private:
  struct Column {
    const ColumnCode* code = nullptr;
    std::size_t place = 0;
    std::unordered_map<std::string_view, std::int64_t> value_at = {};
    std::int64_t num_unknown = 0, first_unknown = 0, num_missing = 0, first_missing = 0;
    std::string unknown = {};
  };
  void encode_cell(Column& column, std::size_t row, std::span<float> to);

  const TextTable& table_;
  std::vector<Column> columns_;
};

/// As JSON text, and back. Throws DataError naming `origin` if the text is no encoder.
[[nodiscard]] std::string encoder_text(const TableEncoder& encoder);
[[nodiscard]] TableEncoder parse_encoder(const std::string& text, const std::string& origin);

/// Encoders of several tables, each by a name, as one text, and back; the text as a whole is an encoder without
/// columns.
[[nodiscard]] std::string encoders_text(const std::map<std::string, std::string>& encoders);
[[nodiscard]] std::map<std::string, TableEncoder> parse_encoders(const std::string& text, const std::string& origin);

}  // namespace weft
