#include "weft/io/importers/column_values.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
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

/// Behind a time: nothing, Z, UTC, or how many hours and minutes it is ahead of UTC; in seconds.
std::optional<int> take_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "UTC" || text == " UTC") {
    return 0;
  }
  const bool is_ahead = text.front() == '+';
  if (!is_ahead && text.front() != '-') {
    return std::nullopt;
  }
  text.remove_prefix(1);
  const std::optional<int> hours = take_digits(text, 2, 2);
  take(text, ':');
  const std::optional<int> minutes = text.empty() ? std::optional(0) : take_digits(text, 2, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59 || !text.empty()) {
    return std::nullopt;
  }
  return (is_ahead ? 60 : -60) * (60 * *hours + *minutes);
}

/// Of "HH:MM", "HH:MM:SS" or "HH:MM:SS.f" and a zone, the seconds of the day in UTC.
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
  const std::optional<int> zone = take_zone(text);
  const bool is_time = minute && zone && *hour < 24 && *minute < 60 && second < 61.0;
  return is_time ? std::optional(*hour * 3600 + *minute * 60 + second - *zone) : std::nullopt;
}

std::string_view without_percent(std::string_view text) {
  return trimmed(text.substr(0, text.size() - 1));
}

struct CalendarDay {
  int year = 0, month = 0, day = 0;
};

/// YYYY-MM-DD, YYYY/MM/DD or DD.MM.YYYY, whether there is such a day or not.
std::optional<CalendarDay> take_day(std::string_view& text) {
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
  return is_year_first ? CalendarDay{*first, *month, *last} : CalendarDay{*last, *month, *first};
}

/// Days since 1970, and seconds of that day in UTC, which may lie before or behind it.
struct Moment {
  std::int64_t days = 0;
  double seconds = 0.0;
};

std::optional<Moment> moment_of(std::string_view text) {
  const std::optional<CalendarDay> day = take_day(text);
  if (!day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year(day->year),
                                         std::chrono::month(static_cast<unsigned>(day->month)),
                                         std::chrono::day(static_cast<unsigned>(day->day)));
  if (!date.ok()) {
    return std::nullopt;
  }
  Moment moment{.days = std::chrono::sys_days(date).time_since_epoch().count()};
  if (text.empty()) {
    return moment;
  }
  if (!take(text, 'T') && !take(text, ' ')) {
    return std::nullopt;
  }
  const std::optional<double> time = take_time(text);
  moment.seconds = time.value_or(0.0);
  return time ? std::optional(moment) : std::nullopt;
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
  const std::optional<Moment> moment = moment_of(text);
  return moment ? std::optional(static_cast<double>(moment->days) + moment->seconds / 86400) : std::nullopt;
}

std::optional<std::int64_t> seconds_of_date(std::string_view text, bool& is_cut) {
  const std::optional<Moment> moment = moment_of(text);
  if (!moment) {
    return std::nullopt;
  }
  const double whole = std::floor(moment->seconds);
  is_cut = whole != moment->seconds;
  return moment->days * 86400 + static_cast<std::int64_t>(whole);
}

bool has_form_of_date(std::string_view text) {
  return take_day(text) && (text.empty() || text.front() == 'T' || text.front() == ' ');
}

bool is_percentage(std::string_view text) {
  return text.size() > 1 && text.ends_with('%');
}

std::optional<double> value_of(ColumnKind kind, std::string_view text, const CellForm& form) {
  switch (kind) {
    case ColumnKind::number: {
      const std::optional<float> value = parse_real(is_percentage(text) ? without_percent(text) : text, form);
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
