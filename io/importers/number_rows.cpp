#include "weft/io/importers/number_rows.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "weft/core/error.hpp"
#include "weft/io/importers/delimited_text.hpp"

namespace weft {
namespace {

std::string_view without_plus(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
}

bool parse(std::string_view text, std::int64_t& value) {
  text = without_plus(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_nan(std::string_view text) {
  return text.empty() || text == "nan" || text == "NaN" || text == "NAN";
}

}  // namespace

bool NumberRows::next() {
  std::string_view line;
  while (input_.next(line)) {
    line = trimmed(line);
    // A row of one column that may be missing is an empty line, which only the caller can tell; see ogb.
    if (line.empty()) {
      continue;
    }
    split(line);
    if (expected_ >= 0 && cols() != expected_) {
      fail(concat("has ", cols(), " columns, expected ", expected_, " as in the rows before"));
    }
    expected_ = cols();
    return true;
  }
  return false;
}

void NumberRows::split(std::string_view line) {
  fields_.clear();
  if (line.find(',') != std::string_view::npos) {
    for (std::size_t end = 0; end != std::string_view::npos; line.remove_prefix(std::min(end + 1, line.size()))) {
      end = line.find(',');
      fields_.push_back(trimmed(line.substr(0, end)));
    }
    return;
  }
  while (!line.empty()) {
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    fields_.push_back(line.substr(0, end));
    line = trimmed(line.substr(end));
  }
}

void NumberRows::expect_cols(std::int64_t count) const {
  if (cols() != count) {
    fail(concat("has ", cols(), " columns, expected ", count));
  }
}

std::int64_t NumberRows::integer(std::int64_t column) const {
  std::int64_t value = 0;
  if (!parse(field(column), value)) {
    fail(concat("'", field(column).substr(0, 40), "' is not an integer of 64 bits"));
  }
  return value;
}

bool NumberRows::is_integer(std::int64_t column) const {
  std::int64_t value = 0;
  return parse(field(column), value);
}

std::int64_t NumberRows::integer(std::int64_t column, const char* what, std::int64_t lowest,
                                 std::int64_t highest) const {
  const std::int64_t value = integer(column);
  if (value < lowest || value > highest) {
    fail(concat(what, " ", value, ", expected ", lowest, " to ", highest));
  }
  return value;
}

float NumberRows::real(std::int64_t column, NotANumber nan) const {
  const std::string_view text = without_plus(field(column));
  if (nan == NotANumber::allowed && is_nan(text)) {
    return std::numeric_limits<float>::quiet_NaN();
  }
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool tiny = error == std::errc::result_out_of_range && std::abs(value) < 1.0;
  if ((error != std::errc() && !tiny) || end != text.data() + text.size() || text.empty() ||
      !(std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max()))) {
    fail(concat("'", field(column).substr(0, 40), "' is not a finite number of 32 bits"));
  }
  return static_cast<float>(value);
}

}  // namespace weft
