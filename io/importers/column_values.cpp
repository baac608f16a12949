#include "weft/io/importers/column_values.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <span>

#include "weft/io/importers/delimited_text.hpp"

namespace weft {
namespace {

std::string in_lower_case(std::string_view text) {
  std::string word(text);
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return word;
}

/// Takes that many digits from the front of `text`, at least `least`.
std::optional<int> take_digits(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t count = 0;
  int value = 0;
  while (count < most && count < text.size() && text[count] >= '0' && text[count] <= '9') {
    value = 10 * value + (text[count++] - '0');
  }
  text.remove_prefix(count);
  return count < least ? std::nullopt : std::optional(value);
}

bool take(std::string_view& text, char c) {
  const bool is_there = text.starts_with(c);
  text.remove_prefix(is_there ? 1 : 0);
  return is_there;
}

/// Of "HH:MM", "HH:MM:SS" or "HH:MM:SS.f", with a Z behind it or not, as a part of a day.
std::optional<double> take_time(std::string_view text) {
  const std::optional<int> hour = take_digits(text, 1, 2);
  if (!hour || !take(text, ':')) {
    return std::nullopt;
  }
  const std::optional<int> minute = take_digits(text, 2, 2);
  double second = 0.0;
  if (take(text, ':')) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto [stop, error] = std::from_chars(text.data(), text.data() + end, second);
    if (error != std::errc() || stop != text.data() + end) {
      return std::nullopt;
    }
    text.remove_prefix(end);
  }
  take(text, 'Z');
  const bool is_time = minute && *hour < 24 && *minute < 60 && second < 61.0 && text.empty();
  return is_time ? std::optional((*hour * 3600 + *minute * 60 + second) / 86400) : std::nullopt;
}

}  // namespace

std::optional<double> flag_value(std::string_view text) {
  if (text.size() > 5) {
    return std::nullopt;
  }
  const std::string word = in_lower_case(text);
  for (const char* yes : {"true", "yes", "t", "y"}) {
    if (word == yes) {
      return 1.0;
    }
  }
  for (const char* no : {"false", "no", "f", "n"}) {
    if (word == no) {
      return 0.0;
    }
  }
  return std::nullopt;
}

std::optional<double> date_value(std::string_view text) {
  // The first part is a year, or a day with a point behind it.
  const std::size_t sign = text.find_first_not_of("0123456789");
  if (sign == std::string_view::npos || (sign != 4 && sign != 1 && sign != 2)) {
    return std::nullopt;
  }
  const char separator = text[sign];
  const bool is_year_first = sign == 4;
  if (is_year_first ? separator != '-' && separator != '/' : separator != '.') {
    return std::nullopt;
  }
  const std::optional<int> first = take_digits(text, 1, 4);
  take(text, separator);
  const std::optional<int> month = take_digits(text, 1, 2);
  if (!first || !month || !take(text, separator)) {
    return std::nullopt;
  }
  const std::optional<int> last = is_year_first ? take_digits(text, 1, 2) : take_digits(text, 4, 4);
  if (!last) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year(is_year_first ? *first : *last),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(is_year_first ? *last : *first)));
  if (!date.ok()) {
    return std::nullopt;
  }
  const auto days = static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
  if (text.empty()) {
    return days;
  }
  if (!take(text, 'T') && !take(text, ' ')) {
    return std::nullopt;
  }
  const std::optional<double> time = take_time(text);
  return time ? std::optional(days + *time) : std::nullopt;
}

std::optional<double> value_of(ColumnKind kind, std::string_view text, const CellForm& form) {
  switch (kind) {
    case ColumnKind::number: {
      const std::optional<float> value = parse_real(text, form);
      return value ? std::optional(double{*value}) : std::nullopt;
    }
    case ColumnKind::flag:
      return text == "1" ? std::optional(1.0) : text == "0" ? std::optional(0.0) : flag_value(text);
    case ColumnKind::date:
      return date_value(text);
    case ColumnKind::category:
    case ColumnKind::text:
      break;
  }
  return std::nullopt;
}

std::vector<std::string> words_of(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<std::string> words;
  std::string word;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ' ';
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower >= 'a' && lower <= 'z') || is_digit(lower)) {
      word.push_back(lower);
      continue;
    }
    if (word.size() >= 2 && !std::all_of(word.begin(), word.end(), is_digit)) {
      words.push_back(word);
    }
    word.clear();
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace weft
