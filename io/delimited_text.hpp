// Rows of fields from CSV, TSV or text in columns. Private.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/text_input.hpp"

namespace weft {

/// Blank lines and lines that start with '#' or '%' are skipped. The first row decides what separates
/// fields: tabs, else commas, else semicolons, else blanks. A field between double quotes may hold the
/// separator, and quotes written twice. The first row is a header, and is skipped, if it starts with a
/// word for a node (id, node, node_id, nodeid, source, src) or if it starts with a text and the second row with an
/// integer.
class DelimitedRows {
 public:
  /// keep: the first row is given, whatever it is.
  enum class Header { recognize, keep };
  explicit DelimitedRows(const std::filesystem::path& path, Header header = Header::recognize)
      : input_(path), header_(header) {}

  /// The fields of the next row, without blanks around them, valid until the next call; false at the end.
  [[nodiscard]] bool next(std::vector<std::string_view>& fields);
  /// Throws unless the row just given has `count` fields.
  void expect_fields(const std::vector<std::string_view>& fields, std::size_t count) const;
  /// A finite number of 32 bits in the row just given, or a DataError.
  [[nodiscard]] float parse_float(std::string_view field) const;
  /// Throws DataError naming file and line of the row just given.
  [[noreturn]] void fail(const std::string& problem) const { input_.fail_at(line_number_, problem); }

 private:
  struct Line {
    std::int64_t number = 0;
    std::string text;
  };
  [[nodiscard]] bool next_line(Line& line);
  void start();
  void split(std::vector<std::string_view>& fields);
  std::string_view unquoted(std::string_view rest, std::size_t& consumed);

  TextInput input_;
  Header header_;
  bool started_ = false;
  char separator_ = ' ';
  /// The first two rows, where they are still to be given.
  std::vector<Line> held_;
  Line line_;
  std::int64_t line_number_ = 0;
  /// Fields whose doubled quotes were resolved; a deque, so that none moves.
  std::deque<std::string> resolved_;
};

/// The non-negative integer that all of `text` spells, or -1.
[[nodiscard]] std::int64_t parse_id(std::string_view text);

}  // namespace weft
