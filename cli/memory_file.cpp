#include "weft/cli/memory_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace weft::cli {
namespace {

[[noreturn]] void fail(int error) {
  throw std::system_error(error, std::generic_category(), "a file in memory");
}

}  // namespace

MemoryFile::MemoryFile(std::string_view text) : descriptor_(memfd_create("weft", MFD_CLOEXEC)) {
  if (descriptor_ < 0) {
    fail(errno);
  }
  path_ = "/proc/self/fd/" + std::to_string(descriptor_);
  while (!text.empty()) {
    const ssize_t written = write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      const int error = errno;
      close(descriptor_);
      fail(error);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

MemoryFile::~MemoryFile() {
  close(descriptor_);
}

}  // namespace weft::cli
