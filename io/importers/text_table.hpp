// A table of texts in memory: the cells of a delimited file with a header. Private.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/importers/bad_rows.hpp"
#include "weft/io/importers/delimited_text.hpp"

namespace weft {

class TextTable {
 public:
  /// Cells between quotes may hold ends of lines. Throws DataError naming file and line if a row has another number of
  /// cells than the header, unless `on_bad_row` lets it be left out, or if two columns have the same name.
  /// Without a header columns are called by their numbers from 1.
  TextTable(const std::filesystem::path& path, const OnBadRow& on_bad_row, CellForm form = {}, bool has_header = true);

  /// Columns whose cells are lists of equally many numbers, as "0.1, 0.2", become a column each, NAME_0 and so on, said
  /// in `assumed`. Missing lists are missing numbers.
  void split_lists(std::vector<std::string>& assumed);

  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  [[nodiscard]] std::size_t num_rows() const { return lines_.size(); }
  [[nodiscard]] std::size_t num_columns() const { return header_.size(); }
  [[nodiscard]] std::string_view cell(std::size_t row, std::size_t column) const {
    const std::size_t at = row * header_.size() + column;
    return std::string_view(text_).substr(ends_[at], ends_[at + 1] - ends_[at]);
  }
  [[nodiscard]] const CellForm& form() const { return form_; }
  [[nodiscard]] bool is_missing(std::size_t row, std::size_t column) const {
    return weft::is_missing(cell(row, column), form_);
  }
  /// Of a row, in the file.
  [[nodiscard]] std::int64_t line(std::size_t row) const { return lines_[row]; }
  [[nodiscard]] const std::vector<std::string>& assumed() const { return assumed_; }
  /// Throws DataError naming file and line of a row.
  [[noreturn]] void fail(std::size_t row, const std::string& problem) const;
  /// Throws DataError naming the file.
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  std::filesystem::path path_;
  CellForm form_;
  std::vector<std::string> header_;
  std::string text_;
  std::vector<std::uint64_t> ends_ = {0};
  std::vector<std::int64_t> lines_;
  std::vector<std::string> assumed_;
};

}  // namespace weft
