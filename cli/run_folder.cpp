#include "weft/cli/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "weft/cli/console.hpp"
#include "weft/core/error.hpp"

namespace weft::cli {

RunFolder::RunFolder(const std::filesystem::path& path) : path_(path) {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  if (error || !std::filesystem::is_directory(path_)) {
    throw OutputError(concat(
        path_.string(), ": the run folder cannot be made: ", error ? error.message() : "a file of that name is there"));
  }
  lock_ = open((path_ / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) {
    throw OutputError(concat(path_.string(), ": the run folder cannot be written: ", std::strerror(errno)));
  }
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    close(lock_);
    throw OutputError(concat(path_.string(), ": ",
                             reason == EWOULDBLOCK ? "another run is using this folder; give this one its own with -o"
                                                   : std::strerror(reason)));
  }
}

RunFolder::~RunFolder() {
  close(lock_);
}

}  // namespace weft::cli
