// Lines of text from a file, plain or compressed (text_decoder.hpp), or from a pipe. Private.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace weft {

struct TextLimits {
  std::int64_t line_bytes = 1 << 24;
  /// Of what a compressed file holds: this much in any case, and this many times what was read of the file.
  std::int64_t content_bytes = std::int64_t{1} << 26;
  std::int64_t expansion = 256;
};

/// Some whole lines, with their ends.
struct TextBlock {
  std::string text;
  /// The number of the first line, from 1.
  std::int64_t first_line = 1;
};

/// Compression is recognized by the first bytes, not by the name. Damaged, truncated or overlong input is a
/// DataError naming the input and the line. The mark at the start of UTF-8 files is skipped; lines end in
/// LF or CR LF, or in CR where the file has no LF, the last one also without.
class TextInput {
 public:
  explicit TextInput(const std::filesystem::path& path, const TextLimits& limits = {});
  /// Reads, and does not close, what is open; errors call it `name`.
  TextInput(std::FILE* open, std::string name, const TextLimits& limits = {});
  TextInput(const TextInput&) = delete;
  TextInput& operator=(const TextInput&) = delete;
  ~TextInput();

  /// The next line without its end, valid until the next call; false at the end of the input.
  [[nodiscard]] bool next(std::string_view& line);
  /// The next lines, unchecked, about `bytes` of them but one at least; false at the end of the input.
  [[nodiscard]] bool next_lines(std::int64_t bytes, TextBlock& block);
  [[nodiscard]] bool is_compressed() const;
  /// Of the line that next() gave last, from 1.
  [[nodiscard]] std::int64_t line_number() const { return line_number_; }
  /// Throws DataError "NAME: line N: problem", of the last line or of the one given.
  [[noreturn]] void fail(const std::string& problem) const { fail_at(line_number_, problem); }
  [[noreturn]] void fail_at(std::int64_t line, const std::string& problem) const;

 private:
  class Source;
  void fill();
  /// Finds what ends lines in what is new from there on, and makes an LF of each CR if that is it.
  void unify_ends(std::size_t from);
  /// Throws DataError if so much content is more than so many bytes of the file may hold.
  void check_expansion(std::int64_t content, std::int64_t pulled) const;
  /// Decompresses the whole file at once, so that one that holds too much is refused before its lines are worked on.
  void look_ahead() const;

  std::string name_;
  /// Whether the file can be opened again.
  bool is_regular_ = false, looked_ahead_ = false;
  TextLimits limits_;
  std::unique_ptr<Source> source_;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool ended_ = false;
  /// Whether lines end in LF, with a CR before it or not, or in CR alone.
  enum class LineEnds { unknown, lf, cr } ends_ = LineEnds::unknown;
  std::int64_t content_ = 0;
  std::int64_t line_number_ = 0;
};

/// About how many bytes a text takes in memory, of which each byte becomes `factor`; 0 if it is no plain file, whose
/// size nobody knows, or the path is empty.
[[nodiscard]] std::int64_t memory_of_text(const std::filesystem::path& path, std::int64_t factor);

}  // namespace weft
