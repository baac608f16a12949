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

/// Bytes as a file that lives as long as this.
class BytesAsFile {
 public:
  /// Throws ArgumentError for NULL that is not empty, OutputError if the system has no room.
  BytesAsFile(const void* bytes, std::size_t size);
  BytesAsFile(const BytesAsFile&) = delete;
  BytesAsFile& operator=(const BytesAsFile&) = delete;
  ~BytesAsFile();

  [[nodiscard]] std::filesystem::path path() const;

 private:
  int file_ = -1;
};

}  // namespace weft::capi
