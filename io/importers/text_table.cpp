#include "weft/io/importers/text_table.hpp"

#include <algorithm>
#include <utility>

#include "weft/core/error.hpp"

namespace weft {

TextTable::TextTable(const std::filesystem::path& path, const OnBadRow& on_bad_row, CellForm form)
    : path_(path), form_(std::move(form)) {
  DelimitedRows rows(path, DelimitedRows::Header::expect);
  rows.join_lines();
  rows.expect_decimal_commas(form_.decimal == ',');
  std::vector<std::string_view> fields;
  while (rows.next(fields)) {
    read_or_skip(on_bad_row, [&] {
      rows.expect_fields(fields, rows.header().size());
      for (const std::string_view field : fields) {
        text_ += field;
        ends_.push_back(text_.size());
      }
      lines_.push_back(rows.line_number());
    });
  }
  header_ = rows.header();
  std::vector<std::string> names = header_;
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
    fail(concat("has two columns '", *twice, "', expected names that differ"));
  }
  if (lines_.empty()) {
    fail("holds no rows below its header");
  }
  if (std::ranges::any_of(header_, [](const std::string& name) { return parse_real(name).has_value(); })) {
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

void TextTable::fail(std::size_t row, const std::string& problem) const {
  throw DataError(path_.string(), "", concat("line ", lines_[row], ": ", problem));
}

void TextTable::fail(const std::string& problem) const {
  throw DataError(path_.string(), "", problem);
}

}  // namespace weft
