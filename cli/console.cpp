#include "weft/cli/console.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace weft::cli {

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw OutputError(concat("standard output: ", std::strerror(errno)));
  }
}

void print_json(const Json& object) {
  // Names in a dataset may hold bytes that are not UTF-8; JSON may not.
  print(object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void say(bool quiet, std::string_view text) {
  if (!quiet) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
  }
}

std::string one_line(std::string_view text) {
  std::string result(text);
  std::ranges::replace_if(
      result, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return result;
}

std::string aligned(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [name, value] : rows) {
    width = std::max(width, name.size());
  }
  std::string out;
  for (const auto& [name, value] : rows) {
    out += name + std::string(width + 2 - name.size(), ' ') + one_line(value) + "\n";
  }
  return out;
}

std::int64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace weft::cli
