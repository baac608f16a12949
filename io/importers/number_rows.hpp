// Rows of numbers from text without a header. Private.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/importers/text_input.hpp"

namespace weft {

enum class NotANumber { refused, allowed };

/// Numbers between commas or blanks, the same count in every row; lines that are blank are passed over.
/// Everything else is a DataError naming file, line and field.
class NumberRows {
 public:
  explicit NumberRows(TextInput& input) : input_(input) {}

  /// Goes to the next row; false at the end.
  [[nodiscard]] bool next();
  /// Of the row just given, and of all.
  [[nodiscard]] std::int64_t cols() const { return static_cast<std::int64_t>(fields_.size()); }
  [[nodiscard]] std::int64_t integer(std::int64_t column) const;
  /// An integer in [lowest, highest] that `what` names.
  [[nodiscard]] std::int64_t integer(std::int64_t column, const char* what, std::int64_t lowest,
                                     std::int64_t highest) const;
  /// An empty field is NaN where that is allowed.
  [[nodiscard]] float real(std::int64_t column, NotANumber nan = NotANumber::refused) const;
  [[nodiscard]] bool is_integer(std::int64_t column) const;
  [[nodiscard]] std::string_view field(std::int64_t column) const { return fields_[static_cast<std::size_t>(column)]; }
  void expect_cols(std::int64_t count) const;
  [[noreturn]] void fail(const std::string& problem) const { input_.fail(problem); }

 private:
  void split(std::string_view line);

  TextInput& input_;
  std::vector<std::string_view> fields_;
  std::int64_t expected_ = -1;
};

}  // namespace weft
