#include "weft/cli/console.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>

#include "weft/io/utf8.hpp"

namespace weft::cli {
namespace {

/// Bytes of the first character, 1 where they are no UTF-8.
std::size_t length_of_letter(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return length <= text.size() && is_utf8(text.substr(0, length)) ? length : 1;
}

/// Not: C0 and C1 (Unicode 15, 23.1), line and paragraph separators, marks and overrides of direction (UAX 9).
bool is_shown(std::string_view letter) {
  if (letter.size() == 1) {
    const auto byte = static_cast<unsigned char>(letter.front());
    return byte >= 0x20 && byte < 0x7f;
  }
  const bool is_c1 = letter.size() == 2 && letter[0] == '\xc2' && static_cast<unsigned char>(letter[1]) < 0xa0;
  constexpr std::string_view kTurns[] = {"\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202b", "\u202c",
                                         "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"};
  return !is_c1 && std::ranges::find(kTurns, letter) == std::end(kTurns);
}

/// Cut in its midst if it is longer than `longest`, to `length` bytes about, between characters.
std::string shortened(std::string_view text, std::size_t longest, std::size_t length) {
  if (text.size() <= longest) {
    return std::string(text);
  }
  const auto is_inside = [&](std::size_t i) { return i < text.size() && (text[i] & 0xc0) == 0x80; };
  std::size_t head = length * 2 / 3, tail = text.size() - length / 3;
  for (; is_inside(head); --head) {
  }
  for (; is_inside(tail); ++tail) {
  }
  return std::string(text.substr(0, head)) + "…" + std::string(text.substr(tail));
}

/// Behind the quote that ends what a quote at `begin` opens; npos if there is none: an apostrophe stands in a word.
std::size_t end_of_quoted(std::string_view line, std::size_t begin) {
  if (line[begin] != '\'' || (begin > 0 && std::string_view(" ([,:").find(line[begin - 1]) == std::string_view::npos)) {
    return std::string_view::npos;
  }
  for (std::size_t i = line.find('\'', begin + 1); i != std::string_view::npos; i = line.find('\'', i + 1)) {
    if (i + 1 == line.size() || std::string_view(" )],.:;?!").find(line[i + 1]) != std::string_view::npos) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw OutputError(errno == EBADF   ? "standard output is closed, and what should be told cannot be"
                      : errno == EPIPE ? "standard output: the program that read it has ended (broken pipe)"
                                       : concat("standard output: ", std::strerror(errno)));
  }
}

void print_json(const Json& object) {
  // Names in a dataset may hold bytes that are not UTF-8; JSON may not.
  print(object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void say(bool quiet, std::string_view text) {
  if (!quiet) {
    std::fprintf(stderr, "%s\n", message_line(text).c_str());
  }
}

void say_all(bool quiet, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    say(quiet, text);
  }
}

std::string one_line(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view letter = text.substr(i, length_of_letter(text.substr(i)));
    if (is_shown(letter)) {
      result += letter;
    } else {
      for (const char byte : letter) {
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
        result += escape;
      }
    }
    i += letter.size();
  }
  return result;
}

std::string message_line(std::string_view text) {
  constexpr std::size_t kLongestName = 80, kLongestWord = 160, kLongestMessage = 1000, kLooked = 1 << 14;
  const std::string line = shortened(one_line(text), kLooked, kLooked);
  std::string result;
  for (std::size_t i = 0; i < line.size();) {
    std::size_t end = line.find(' ', i);
    std::size_t longest = kLongestWord;
    if (const std::size_t quoted = end_of_quoted(line, i); quoted != std::string::npos) {
      end = quoted;
      longest = kLongestName;
    }
    end = end == std::string::npos ? line.size() : std::max(end, i + 1);
    result += shortened(std::string_view(line).substr(i, end - i), longest, kLongestName);
    i = end;
  }
  return shortened(result, kLongestMessage, kLongestMessage);
}

std::string aligned(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [name, value] : rows) {
    width = std::max(width, one_line(name).size());
  }
  std::string out;
  for (const auto& [name, value] : rows) {
    out += one_line(name) + std::string(width + 2 - one_line(name).size(), ' ') + one_line(value) + "\n";
  }
  return out;
}

std::int64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace weft::cli
