#include "weft/io/importers/grouped_digits.hpp"

#include <algorithm>

#include "weft/io/importers/delimited_text.hpp"

namespace weft {

std::string without_thousands(std::string_view text) {
  constexpr std::size_t kMost = 64;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string plain;
  if (text.empty() || text.size() > kMost || parse_real(text)) {
    return plain;
  }
  const std::size_t sign = text.front() == '-' || text.front() == '+' ? 1 : 0;
  const std::size_t first = std::min(text.find_first_not_of("0123456789", sign), text.size());
  constexpr std::size_t kGroup = 3;
  if (first == text.size() || first == sign || first > sign + kGroup) {
    return plain;
  }
  const char separator = text[first];
  if (separator != ',' && separator != '.' && separator != '\'' && separator != ' ') {
    return plain;
  }
  plain = text.substr(0, first);
  std::size_t at = first;
  for (; at < text.size() && text[at] == separator; at += kGroup + 1) {
    const std::string_view group = text.substr(at + 1, kGroup);
    if (group.size() < kGroup || !std::ranges::all_of(group, is_digit)) {
      return "";
    }
    plain += group;
  }
  const std::string_view rest = text.substr(at);
  const bool is_fraction = !rest.empty() && (rest.front() == ',' || rest.front() == '.') && rest.front() != separator &&
                           std::ranges::all_of(rest.substr(1), is_digit);
  return rest.empty() || is_fraction ? plain.append(rest) : std::string();
}

}  // namespace weft
