// Rows of fields from CSV, TSV or text in columns. Private.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/importers/text_input.hpp"

namespace weft {

/// Divides lines into fields, as the first row of a file decides: by tabs, else commas, else semicolons, else blanks. A
/// field between double quotes may hold the separator, and quotes written twice; where DelimitedRows reads, ends of
/// lines too.
class FieldSplitter {
 public:
  FieldSplitter() = default;
  explicit FieldSplitter(std::string_view first_row);
  /// Fields without blanks around them; views of the line, and of `resolved`, to which fields with quotes written twice
  /// are added. False if a quoted field does not end.
  [[nodiscard]] bool split(std::string_view line, std::vector<std::string_view>& fields,
                           std::deque<std::string>& resolved) const;
  /// ' ' stands for any blanks.
  [[nodiscard]] char separator() const { return separator_; }

 private:
  char separator_ = ' ';
};

/// Whether a line holds no row: blank, or a comment, which starts with '#' or '%'.
[[nodiscard]] bool is_no_row(std::string_view line);

/// Whether the first of two rows, which start with these fields, is a header: it starts with a word for a node (id,
/// node, node_id, nodeid, source, src), or with a text before an integer. The second may be missing.
[[nodiscard]] bool is_header(std::string_view first, std::optional<std::string_view> second);

/// Rows as FieldSplitter divides them; lines that hold none are passed over, and the first row too if it is a header.
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
  [[noreturn]] void fail(const std::string& problem) const { fail_at(line_number_, problem); }
  [[noreturn]] void fail_at(std::int64_t line, const std::string& problem) const { input_.fail_at(line, problem); }
  /// Of the rows, once one was given; ' ' stands for any blanks.
  [[nodiscard]] char separator() const { return splitter_.separator(); }
  /// Of the row just given, from 1.
  [[nodiscard]] std::int64_t line_number() const { return line_number_; }

 private:
  struct Line {
    std::int64_t number = 0;
    std::string text;
  };
  [[nodiscard]] bool next_line(Line& line);
  /// Adds the lines that a quoted field goes on over, if it ends.
  void complete(Line& line);
  void start();
  void split(std::vector<std::string_view>& fields);

  TextInput input_;
  Header header_;
  bool started_ = false, splits_ = false;
  FieldSplitter splitter_;
  /// The first two rows, where they are still to be given.
  std::vector<Line> held_;
  Line line_;
  std::int64_t line_number_ = 0;
  /// Fields whose doubled quotes were resolved; a deque, so that none moves.
  std::deque<std::string> resolved_;
};

/// A finite number of 32 bits; too small for one is zero. Nothing if it is none.
[[nodiscard]] std::optional<float> parse_real(std::string_view text);

/// A space or a tab.
[[nodiscard]] inline bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
/// Without the blanks at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// The non-negative integer that all of `text` spells, or -1.
[[nodiscard]] std::int64_t parse_id(std::string_view text);

}  // namespace weft
