// Files as the C interface reads them: in a child process first, unless the caller trusts them.
#pragma once

#include <filesystem>

#include "weft/capi/weft.h"
#include "weft/core/parallel.hpp"

namespace weft::capi {

/// Runs `read` in a child process that `file` cannot bring down (io/isolation.hpp), with as much time as `sized` may
/// take. Throws what `read` throws there.
void rehearsed(const weft_call& call, const std::filesystem::path& file, const std::filesystem::path& sized,
               FunctionRef<void()> read);

/// Bytes as a file in memory, or where that has no room on disk, which lives as long as this.
class BytesAsFile {
 public:
  /// Throws ArgumentError for NULL that is not empty, OutputError if the system has no room.
  BytesAsFile(const void* bytes, std::size_t size);
  BytesAsFile(const BytesAsFile&) = delete;
  BytesAsFile& operator=(const BytesAsFile&) = delete;
  ~BytesAsFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace weft::capi
