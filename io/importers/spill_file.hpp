// What does not fit in memory while a file is made: bytes in a file without a name, beside that one. Private.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace weft {

/// The room is given back when this ends, however it ends. Every error is a DataError naming `target`.
class SpillFile {
 public:
  explicit SpillFile(const std::filesystem::path& target);
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;
  ~SpillFile();

  /// At the end of the file; returns where that was.
  std::int64_t append(const void* data, std::int64_t bytes);
  /// May be called by several threads at once, for bytes that were appended.
  void read(std::int64_t offset, void* data, std::int64_t bytes) const;
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

 private:
  [[noreturn]] void fail(const char* what, int error) const;

  std::string target_;
  int descriptor_ = -1;
  std::int64_t bytes_ = 0;
};

}  // namespace weft
