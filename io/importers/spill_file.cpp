#include "weft/io/importers/spill_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "weft/core/error.hpp"

namespace weft {

SpillFile::SpillFile(const std::filesystem::path& target) : target_(target.string()) {
  const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
  std::string name = (folder / ".weft-spill-XXXXXX").string();
  descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor_ < 0) {
    fail("no file can be made beside it", errno);
  }
  ::unlink(name.c_str());
}

SpillFile::~SpillFile() {
  ::close(descriptor_);
}

std::int64_t SpillFile::append(const void* data, std::int64_t bytes) {
  const std::int64_t start = bytes_;
  for (const auto* from = static_cast<const char*>(data); bytes > 0;) {
    const ssize_t written = ::pwrite(descriptor_, from, static_cast<std::size_t>(bytes), bytes_);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      fail("what does not fit in memory cannot be written beside it", errno);
    }
    from += written;
    bytes_ += written;
    bytes -= written;
  }
  return start;
}

void SpillFile::read(std::int64_t offset, void* data, std::int64_t bytes) const {
  for (auto* to = static_cast<char*>(data); bytes > 0;) {
    const ssize_t got = ::pread(descriptor_, to, static_cast<std::size_t>(bytes), offset);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      fail("what was written beside it cannot be read", got == 0 ? EIO : errno);
    }
    to += got;
    offset += got;
    bytes -= got;
  }
}

void SpillFile::fail(const char* what, int error) const {
  throw DataError(target_, "", concat(what, " (after ", bytes_, " bytes): ", std::generic_category().message(error)));
}

}  // namespace weft
