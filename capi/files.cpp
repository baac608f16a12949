#include "weft/capi/files.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "weft/core/error.hpp"
#include "weft/io/isolation.hpp"

namespace weft::capi {

void rehearsed(const weft_call& call, const std::filesystem::path& file, const std::filesystem::path& sized,
               FunctionRef<void()> read) {
  if (call.trusted == 0) {
    // The threads of this process are not there in the child.
    rehearse(
        file, [&] { on_this_thread(read); }, limits_for(sized));
  }
}

BytesAsFile::BytesAsFile(const void* bytes, std::size_t size) {
  require(bytes != nullptr || size == 0, "bytes is NULL, expected ", size, " of them");
  file_ = memfd_create("weft", MFD_CLOEXEC);
  const auto* at = static_cast<const char*>(bytes);
  for (std::size_t done = 0; file_ >= 0 && done < size;) {
    const ssize_t wrote = write(file_, at + done, size - done);
    if (wrote < 0 && errno != EINTR) {
      const int why = errno;
      close(file_);
      file_ = -1;
      errno = why;
    }
    done += wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
  }
  if (file_ < 0) {
    throw OutputError(concat("the bytes of a model cannot be kept as a file in memory: ", std::strerror(errno)));
  }
}

BytesAsFile::~BytesAsFile() {
  close(file_);
}

std::filesystem::path BytesAsFile::path() const {
  return "/proc/self/fd/" + std::to_string(file_);
}

}  // namespace weft::capi
