// The text of a file that holds a graph, and where in it something stands. Private.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

class GraphFile {
 public:
  /// Reads all of it, decompressed. Throws DataError if it cannot be read, or holds nothing.
  explicit GraphFile(const std::filesystem::path& path);
  /// One whose places are numbers of rows, and whose text is not read here.
  [[nodiscard]] static GraphFile of_rows(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  /// What messages call what a node or an edge has: an attribute, or a column of a row.
  [[nodiscard]] const char* word_for_values() const { return has_rows_ ? "column" : "attribute"; }
  /// Of a byte of the text, from 1; or the row itself.
  [[nodiscard]] std::int64_t line_of(std::size_t offset) const;
  /// "line 3, column 17", in characters; or "row 3".
  [[nodiscard]] std::string place_of(std::size_t offset) const;
  /// Throws DataError naming the file and the place.
  [[noreturn]] void fail(std::size_t offset, const std::string& problem) const;
  /// Throws DataError naming the file.
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  GraphFile() = default;

  std::filesystem::path path_;
  bool has_rows_ = false;
  std::string text_;
  /// Where lines begin.
  std::vector<std::size_t> line_at_ = {0};
};

}  // namespace weft
