// Files that appear under their name only when they are whole: written beside it, flushed, renamed.
#pragma once

#include <filesystem>
#include <string_view>

#include "weft/core/error.hpp"

namespace weft {

/// A file being written. Unless commit() returns, the target is left as it was and the temporary file is
/// removed; what killed processes left in the folder goes too (unfinished_files.hpp). Every error is a DataError naming
/// the target. A symbolic link at the target is followed, and the permissions of a file that is replaced are kept.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& target);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::string_view bytes);
  /// Flushes the file, renames it, and flushes the folder.
  void commit();

  [[nodiscard]] const std::filesystem::path& target() const { return target_; }
  /// Where the bytes are until then, for writers that open files by name.
  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }

 private:
  [[noreturn]] void fail(std::string_view operation, int error) const;

  std::filesystem::path target_;
  std::filesystem::path destination_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

/// Removes what files that are being written have written until now: for a process that ends without their destructors.
void remove_temporary_files() noexcept;

/// All of `bytes` as the new content of `target`.
void write_file_atomically(const std::filesystem::path& target, std::string_view bytes);

/// Runs `write`; a DataError that it throws, which names a file that was to be written, becomes an OutputError.
template <class Write>
decltype(auto) writing(Write&& write) {
  try {
    return write();
  } catch (const DataError& error) {
    throw OutputError(error.what());
  }
}

}  // namespace weft
