#include "weft/io/importers/graph_file.hpp"

#include <algorithm>
#include <limits>

#include "weft/core/error.hpp"
#include "weft/io/importers/text_input.hpp"

namespace weft {

GraphFile::GraphFile(const std::filesystem::path& path) : path_(path) {
  // Programs write a whole graph into one line.
  TextInput input(path, {.line_bytes = std::numeric_limits<std::int64_t>::max() / 2});
  constexpr std::int64_t kBlockBytes = 1 << 22;
  for (TextBlock block; input.next_lines(kBlockBytes, block);) {
    text_ += block.text;
  }
  if (text_.find_first_not_of(" \t\r\n") == std::string::npos) {
    fail("holds nothing, expected a graph");
  }
  for (std::size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n', end + 1)) {
    line_at_.push_back(end + 1);
  }
}

GraphFile GraphFile::of_rows(const std::filesystem::path& path) {
  GraphFile file;
  file.path_ = path;
  file.has_rows_ = true;
  return file;
}

std::int64_t GraphFile::line_of(std::size_t offset) const {
  if (has_rows_) {
    return static_cast<std::int64_t>(offset);
  }
  return std::ranges::upper_bound(line_at_, offset) - line_at_.begin();
}

std::string GraphFile::place_of(std::size_t offset) const {
  const std::int64_t line = line_of(offset);
  if (has_rows_) {
    return concat("row ", line);
  }
  const std::size_t begin = line_at_[static_cast<std::size_t>(line - 1)];
  const std::string_view before =
      std::string_view(text_).substr(begin, std::min(offset, text_.size()) - std::min(begin, text_.size()));
  const auto column =
      std::ranges::count_if(before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
  return concat("line ", line, ", column ", column + 1);
}

void GraphFile::fail(std::size_t offset, const std::string& problem) const {
  throw DataError(path_.string(), place_of(offset), problem);
}

void GraphFile::fail(const std::string& problem) const {
  throw DataError(path_.string(), "", problem);
}

}  // namespace weft
