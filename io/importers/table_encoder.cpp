#include "weft/io/importers/table_encoder.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/grouped_digits.hpp"

namespace weft {
namespace {

using Counts = std::unordered_map<std::string_view, std::int64_t>;

std::string named(const std::string& column) {
  return concat("column '", column, "'");
}

[[noreturn]] void fail_kind(const TextTable& table, std::size_t row, const std::string& column, std::string_view cell,
                            ColumnKind kind) {
  table.fail(row, concat("'", cell.substr(0, 40), "' in ", named(column), " is no ", name_of(kind), "; ",
                         advice_on_number(cell, table.form())));
}

/// Cells of one column, in passes that are each linear.
class ColumnReader {
 public:
  ColumnReader(const TextTable& table, std::size_t column) : table_(table), column_(column) {
    for (std::size_t row = 0; row < table.num_rows(); ++row) {
      num_missing_ += is_missing(row) ? 1 : 0;
    }
  }

  [[nodiscard]] std::string_view cell(std::size_t row) const { return table_.cell(row, column_); }
  [[nodiscard]] bool is_missing(std::size_t row) const { return table_.is_missing(row, column_); }
  [[nodiscard]] std::int64_t num_missing() const { return num_missing_; }
  [[nodiscard]] std::int64_t num_present() const { return static_cast<std::int64_t>(table_.num_rows()) - num_missing_; }

  [[nodiscard]] bool are_all(ColumnKind kind) const {
    for (std::size_t row = 0; row < table_.num_rows(); ++row) {
      if (!is_missing(row) && !value_of(kind, cell(row), table_.form())) {
        return false;
      }
    }
    return true;
  }

  [[nodiscard]] Counts counts() const {
    Counts counts;
    for (std::size_t row = 0; row < table_.num_rows(); ++row) {
      if (!is_missing(row)) {
        ++counts[cell(row)];
      }
    }
    return counts;
  }

  /// Nothing if the column says nothing that can be guessed.
  [[nodiscard]] std::optional<ColumnKind> guessed(std::string& why_not) const {
    if (num_present() == 0) {
      why_not = "all of its cells are missing";
      return std::nullopt;
    }
    // Before flags, so that 0 and 1 stay numbers.
    for (const ColumnKind kind : {ColumnKind::number, ColumnKind::flag, ColumnKind::date}) {
      if (are_all(kind)) {
        return kind;
      }
    }
    const auto distinct = static_cast<std::int64_t>(counts().size());
    constexpr std::int64_t kFew = 20, kMany = 1000;
    if (distinct <= kFew ? distinct * 2 <= num_present() || distinct <= 2
                         : distinct <= kMany && distinct * 10 <= num_present()) {
      return ColumnKind::category;
    }
    std::int64_t blanks = 0;
    for (std::size_t row = 0; row < table_.num_rows(); ++row) {
      blanks += std::ranges::count(cell(row), ' ');
    }
    if (blanks >= num_present()) {
      return ColumnKind::text;
    }
    why_not = concat("it has ", distinct, " different texts in ", num_present(), " cells");
    return std::nullopt;
  }

  /// Where nearly all cells are numbers, flags or dates: which is none, and what reads it. Otherwise empty.
  [[nodiscard]] std::string odd_text() const {
    if (const std::optional<std::size_t> row = thousands()) {
      const std::string_view text = cell(*row);
      return concat("its cells look like numbers with separators of thousands, as '", text.substr(0, 40), "' in line ",
                    table_.line(*row), ", expected ", without_thousands(text), " in the file",
                    parse_real_with_comma(text) ? " (or --decimal , if they are small ones)" : "");
    }
    for (const ColumnKind kind : {ColumnKind::number, ColumnKind::flag, ColumnKind::date}) {
      if (const std::optional<OddCells> odd = few_odd(kind, table_.form())) {
        return concat(odd->count, " of its ", num_present(), odd->count == 1 ? " cells is no " : " cells are no ",
                      name_of(kind), odd->count == 1 ? ", '" : "s, the first '", cell(odd->row).substr(0, 40),
                      "' in line ", table_.line(odd->row), " (",
                      kind == ColumnKind::number ? advice_on_number(cell(odd->row), table_.form())
                      : table_.form().is_fixed   ? std::string("mend it in the file")
                                                 : std::string("--missing takes texts for missing values"),
                      ")");
      }
    }
    const bool has_comma = table_.form().decimal == ',';
    if (few_odd(ColumnKind::number, {.missing = {}, .decimal = has_comma ? '.' : ','})) {
      std::size_t row = 0;
      while (is_missing(row)) {
        ++row;
      }
      return concat("its cells look like numbers with decimal ", has_comma ? "points" : "commas", ", as '",
                    cell(row).substr(0, 40), "' in line ", table_.line(row), " (--decimal ", has_comma ? '.' : ',',
                    " reads them so)");
    }
    return "";
  }

  /// How many cells end in '%'.
  [[nodiscard]] std::int64_t num_percentages() const {
    std::int64_t count = 0;
    for (std::size_t row = 0; row < table_.num_rows(); ++row) {
      count += !is_missing(row) && is_percentage(cell(row)) ? 1 : 0;
    }
    return count;
  }

  [[nodiscard]] double mean(ColumnKind kind) const {
    double sum = 0.0;
    for (std::size_t row = 0; row < table_.num_rows(); ++row) {
      if (is_missing(row)) {
        continue;
      }
      const std::optional<double> value = value_of(kind, cell(row), table_.form());
      if (!value) {
        fail_kind(table_, row, table_.header()[column_], cell(row), kind);
      }
      sum += *value;
    }
    return num_present() == 0 ? 0.0 : sum / static_cast<double>(num_present());
  }

  /// The words of most cells.
  [[nodiscard]] std::vector<std::string> words(std::size_t most) const {
    std::unordered_map<std::string, std::int64_t> counts;
    for (std::size_t row = 0; row < table_.num_rows(); ++row) {
      if (!is_missing(row)) {
        for (std::string& word : words_of(cell(row))) {
          ++counts[std::move(word)];
        }
      }
    }
    return most_frequent(counts, most);
  }

  /// In the order of their letters; of equally frequent ones the first by letters.
  template <class Map>
  [[nodiscard]] static std::vector<std::string> most_frequent(const Map& counts, std::size_t most) {
    std::vector<std::pair<std::int64_t, std::string_view>> order;
    for (const auto& [text, count] : counts) {
      order.emplace_back(-count, text);
    }
    std::ranges::sort(order);
    order.resize(std::min(order.size(), most));
    std::vector<std::string> kept;
    for (const auto& [count, text] : order) {
      kept.emplace_back(text);
    }
    std::ranges::sort(kept);
    return kept;
  }

 private:
  /// The first cell whose groups of three digits are set apart, if all are such or plain numbers.
  [[nodiscard]] std::optional<std::size_t> thousands() const {
    std::optional<std::size_t> first;
    for (std::size_t row = 0; row < table_.num_rows(); ++row) {
      if (is_missing(row) || value_of(ColumnKind::number, cell(row), table_.form())) {
        continue;
      }
      if (without_thousands(cell(row)).empty()) {
        return std::nullopt;
      }
      first = first ? first : std::optional(row);
    }
    return first;
  }

  struct OddCells {
    std::int64_t count = 0;
    std::size_t row = 0;
  };
  /// The cells that are not of a kind, if at least two and three of four are.
  [[nodiscard]] std::optional<OddCells> few_odd(ColumnKind kind, const CellForm& form) const {
    const std::int64_t most = std::min(num_present() / 4, num_present() - 2);
    OddCells odd;
    for (std::size_t row = 0; row < table_.num_rows() && odd.count <= most; ++row) {
      if (!is_missing(row) && !value_of(kind, cell(row), form)) {
        odd.row = odd.count++ == 0 ? row : odd.row;
      }
    }
    return odd.count <= most ? std::optional(odd) : std::nullopt;
  }

  const TextTable& table_;
  std::size_t column_;
  std::int64_t num_missing_ = 0;
};

ColumnCode code_of(const ColumnReader& reader, std::string name, ColumnKind kind, const FitOptions& options) {
  ColumnCode code{.name = std::move(name), .kind = kind};
  code.has_missing = reader.num_missing() > 0;
  if (kind == ColumnKind::category) {
    const Counts counts = reader.counts();
    code.values = ColumnReader::most_frequent(counts, options.categories);
    code.has_others = counts.size() > code.values.size();
    const std::vector<std::string> first = ColumnReader::most_frequent(counts, 1);
    code.most_frequent = first.empty() ? "" : first.front();
  } else if (kind == ColumnKind::text) {
    code.values = reader.words(options.words);
  } else {
    code.mean = reader.mean(kind);
  }
  return code;
}

std::string sentence_of(const ColumnCode& code, const ColumnReader& reader, bool is_guessed) {
  std::string what;
  if (is_guessed) {
    what = code.kind == ColumnKind::category ? concat(" is a category of ", reader.counts().size(), " values")
           : code.kind == ColumnKind::text   ? concat(" is a text, of which ", code.values.size(), " words count")
                                             : concat(" is a ", name_of(code.kind));
  }
  if (const std::int64_t count = code.kind == ColumnKind::number ? reader.num_percentages() : 0; count > 0) {
    what += concat(what.empty() ? ": " : ", ", count, " of its ", reader.num_present(),
                   count == 1 ? " cells is a percentage, read" : " cells are percentages, read", " without '%'");
  }
  if (code.has_missing) {
    what += concat(what.empty() ? ": " : ", ", reader.num_missing(), " missing");
    if (code.kind == ColumnKind::category) {
      what += concat(" are '", code.most_frequent, "'");
    } else if (code.kind != ColumnKind::text) {
      what += concat(" are the mean ", code.mean);
    }
    what += concat(" and marked in '", code.name, "=missing'");
  }
  return what;
}

}  // namespace

std::int64_t ColumnCode::width() const {
  const bool has_value = kind != ColumnKind::category && kind != ColumnKind::text;
  return static_cast<std::int64_t>(values.size()) + (has_value ? 1 : 0) + (has_others ? 1 : 0) + (has_missing ? 1 : 0);
}

std::int64_t TableEncoder::width() const {
  return std::accumulate(columns_.begin(), columns_.end(), std::int64_t{0},
                         [](std::int64_t sum, const ColumnCode& code) { return sum + code.width(); });
}

std::vector<std::string> TableEncoder::names() const {
  std::vector<std::string> names;
  for (const ColumnCode& code : columns_) {
    if (code.kind != ColumnKind::category && code.kind != ColumnKind::text) {
      names.push_back(code.name);
    }
    for (const std::string& value : code.values) {
      names.push_back(concat(code.name, code.kind == ColumnKind::text ? "~" : "=", value));
    }
    if (code.has_others) {
      names.push_back(concat(code.name, "=(other)"));
    }
    if (code.has_missing) {
      names.push_back(concat(code.name, "=missing"));
    }
  }
  // A column may be called as the value of another.
  std::set<std::string_view> seen;
  for (std::string& name : names) {
    while (seen.contains(name)) {
      name += "'";
    }
    seen.insert(name);
  }
  return names;
}

std::vector<std::pair<std::string, ColumnKind>> kinds_of(std::span<const std::string> texts, std::string_view option) {
  std::vector<std::pair<std::string, ColumnKind>> kinds;
  for (const std::string& text : texts) {
    const std::size_t sign = text.rfind('=');
    const std::optional<ColumnKind> kind =
        sign == std::string::npos ? std::nullopt : value_named<ColumnKind>(text.substr(sign + 1));
    require(kind.has_value(), option, " is '", text, "', expected COLUMN=number, category, flag, date or text");
    kinds.emplace_back(text.substr(0, sign), *kind);
  }
  return kinds;
}

TableEncoder fitted_encoder(const TextTable& table, std::span<const std::size_t> columns, const FitOptions& options,
                            std::vector<std::string>& assumed) {
  std::vector<ColumnCode> codes;
  for (const std::size_t column : columns) {
    const std::string& name = table.header()[column];
    if (name.empty()) {
      // An index, mostly; and nothing could find it in other tables.
      assumed.push_back(concat("column ", column + 1, " has no name, and is not read"));
      continue;
    }
    const ColumnReader reader(table, column);
    const auto given = options.kinds.find(name);
    std::string why_not;
    const std::optional<ColumnKind> kind =
        given != options.kinds.end() ? std::optional(given->second) : reader.guessed(why_not);
    const bool is_guess = given == options.kinds.end();
    const bool may_be_odd = is_guess && (!kind || kind == ColumnKind::category || kind == ColumnKind::text);
    const std::string odd = may_be_odd ? reader.odd_text() : "";
    if (!kind) {
      assumed.push_back(concat(named(name), " is not read: ", why_not, odd.empty() ? "" : "; ", odd, " (--kind ", name,
                               "=category or text reads it)"));
      continue;
    }
    codes.push_back(code_of(reader, name, *kind, options));
    if (const std::string said = sentence_of(codes.back(), reader, is_guess); !said.empty()) {
      assumed.push_back(concat(named(name), said, odd.empty() ? "" : "; ", odd));
    }
  }
  return TableEncoder(std::move(codes), table.form());
}

RowEncoder::RowEncoder(const TableEncoder& encoder, const TextTable& table) : table_(table) {
  std::string lacking;
  std::unordered_map<std::string_view, std::size_t> place_of;
  for (std::size_t column = 0; column < table.num_columns(); ++column) {
    place_of.emplace(table.header()[column], column);
  }
  for (const ColumnCode& code : encoder.columns()) {
    const auto found = place_of.find(code.name);
    if (found == place_of.end()) {
      lacking += concat(lacking.empty() ? "" : ", ", code.name);
      continue;
    }
    Column column{.code = &code, .place = found->second};
    for (const std::string& value : code.values) {
      column.value_at.emplace(value, static_cast<std::int64_t>(column.value_at.size()));
    }
    columns_.push_back(std::move(column));
  }
  if (!lacking.empty()) {
    table.fail(concat("lacks columns that the encoder reads: ", lacking));
  }
}

void RowEncoder::encode(std::size_t row, std::span<float> to) {
  std::ranges::fill(to, 0.0F);
  for (Column& column : columns_) {
    const auto width = static_cast<std::size_t>(column.code->width());
    encode_cell(column, row, to.first(width));
    to = to.subspan(width);
  }
}

void RowEncoder::encode_cell(Column& column, std::size_t row, std::span<float> to) {
  const ColumnCode& code = *column.code;
  std::string_view text = table_.cell(row, column.place);
  const bool is_none = table_.is_missing(row, column.place);
  if (is_none) {
    if (code.has_missing) {
      to.back() = 1.0F;
    } else {
      column.first_missing = column.num_missing++ == 0 ? table_.line(row) : column.first_missing;
    }
  }
  if (code.kind == ColumnKind::text) {
    if (is_none) {
      return;
    }
    for (const std::string& word : words_of(text)) {
      if (const auto found = column.value_at.find(word); found != column.value_at.end()) {
        to[static_cast<std::size_t>(found->second)] = 1.0F;
      }
    }
    return;
  }
  if (code.kind != ColumnKind::category) {
    const std::optional<double> value = is_none ? std::optional(code.mean) : value_of(code.kind, text, table_.form());
    if (!value) {
      fail_kind(table_, row, code.name, text, code.kind);
    }
    to.front() = static_cast<float>(*value);
    return;
  }
  text = is_none ? std::string_view(code.most_frequent) : text;
  if (const auto found = column.value_at.find(text); found != column.value_at.end()) {
    to[static_cast<std::size_t>(found->second)] = 1.0F;
  } else if (code.has_others) {
    to[code.values.size()] = 1.0F;
  } else if (!is_none) {
    column.unknown = column.num_unknown == 0 ? std::string(text) : column.unknown;
    column.first_unknown = column.num_unknown++ == 0 ? table_.line(row) : column.first_unknown;
  }
}

void RowEncoder::encode_missing(std::span<float> to) const {
  std::ranges::fill(to, 0.0F);
  for (const Column& column : columns_) {
    const ColumnCode& code = *column.code;
    const auto width = static_cast<std::size_t>(code.width());
    const std::span<float> own = to.first(width);
    to = to.subspan(width);
    if (const auto found = column.value_at.find(code.most_frequent); code.kind == ColumnKind::category) {
      if (found != column.value_at.end()) {
        own[static_cast<std::size_t>(found->second)] = 1.0F;
      }
    } else if (code.kind != ColumnKind::text) {
      own.front() = static_cast<float>(code.mean);
    }
    if (code.has_missing) {
      own.back() = 1.0F;
    }
  }
}

std::vector<std::string> RowEncoder::assumed() const {
  std::vector<std::string> sentences;
  for (const Column& column : columns_) {
    if (column.num_unknown > 0) {
      sentences.push_back(concat(named(column.code->name), ": ", column.num_unknown,
                                 column.num_unknown == 1 ? " cell has" : " cells have",
                                 " a category that the encoder does not know, the first is '",
                                 column.unknown.substr(0, 40), "' in line ", column.first_unknown));
    }
    if (column.num_missing > 0) {
      sentences.push_back(concat(
          named(column.code->name), ": ", column.num_missing, column.num_missing == 1 ? " cell is" : " cells are",
          " missing, which none was when the encoder was made, the first in line ", column.first_missing));
    }
  }
  return sentences;
}

}  // namespace weft
