// The nodes or the edges of a graph with their attributes, as they are read of a file: a table whose columns appear as
// they come. Private.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weft/io/importers/graph_file.hpp"

namespace weft {

class ElementTable {
 public:
  /// `element`: what messages call one of them.
  ElementTable(const GraphFile& file, std::string element) : file_(file), element_(std::move(element)) {}

  /// The next element, which stands there in the file.
  void begin(std::size_t offset);
  /// Of the last element. An attribute that it has already is a list: its further values are NAME[1], NAME[2], ...
  /// Throws DataError where there are too many attributes.
  void set(std::string_view name, std::string_view value);
  /// As set(), unless the last element has it already.
  void set_default(std::string_view name, std::string_view value);

  [[nodiscard]] std::size_t num_rows() const { return offset_.size(); }
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  /// How many elements have it.
  [[nodiscard]] std::size_t num_present(std::size_t column) const { return present_[column]; }
  [[nodiscard]] std::optional<std::size_t> find_column(std::string_view name) const;
  /// All cells of an element: nothing where it lacks an attribute. Views as long as nothing is added.
  void row(std::size_t row, std::vector<std::optional<std::string_view>>& cells) const;
  /// All cells of an attribute.
  [[nodiscard]] std::vector<std::optional<std::string_view>> column(std::size_t column) const;
  /// Where an element stands.
  [[nodiscard]] std::size_t offset(std::size_t row) const { return offset_[row]; }
  [[noreturn]] void fail(std::size_t row, const std::string& problem) const { file_.fail(offset_[row], problem); }

 private:
  /// Ends where the next one begins.
  struct Cell {
    std::uint64_t begin;
    std::uint32_t column;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::uint32_t place_of(std::string_view name);
  [[nodiscard]] std::string_view text_of(std::size_t cell) const;

  const GraphFile& file_;
  std::string element_;
  std::vector<std::string> columns_;
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> column_of_;
  /// Of each column: elements that have it, the last of them from 1, and how many values that one has.
  std::vector<std::size_t> present_, last_row_, repeats_;
  std::string text_;
  std::vector<Cell> cells_;
  std::vector<std::size_t> first_cell_, offset_;
};

}  // namespace weft
