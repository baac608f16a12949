#include "weft/cli/partial_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "weft/core/error.hpp"
#include "weft/io/atomic_file.hpp"

namespace weft::cli {

PartialFile::PartialFile(const std::filesystem::path& target)
    : target_(target), part_(concat(target.string(), ".part")), from_(concat(part_.string(), ".from")) {}

PartialFile::~PartialFile() {
  close();
}

std::int64_t PartialFile::size() const {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(part_, error);
  return error ? 0 : static_cast<std::int64_t>(bytes);
}

Origin PartialFile::origin() const {
  Origin origin;
  std::ifstream in(from_);
  std::getline(in, origin.address);
  std::getline(in, origin.validator);
  return origin;
}

void PartialFile::open(std::int64_t keep, const Origin& origin) {
  close();
  descriptor_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor_ < 0) {
    fail("cannot be made", errno);
  }
  // Before what is there is said to be another's.
  if (ftruncate(descriptor_, keep) != 0 || lseek(descriptor_, keep, SEEK_SET) != keep) {
    fail("cannot be written", errno);
  }
  writing([&] { write_file_atomically(from_, concat(origin.address, "\n", origin.validator, "\n")); });
}

void PartialFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      fail("cannot be written", errno);
    }
    bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
}

void PartialFile::close() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    descriptor_ = -1;
  }
}

void PartialFile::drop() {
  close();
  std::error_code error;
  std::filesystem::remove(part_, error);
  std::filesystem::remove(from_, error);
}

void PartialFile::publish() {
  close();
  const int file = ::open(part_.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 || fsync(file) != 0) {
    const int error = errno;
    ::close(file);
    fail("cannot be flushed", error);
  }
  ::close(file);
  std::error_code error;
  std::filesystem::rename(part_, target_, error);
  if (error) {
    fail("cannot be renamed", error.value());
  }
  std::filesystem::remove(from_, error);
}

void PartialFile::fail(std::string_view operation, int error) const {
  throw OutputError(concat(part_.string(), ": ", operation, ": ", std::strerror(error)));
}

}  // namespace weft::cli
