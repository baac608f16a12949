// A file that is being fetched: FILE.part beside it, which the next attempt goes on with, and FILE.part.from, which
// says of what it is a part.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace weft::cli {

/// Where the bytes came from, and what the server calls that state of them: an ETag, or the time of the last change.
struct Origin {
  std::string address, validator;
};

class PartialFile {
 public:
  /// `target`: the whole file's name; nothing is made yet.
  explicit PartialFile(const std::filesystem::path& target);
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile();

  [[nodiscard]] const std::filesystem::path& path() const { return part_; }
  /// How many bytes are there.
  [[nodiscard]] std::int64_t size() const;
  [[nodiscard]] Origin origin() const;

  /// Opens it for what follows its first `keep` bytes, and says whose they are. Throws OutputError.
  void open(std::int64_t keep, const Origin& origin);
  void write(std::string_view bytes);
  void close();
  /// Removes all that was fetched.
  void drop();
  /// Flushes it and gives it the name of the whole file.
  void publish();

 private:
  [[noreturn]] void fail(std::string_view operation, int error) const;

  std::filesystem::path target_, part_, from_;
  int descriptor_ = -1;
};

}  // namespace weft::cli
