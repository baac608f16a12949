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

#include "weft/io/importers/importers.hpp"
#include "weft/io/importers/text_input.hpp"

namespace weft {

/// Divides lines into fields, as the first row of a file decides: by tabs, else commas, else semicolons, else blanks;
/// by semicolons where all commas stand between digits. A field between double quotes may hold the separator, and
/// quotes written twice.
class FieldSplitter {
 public:
  FieldSplitter() = default;
  /// Commas between digits are not those that divide where decimals are written so.
  explicit FieldSplitter(std::string_view first_row, bool has_decimal_commas = false);
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

/// Whether the first of these rows is a header: it starts with a word for a node (id, node, node_id, nodeid, source,
/// src), or with a text before an integer; its first two fields are words for ids, ends of edges, labels and so on; or
/// from column `numbers_from` on it has texts alone and the row below a number.
[[nodiscard]] bool is_header(const std::vector<std::vector<std::string>>& rows, std::size_t numbers_from);

/// Whether a text stands for a value that is missing: empty, nan, NA, N/A, null, none or <NA>, in letters of any size.
[[nodiscard]] bool is_missing(std::string_view text);
/// Or, spelled the same, one of those that the form has.
[[nodiscard]] bool is_missing(std::string_view text, const CellForm& form);

/// Rows as FieldSplitter divides them; lines that hold none are passed over, and the first row too if it is a header.
class DelimitedRows {
 public:
  /// keep: the first row is given, whatever it is; expect: it is a header. numbers_from: as of is_header.
  enum class Header { recognize, keep, expect };
  explicit DelimitedRows(const std::filesystem::path& path, Header header = Header::recognize,
                         std::size_t numbers_from = kNoNumbers)
      : input_(path), header_(header), numbers_from_(numbers_from) {}
  static constexpr std::size_t kNoNumbers = static_cast<std::size_t>(-1);

  /// Before the first row.
  void expect_decimal_commas(bool has_decimal_commas) { has_decimal_commas_ = has_decimal_commas; }
  /// From now on a quoted field may hold ends of lines, which are read as they are.
  void join_lines() { joins_lines_ = true; }
  /// The fields of the next row, without blanks around them, valid until the next call; false at the end.
  [[nodiscard]] bool next(std::vector<std::string_view>& fields);
  /// Throws unless the row just given has `count` fields.
  void expect_fields(std::vector<std::string_view>& fields, std::size_t count) const;
  /// A finite number of 32 bits in the row just given, or a DataError.
  [[nodiscard]] float parse_float(std::string_view field, const CellForm& form) const;
  /// Throws DataError naming file and line of the row just given.
  [[noreturn]] void fail(const std::string& problem) const { fail_at(line_number_, problem); }
  [[noreturn]] void fail_at(std::int64_t line, const std::string& problem) const { input_.fail_at(line, problem); }
  /// Of the rows, once one was given; ' ' stands for any blanks.
  [[nodiscard]] char separator() const { return splitter_.separator(); }
  /// The fields of the header that was passed over, after the first call of next(); empty: there is none.
  [[nodiscard]] const std::vector<std::string>& header() const { return header_fields_; }
  /// Lines behind the first row that are passed over as comments, as far as rows were given: how many, and the first.
  [[nodiscard]] std::int64_t num_comments() const { return num_comments_; }
  [[nodiscard]] std::int64_t first_comment() const { return first_comment_; }
  /// Of the row just given, from 1.
  [[nodiscard]] std::int64_t line_number() const { return line_number_; }

 private:
  struct Line {
    std::int64_t number = 0;
    std::string text;
  };
  [[nodiscard]] bool next_line(Line& line, bool is_first = false);
  void start();
  void split(std::vector<std::string_view>& fields);
  void join(Line& line);

  TextInput input_;
  Header header_;
  std::size_t numbers_from_;
  std::vector<std::string> header_fields_;
  std::int64_t num_comments_ = 0, first_comment_ = 0;
  bool started_ = false, joins_lines_ = false, has_decimal_commas_ = false;
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
/// The same of "1,5", where '.' is nothing that a number holds.
[[nodiscard]] std::optional<float> parse_real_with_comma(std::string_view text);
/// Either, as the form has it.
[[nodiscard]] inline std::optional<float> parse_real(std::string_view text, const CellForm& form) {
  return form.decimal == ',' ? parse_real_with_comma(text) : parse_real(text);
}
/// How a cell that is no number could be read after all, for the end of a sentence.
[[nodiscard]] std::string advice_on_number(std::string_view text, const CellForm& form);

/// A space or a tab.
[[nodiscard]] inline bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
/// Without the blanks at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Without ".0", ".00" and so on at the end, as tables write integers that were read as real numbers.
[[nodiscard]] std::string_view without_zeros(std::string_view text);

/// The non-negative integer that all of `text` spells, or -1.
[[nodiscard]] std::int64_t parse_id(std::string_view text);

}  // namespace weft
