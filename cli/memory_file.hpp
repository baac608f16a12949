// Text in memory under the name of a file, for readers of files.
#pragma once

#include <filesystem>
#include <string_view>

namespace weft::cli {

/// Readable by this process at path() while the object lives; nothing is left of it whatever ends the process.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text);
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  int descriptor_ = -1;
  std::filesystem::path path_;
};

}  // namespace weft::cli
