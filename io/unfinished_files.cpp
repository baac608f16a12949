#include "weft/io/unfinished_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/random.hpp"
#include "weft/io/text_lists.hpp"

namespace weft {
namespace {

constexpr std::string_view kBegin = ".weft-", kEnd = ".part";
constexpr std::time_t kSecondsOfADay = 24 * 60 * 60;

/// Changes when the machine starts again, and differs between containers, whose process numbers overlap.
const std::string& this_machine() {
  static const std::string kName = [] {
    std::error_code error;
    std::string text = std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
    std::ifstream boot("/proc/sys/kernel/random/boot_id");
    text.append(std::istreambuf_iterator<char>(boot), {});
    std::uint64_t bits = 0;
    for (const char letter : text) {
      bits = mixed_bits(bits ^ static_cast<unsigned char>(letter));
    }
    char name[24];
    std::snprintf(name, sizeof name, "%08x", static_cast<unsigned>(bits));
    return std::string(name);
  }();
  return kName;
}

/// When a process of this machine began, in ticks since the machine did; 0 if there is no such process.
std::uint64_t start_of(std::int64_t process) {
  std::ifstream file(concat("/proc/", process, "/stat"));
  const std::string text(std::istreambuf_iterator<char>(file), {});
  // Number, name in parentheses, and from there on the third field; the start is the 22nd.
  const std::size_t behind = text.rfind(')');
  const std::vector<std::string> fields =
      parts_of(behind == std::string::npos ? std::string_view() : std::string_view(text).substr(behind + 1), ' ');
  constexpr std::size_t kStart = 20;
  std::uint64_t start = 0;
  if (fields.size() > kStart) {
    std::from_chars(fields[kStart].data(), fields[kStart].data() + fields[kStart].size(), start);
  }
  return start;
}

template <class Number>
std::optional<Number> number_in(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

bool lives(std::int64_t process) {
  return process > 0 && (::kill(static_cast<pid_t>(process), 0) == 0 || errno == EPERM);
}

/// Whether the file of that name is nobody's any more. Files of earlier versions say a process and a number alone.
bool is_left(const std::filesystem::path& path, std::string_view name) {
  const std::vector<std::string> parts =
      parts_of(name.substr(kBegin.size(), name.size() - kBegin.size() - kEnd.size()), '-');
  const bool is_former = parts.size() == 2;
  const auto process = parts.size() == 4 ? number_in<std::int64_t>(parts[1])
                       : is_former       ? number_in<std::int64_t>(parts[0])
                                         : std::nullopt;
  if (!process) {
    return false;
  }
  if (is_former) {
    return !lives(*process);
  }
  if (parts[0] == this_machine()) {
    return number_in<std::uint64_t>(parts[2]) != start_of(*process);
  }
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && std::time(nullptr) - status.st_mtime > kSecondsOfADay;
}

}  // namespace

std::string unfinished_name() {
  static std::atomic<std::uint64_t> counter{0};
  const pid_t process = ::getpid();
  return concat(kBegin, this_machine(), "-", process, "-", start_of(process), "-", counter++, kEnd);
}

void remove_unfinished(const std::filesystem::path& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.size() > kBegin.size() + kEnd.size() && name.starts_with(kBegin) && name.ends_with(kEnd) &&
        is_left(at->path(), name)) {
      ::unlink(at->path().c_str());
    }
  }
}

}  // namespace weft
