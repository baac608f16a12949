#include "weft/io/importers/header_guess.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "weft/io/importers/delimited_text.hpp"

namespace weft {

bool is_like_no_other(const std::vector<std::vector<std::string>>& rows, std::span<const std::size_t> columns) {
  constexpr std::size_t kLeastRows = 4;
  const auto reaches = [&](const std::vector<std::string>& row) {
    return std::ranges::all_of(columns, [&](std::size_t column) { return column < row.size(); });
  };
  if (rows.size() < kLeastRows || columns.empty() || !reaches(rows.front()) ||
      std::ranges::any_of(columns, [&](std::size_t column) {
        const std::string& text = rows.front()[column];
        return is_missing(text) || parse_real(text) || parse_real_with_comma(text);
      })) {
    return false;
  }
  std::unordered_map<std::string_view, std::int64_t> counts;
  for (const std::vector<std::string>& row : rows) {
    for (const std::size_t column : columns) {
      if (column < row.size()) {
        ++counts[row[column]];
      }
    }
  }
  const auto is_alone = [&](const std::vector<std::string>& row) {
    return reaches(row) &&
           std::ranges::all_of(columns, [&](std::size_t column) { return counts.at(row[column]) == 1; });
  };
  // Where other rows are alone too, as all of a matching are, that says nothing.
  const auto alone = std::ranges::count_if(rows.begin() + 1, rows.end(), is_alone);
  return is_alone(rows.front()) && 4 * alone <= std::ssize(rows) - 1;
}

}  // namespace weft
