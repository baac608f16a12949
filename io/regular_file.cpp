#include "weft/io/regular_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "weft/core/error.hpp"

namespace weft {

void throw_not_opened(const std::filesystem::path& path, int error) {
  const std::string problem = concat("cannot be opened: ", std::strerror(error));
  if (error == EMFILE || error == ENFILE) {
    throw std::runtime_error(concat(path.string(), ": ", problem));
  }
  throw DataError(path.string(), "", problem);
}

std::int64_t regular_file_bytes(const std::filesystem::path& path, std::string_view expected) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    throw_not_opened(path, errno);
  }
  if (!S_ISREG(status.st_mode)) {
    throw DataError(path.string(), "",
                    concat(S_ISDIR(status.st_mode) ? "is a folder" : "is not a regular file", ", expected ", expected));
  }
  return status.st_size;
}

}  // namespace weft
