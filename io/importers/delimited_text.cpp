#include "weft/io/importers/delimited_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/io/importers/column_values.hpp"
#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/grouped_digits.hpp"
#include "weft/io/utf8.hpp"

namespace weft {
namespace {

constexpr std::array<std::string_view, 6> kHeaderWords = {"id", "node", "node_id", "nodeid", "source", "src"};

/// Whether all commas outside of quotes stand between digits, as in numbers.
bool may_have_decimal_commas_only(std::string_view line) {
  const auto is_digit = [line](std::size_t at) { return at < line.size() && line[at] >= '0' && line[at] <= '9'; };
  bool is_quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    is_quoted = is_quoted != (line[i] == '"');
    if (line[i] == ',' && !is_quoted && (i == 0 || !is_digit(i - 1) || !is_digit(i + 1))) {
      return false;
    }
  }
  return true;
}

char separator_of(std::string_view line, bool has_decimal_commas) {
  if (line.find('\t') == std::string_view::npos && may_have_decimal_commas_only(line)) {
    if (line.find(';') != std::string_view::npos) {
      return ';';
    }
    if (has_decimal_commas && line.find(' ') != std::string_view::npos) {
      return ' ';
    }
  }
  for (const char c : {'\t', ',', ';'}) {
    if (line.find(c) != std::string_view::npos) {
      return c;
    }
  }
  return ' ';
}

/// The text of the quoted field at the start of `rest`, which ends at `consumed`; nothing if it does not end.
std::optional<std::string> unquoted(std::string_view rest, std::size_t& consumed) {
  std::string text;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] != '"') {
      text.push_back(rest[i]);
    } else if (i + 1 < rest.size() && rest[i + 1] == '"') {
      text.push_back('"');
      ++i;
    } else {
      consumed = i + 1;
      return text;
    }
  }
  return std::nullopt;
}

bool is_header_word(std::string_view field) {
  std::string word(field);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::find(kHeaderWords.begin(), kHeaderWords.end(), word) != kHeaderWords.end();
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::string_view without_zeros(std::string_view text) {
  const std::size_t point = text.find_last_not_of('0');
  const bool has_zeros = point != std::string_view::npos && point > 0 && text[point] == '.' && point + 1 < text.size();
  return has_zeros ? text.substr(0, point) : text;
}

std::int64_t parse_id(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size() && value >= 0;
  // "007" and "7" are different names.
  return whole && (text.size() == 1 || text.front() != '0') && text.front() != '-' ? value : -1;
}

std::optional<float> parse_real(std::string_view text) {
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') {
    text.remove_prefix(1);
  }
  float value = 0.0F;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    double wide = 0.0;
    const auto [wide_end, wide_error] = std::from_chars(text.data(), text.data() + text.size(), wide);
    if (wide_error == std::errc() && wide_end == text.data() + text.size() && std::abs(wide) < 1.0) {
      return static_cast<float>(wide);
    }
  }
  const bool is_whole = error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
  return is_whole ? std::optional(value) : std::nullopt;
}

std::optional<float> parse_real_with_comma(std::string_view text) {
  constexpr std::size_t kMost = 64;
  if (text.size() > kMost || text.find('.') != std::string_view::npos) {
    return std::nullopt;
  }
  std::array<char, kMost> plain{};
  std::ranges::replace_copy(text, plain.begin(), ',', '.');
  return parse_real(std::string_view(plain.data(), text.size()));
}

std::string advice_on_number(std::string_view text, const CellForm& form) {
  const bool has_comma = form.decimal == ',';
  const std::string plain = without_thousands(text);
  const bool is_ambiguous = !has_comma && parse_real_with_comma(text);
  if (!plain.empty() && !(has_comma && parse_real_with_comma(text))) {
    return concat("it looks like a number with separators of thousands, expected ", plain, " in the file",
                  is_ambiguous && !form.is_fixed ? ", or --decimal , if it is a small one" : "");
  }
  if (text.ends_with('%') && parse_real(trimmed(text.substr(0, text.size() - 1)), form)) {
    return "expected a number without '%' in the file";
  }
  if (form.is_fixed) {
    return "mend it there";
  }
  if (has_comma ? parse_real(text) : parse_real_with_comma(text)) {
    return concat("--decimal ", has_comma ? '.' : ',', " reads it as one");
  }
  if (text.size() > 40 || text.find_first_of(",\"") != std::string_view::npos) {
    return "mend it in the file";
  }
  return concat("--missing", text.starts_with('-') ? "=" : " ", '"', text, "\" takes it for a missing value");
}

bool is_no_row(std::string_view line) {
  const std::string_view content = trimmed(line);
  return content.empty() || content.front() == '#' || content.front() == '%';
}

bool is_header(const std::vector<std::vector<std::string>>& rows, std::size_t numbers_from) {
  if (rows.empty() || rows.front().empty()) {
    return false;
  }
  const std::vector<std::string>& first = rows.front();
  if (is_header_word(first.front()) ||
      are_header_words({first.begin(), first.begin() + std::min<std::ptrdiff_t>(2, std::ssize(first))})) {
    return true;
  }
  if (rows.size() < 2 || rows[1].empty()) {
    return false;
  }
  const std::vector<std::string>& second = rows[1];
  if (parse_id(first.front()) < 0 && parse_id(second.front()) >= 0 && !parse_real(first.front())) {
    return true;
  }
  if (first.size() != second.size() || numbers_from >= first.size()) {
    return false;
  }
  const auto from = static_cast<std::ptrdiff_t>(numbers_from);
  const auto is_number = [](const std::string& field) {
    return parse_real(field).has_value() || parse_real_with_comma(field).has_value() || has_form_of_date(field);
  };
  const auto is_text = [&](const std::string& field) { return !is_missing(field) && !is_number(field); };
  return std::all_of(first.begin() + from, first.end(), is_text) &&
         std::any_of(second.begin() + from, second.end(), is_number);
}

bool is_missing(std::string_view text) {
  if (text.size() > 4) {
    return false;
  }
  std::string word(text);
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::array<std::string_view, 7> kMissing = {"", "nan", "na", "n/a", "null", "none", "<na>"};
  return std::ranges::find(kMissing, word) != kMissing.end();
}

bool is_missing(std::string_view text, const CellForm& form) {
  return is_missing(text) || std::ranges::find(form.missing, text) != form.missing.end();
}

FieldSplitter::FieldSplitter(std::string_view first_row, bool has_decimal_commas)
    : separator_(separator_of(first_row, has_decimal_commas)) {}

namespace {

/// Without what ends a line, and blanks that are no tabs.
std::string_view without_ends(std::string_view line) {
  constexpr std::string_view kEnds = " \r\n\v\f";
  const std::size_t begin = std::min(line.find_first_not_of(kEnds), line.size());
  const std::size_t last = line.find_last_not_of(kEnds);
  return line.substr(begin, last == std::string_view::npos ? 0 : last + 1 - begin);
}

}  // namespace

bool FieldSplitter::split(std::string_view line, std::vector<std::string_view>& fields,
                          std::deque<std::string>& resolved) const {
  fields.clear();
  // A tab at the end divides the last field, which is empty, from the one before.
  std::string_view rest = separator_ == '\t' ? without_ends(line) : trimmed(line);
  while (true) {
    while (!rest.empty() && is_blank(rest.front()) && rest.front() != separator_) {
      rest.remove_prefix(1);
    }
    std::size_t end = 0;
    if (!rest.empty() && rest.front() == '"') {
      std::optional<std::string> text = unquoted(rest, end);
      if (!text) {
        return false;
      }
      fields.push_back(resolved.emplace_back(std::move(*text)));
      end = separator_ == ' ' ? rest.find_first_of(" \t", end) : rest.find(separator_, end);
    } else {
      end = separator_ == ' ' ? rest.find_first_of(" \t") : rest.find(separator_);
      fields.push_back(trimmed(rest.substr(0, end)));
    }
    if (end == std::string_view::npos) {
      return true;
    }
    rest.remove_prefix(end + 1);
    if (separator_ == ' ') {
      rest = trimmed(rest);
    }
  }
}

bool DelimitedRows::next_line(Line& line, bool is_first) {
  std::string_view text;
  while (input_.next(text)) {
    if (is_no_row(text)) {
      if (!is_first && !trimmed(text).empty()) {
        first_comment_ = num_comments_++ == 0 ? input_.line_number() : first_comment_;
      }
      continue;
    }
    line.number = input_.line_number();
    line.text.assign(text);
    if (joins_lines_) {
      join(line);
    }
    if (!is_utf8(line.text)) {
      input_.fail("is not valid UTF-8");
    }
    return true;
  }
  return false;
}

void DelimitedRows::join(Line& line) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 24;
  const auto ends = [this](const std::string& text) {
    std::vector<std::string_view> fields;
    resolved_.clear();
    return (started_ && held_.empty() ? splitter_ : FieldSplitter(text, has_decimal_commas_))
        .split(text, fields, resolved_);
  };
  // A field that does not end has an odd number of quotes behind it; only then is it worth a look.
  std::int64_t quotes = std::ranges::count(line.text, '"');
  std::string_view more;
  while (quotes % 2 != 0 && line.text.size() < kMostBytes && !ends(line.text) && input_.next(more)) {
    do {
      quotes += std::ranges::count(more, '"');
      line.text += '\n';
      line.text += more;
    } while (quotes % 2 != 0 && line.text.size() < kMostBytes && input_.next(more));
  }
}

void DelimitedRows::start() {
  started_ = true;
  for (Line line; held_.size() < 2 && next_line(line, held_.empty());) {
    held_.push_back(line);
  }
  if (held_.empty()) {
    return;
  }
  splitter_ = FieldSplitter(held_.front().text, has_decimal_commas_);
  std::vector<std::vector<std::string>> first;
  for (const Line& line : held_) {
    line_ = line;
    line_number_ = line_.number;
    std::vector<std::string_view> fields;
    split(fields);
    first.emplace_back(fields.begin(), fields.end());
  }
  std::reverse(held_.begin(), held_.end());
  if (header_ == Header::expect || (header_ == Header::recognize && is_header(first, numbers_from_))) {
    header_fields_ = std::move(first.front());
    while (splitter_.separator() == '\t' && header_fields_.size() > 1 && header_fields_.back().empty()) {
      header_fields_.pop_back();
    }
    held_.pop_back();
  }
}

bool DelimitedRows::next(std::vector<std::string_view>& fields) {
  if (!started_) {
    start();
  }
  if (!held_.empty()) {
    line_ = std::move(held_.back());
    held_.pop_back();
  } else if (!next_line(line_)) {
    return false;
  }
  line_number_ = line_.number;
  split(fields);
  return true;
}

void DelimitedRows::split(std::vector<std::string_view>& fields) {
  resolved_.clear();
  if (!splitter_.split(line_.text, fields, resolved_)) {
    fail("a quoted field does not end");
  }
}

void DelimitedRows::expect_fields(std::vector<std::string_view>& fields, std::size_t count) const {
  while (splitter_.separator() == '\t' && fields.size() > count && fields.back().empty()) {
    fields.pop_back();
  }
  if (fields.size() != count) {
    fail(concat("has ", fields.size(), " fields, expected ", count));
  }
}

float DelimitedRows::parse_float(std::string_view field, const CellForm& form) const {
  const std::optional<float> value = parse_real(field, form);
  if (!value) {
    const bool has_comma = form.decimal == ',';
    fail(concat("'", field.substr(0, 40), "' is not a finite number of 32 bits",
                (has_comma ? parse_real(field) : parse_real_with_comma(field))
                    ? concat("; ", advice_on_number(field, form))
                    : std::string("; --nodes reads tables of other cells")));
  }
  return *value;
}

}  // namespace weft
