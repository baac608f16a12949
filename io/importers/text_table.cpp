#include "weft/io/importers/text_table.hpp"

#include <algorithm>
#include <utility>

#include "weft/core/error.hpp"

namespace weft {

TextTable::TextTable(const std::filesystem::path& path, const OnBadRow& on_bad_row, CellForm form, bool has_header)
    : path_(path), form_(std::move(form)) {
  DelimitedRows rows(path, has_header ? DelimitedRows::Header::expect : DelimitedRows::Header::keep);
  rows.join_lines();
  rows.expect_decimal_commas(form_.decimal == ',');
  std::vector<std::string_view> fields;
  while (rows.next(fields)) {
    while (!has_header && lines_.empty() && header_.size() < fields.size()) {
      header_.push_back(std::to_string(header_.size() + 1));
    }
    read_or_skip(on_bad_row, [&] {
      rows.expect_fields(fields, has_header ? rows.header().size() : header_.size());
      for (const std::string_view field : fields) {
        text_ += field;
        ends_.push_back(text_.size());
      }
      lines_.push_back(rows.line_number());
    });
  }
  header_ = has_header ? rows.header() : header_;
  std::vector<std::string> names = header_;
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
    fail(concat("has two columns '", *twice, "', expected names that differ"));
  }
  if (lines_.empty()) {
    fail(has_header ? "holds no rows below its header" : "holds no rows");
  }
  if (has_header &&
      std::ranges::any_of(header_, [](const std::string& name) { return parse_real(name).has_value(); })) {
    assumed_.push_back(
        concat("the first line of ", path.filename().string(), " is its header, though '",
               *std::ranges::find_if(header_, [](const std::string& name) { return parse_real(name).has_value(); }),
               "' in it is a number"));
  }
  if (rows.num_comments() > 0) {
    assumed_.push_back(concat(rows.num_comments(), rows.num_comments() == 1 ? " line" : " lines",
                              " behind the first row start with '#' or '%' and are passed over as comments, the first "
                              "is ",
                              path.filename().string(), ":", rows.first_comment()));
  }
}

namespace {

/// The numbers between commas, semicolons or blanks, and brackets around them or not; nothing if some are none.
bool read_list(std::string_view text, std::vector<std::string_view>& items) {
  items.clear();
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  constexpr std::string_view kBetween = ",; \t\n\r";
  for (std::size_t begin = text.find_first_not_of(kBetween); begin != std::string_view::npos;
       begin = text.find_first_not_of(kBetween, begin)) {
    const std::size_t end = std::min(text.find_first_of(kBetween, begin), text.size());
    items.push_back(text.substr(begin, end - begin));
    if (!parse_real(items.back())) {
      return false;
    }
    begin = end;
  }
  return items.size() > 1;
}

}  // namespace

void TextTable::split_lists(std::vector<std::string>& assumed) {
  // Of each column how many numbers its lists have; 1: they are no lists.
  std::vector<std::size_t> counts(num_columns(), 0);
  std::vector<std::string_view> items;
  bool has_any = false;
  for (std::size_t column = 0; column < num_columns(); ++column) {
    for (std::size_t row = 0; row < num_rows() && counts[column] != 1; ++row) {
      if (const std::string_view text = cell(row, column); !is_missing(row, column)) {
        const bool is_list = read_list(text, items) && (counts[column] == 0 || counts[column] == items.size());
        counts[column] = is_list ? items.size() : 1;
      }
    }
    counts[column] = std::max<std::size_t>(counts[column], 1);
    has_any = has_any || counts[column] > 1;
  }
  if (!has_any) {
    return;
  }
  TextTable apart(*this);
  apart.header_.clear();
  apart.text_.clear();
  apart.ends_ = {0};
  for (std::size_t column = 0; column < num_columns(); ++column) {
    if (counts[column] == 1) {
      apart.header_.push_back(header_[column]);
      continue;
    }
    assumed.push_back(concat("cells of '", header_[column], "' in ", path_.filename().string(), " are lists of ",
                             counts[column], " numbers, which are a column each"));
    for (std::size_t i = 0; i < counts[column]; ++i) {
      apart.header_.push_back(concat(header_[column], '_', i));
    }
  }
  for (std::size_t row = 0; row < num_rows(); ++row) {
    for (std::size_t column = 0; column < num_columns(); ++column) {
      const std::string_view text = cell(row, column);
      const bool is_list = counts[column] > 1 && read_list(text, items);
      for (std::size_t i = 0; i < counts[column]; ++i) {
        apart.text_ += counts[column] == 1 ? text : is_list ? items[i] : std::string_view();
        apart.ends_.push_back(apart.text_.size());
      }
    }
  }
  *this = std::move(apart);
}

void TextTable::fail(std::size_t row, const std::string& problem) const {
  throw DataError(path_.string(), "", concat("line ", lines_[row], ": ", problem));
}

void TextTable::fail(const std::string& problem) const {
  throw DataError(path_.string(), "", problem);
}

}  // namespace weft
