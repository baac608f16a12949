#include "weft/capi/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "weft/core/error.hpp"
#include "weft/io/isolation.hpp"

namespace weft::capi {
namespace {

/// 0, or why it cannot be written.
int written(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t wrote = write(file, content.data(), content.size());
    if (wrote < 0 && errno != EINTR) {
      return errno;
    }
    content.remove_prefix(wrote > 0 ? static_cast<std::size_t>(wrote) : 0);
  }
  return 0;
}

}  // namespace

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
  const std::string_view content(static_cast<const char*>(bytes), size);
  // HDF5 opens a file by its name, and by no other than its own: what has none, as memfd_create makes it, will not do.
  int why = 0;
  for (const char* folder : {"/dev/shm", "/tmp"}) {
    std::string name = concat(folder, "/weft-XXXXXX");
    const int file = mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) {
      why = errno;
      continue;
    }
    why = written(file, content);
    close(file);
    if (why == 0) {
      path_ = name;
      return;
    }
    unlink(name.c_str());
  }
  throw OutputError(concat("the bytes of a model cannot be kept as a file: ", std::strerror(why)));
}

BytesAsFile::~BytesAsFile() {
  unlink(path_.c_str());
}

}  // namespace weft::capi
