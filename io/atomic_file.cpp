#include "weft/io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <set>
#include <system_error>

#include "weft/core/error.hpp"
#include "weft/io/unfinished_files.hpp"

namespace weft {
namespace {

std::string message_of(int error) {
  return std::generic_category().message(error);
}

// The folder's entry for the renamed file must reach the disk too. Some file systems refuse to flush a
// folder (EINVAL); there the rename is as durable as they make it.
int flush_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    return errno == EACCES ? 0 : errno;
  }
  const int error = ::fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
  ::close(descriptor);
  return error;
}

/// The files of this process that are being written. Never freed: a process may end while threads still write.
struct Unfinished {
  std::mutex mutex;
  std::set<std::filesystem::path> files;
};
Unfinished& unfinished() {
  static auto& all = *new Unfinished;
  return all;
}

void set_unfinished(const std::filesystem::path& file, bool is_unfinished) {
  const std::lock_guard lock(unfinished().mutex);
  if (is_unfinished) {
    unfinished().files.insert(file);
  } else {
    unfinished().files.erase(file);
  }
}

// Once for each folder: some hold many files, and checkpoints are written every few seconds.
void remove_unfinished_once(const std::filesystem::path& folder) {
  static std::mutex mutex;
  static std::set<std::filesystem::path> cleared;
  {
    const std::lock_guard lock(mutex);
    if (!cleared.insert(folder).second) {
      return;
    }
  }
  remove_unfinished(folder);
}

}  // namespace

AtomicFile::AtomicFile(const std::filesystem::path& target) : target_(target), destination_(target) {
  if (target.empty() || target.filename().empty()) {
    throw DataError(target.string(), "", "cannot be written: not a file name");
  }
  std::error_code error;
  if (std::filesystem::is_symlink(target, error)) {
    destination_ = std::filesystem::weakly_canonical(target, error);
    if (error) {
      fail("cannot be resolved", error.value());
    }
  }
  struct stat existing {};
  const bool exists = ::stat(destination_.c_str(), &existing) == 0;
  if (exists && !S_ISREG(existing.st_mode)) {
    throw DataError(target.string(), "",
                    S_ISDIR(existing.st_mode) ? "cannot be written: it is a folder, expected a file name"
                                              : "cannot be replaced: it is not a regular file");
  }
  const std::filesystem::path folder = destination_.has_parent_path() ? destination_.parent_path() : ".";
  remove_unfinished_once(folder);
  // Names of processes that died may be taken; one in a thousand numbers will be free.
  for (int attempt = 0; descriptor_ < 0 && attempt < 1000; ++attempt) {
    temporary_ = folder / unfinished_name();
    descriptor_ = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno != EEXIST) {
      break;
    }
  }
  if (descriptor_ < 0) {
    fail("cannot be created", errno);
  }
  set_unfinished(temporary_, true);
  if (exists) {
    // Best effort: the owner of the folder need not own the file.
    static_cast<void>(::fchmod(descriptor_, existing.st_mode & 07777));
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
    set_unfinished(temporary_, false);
  }
}

void AtomicFile::write(std::string_view bytes) {
  require(descriptor_ >= 0, "AtomicFile: write after commit");
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      fail("cannot be written", errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void AtomicFile::commit() {
  require(descriptor_ >= 0, "AtomicFile: commit twice");
  if (::fsync(descriptor_) != 0) {
    fail("cannot be flushed", errno);
  }
  if (::rename(temporary_.c_str(), destination_.c_str()) != 0) {
    fail("cannot be renamed", errno);
  }
  set_unfinished(temporary_, false);
  ::close(descriptor_);
  descriptor_ = -1;
  if (const int error = flush_folder(destination_.has_parent_path() ? destination_.parent_path() : "."); error != 0) {
    fail("folder cannot be flushed", error);
  }
}

void AtomicFile::fail(std::string_view operation, int error) const {
  throw DataError(target_.string(), "", concat(operation, ": ", message_of(error)));
}

void remove_temporary_files() noexcept {
  const std::lock_guard lock(unfinished().mutex);
  for (const std::filesystem::path& file : unfinished().files) {
    ::unlink(file.c_str());
  }
}

void write_file_atomically(const std::filesystem::path& target, std::string_view bytes) {
  AtomicFile file(target);
  file.write(bytes);
  file.commit();
}

}  // namespace weft
