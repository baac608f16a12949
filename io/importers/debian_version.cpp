// The order of Debian versions (Debian Policy 5.6.12): [epoch:]upstream[-revision], each part compared by
// turns as text, in which '~' is before the end and letters before all else, and as numbers.
#include <algorithm>
#include <string_view>

#include "weft/io/importers/debian_importer.hpp"

namespace weft {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int rank_of(std::string_view text, std::size_t i) {
  if (i >= text.size() || is_digit(text[i])) {
    return 0;
  }
  const char c = text[i];
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return c == '~' ? -1 : letter ? c : static_cast<unsigned char>(c) + 256;
}

std::string_view number_at(std::string_view text, std::size_t& i) {
  while (i < text.size() && text[i] == '0') {
    ++i;
  }
  const std::size_t begin = i;
  while (i < text.size() && is_digit(text[i])) {
    ++i;
  }
  return text.substr(std::min(begin, text.size()), i - begin);
}

int compare_part(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    while ((i < a.size() && !is_digit(a[i])) || (j < b.size() && !is_digit(b[j]))) {
      if (const int x = rank_of(a, i), y = rank_of(b, j); x != y) {
        return x - y;
      }
      ++i, ++j;
    }
    const std::string_view x = number_at(a, i), y = number_at(b, j);
    if (x.size() != y.size()) {
      return x.size() < y.size() ? -1 : 1;
    }
    if (const int order = x.compare(y); order != 0) {
      return order;
    }
  }
  return 0;
}

}  // namespace

int compare_debian_versions(std::string_view a, std::string_view b) {
  const auto epoch_of = [](std::string_view& version) {
    const std::size_t colon = version.find(':');
    const std::string_view epoch = colon == std::string_view::npos ? "" : version.substr(0, colon);
    version.remove_prefix(colon == std::string_view::npos ? 0 : colon + 1);
    return epoch;
  };
  const auto revision_of = [](std::string_view& version) {
    const std::size_t dash = version.rfind('-');
    const std::string_view revision = dash == std::string_view::npos ? "" : version.substr(dash + 1);
    version = version.substr(0, dash);
    return revision;
  };
  if (const int order = compare_part(epoch_of(a), epoch_of(b)); order != 0) {
    return order;
  }
  const std::string_view revision_a = revision_of(a), revision_b = revision_of(b);
  const int order = compare_part(a, b);
  return order != 0 ? order : compare_part(revision_a, revision_b);
}

}  // namespace weft
