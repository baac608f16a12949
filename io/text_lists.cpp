#include "weft/io/text_lists.hpp"

#include <algorithm>

namespace weft {

std::string joined(const std::vector<std::string>& texts, char end) {
  std::string all;
  for (const std::string& text : texts) {
    all += text + end;
  }
  return all;
}

std::vector<std::string> parts_of(std::string_view text, char end) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t behind = std::min(text.find(end, begin), text.size());
    parts.emplace_back(text.substr(begin, behind - begin));
    begin = behind + 1;
  }
  return parts;
}

}  // namespace weft
