#include "weft/core/mapped_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "weft/core/error.hpp"

namespace weft {

std::int64_t resident_file_bytes() {
  static const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  char text[128] = {};
  if (file < 0 || ::pread(file, text, sizeof text - 1, 0) <= 0) {
    return std::numeric_limits<std::int64_t>::max();
  }
  // In pages: all, resident, resident of files, ...
  char* rest = text;
  std::int64_t pages = 0;
  for (int field = 0; field < 3; ++field) {
    pages = std::strtoll(rest, &rest, 10);
  }
  return pages * ::sysconf(_SC_PAGESIZE);
}

MappedFile::MappedFile(const std::filesystem::path& path, std::int64_t offset, std::int64_t bytes,
                       std::int64_t most_resident)
    : path_(path), end_(0), bytes_(bytes), most_resident_(most_resident) {
  require(offset >= 0 && bytes >= 0 && !__builtin_add_overflow(offset, bytes, &end_), "MappedFile: bytes ", offset,
          " and ", bytes, " more were asked for, expected numbers of at least 0 that do not pass 2^63");
  const auto fail = [&](const std::string& what) {
    if (file_ >= 0) {
      ::close(file_);
    }
    throw DataError(path.string(), "", what);
  };
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) {
    fail(std::string("cannot be opened: ") + std::strerror(errno));
  }
  struct stat now {};
  if (::fstat(file_, &now) != 0 || now.st_size < end_) {
    fail(concat("ends at byte ", now.st_size, ", expected ", end_, " or more"));
  }
  resident_at_start_ = resident_file_bytes();
  if (bytes == 0) {
    return;
  }
  const std::int64_t page = ::sysconf(_SC_PAGESIZE), before = offset % page;
  mapped_bytes_ = bytes + before;
  pages_ = ::mmap(nullptr, static_cast<std::size_t>(mapped_bytes_), PROT_READ, MAP_SHARED, file_, offset - before);
  if (pages_ == MAP_FAILED) {
    fail(std::string("cannot be mapped: ") + std::strerror(errno));
  }
  data_ = static_cast<const unsigned char*>(pages_) + before;
}

MappedFile::~MappedFile() {
  if (pages_ != nullptr) {
    ::munmap(pages_, static_cast<std::size_t>(mapped_bytes_));
  }
  ::close(file_);
}

void MappedFile::trim() const {
  struct stat now {};
  if (::fstat(file_, &now) != 0 || now.st_size < end_) {
    throw DataError(path_.string(), "",
                    concat("was cut to ", now.st_size, " bytes while it was read, expected ", end_));
  }
  if (pages_ != nullptr && resident_file_bytes() - resident_at_start_ > most_resident_) {
    ::madvise(pages_, static_cast<std::size_t>(mapped_bytes_), MADV_DONTNEED);
  }
}

void MappedFile::expect_random_reads() const {
  if (pages_ != nullptr) {
    ::madvise(pages_, static_cast<std::size_t>(mapped_bytes_), MADV_RANDOM);
  }
}

}  // namespace weft
