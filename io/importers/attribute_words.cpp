#include "weft/io/importers/attribute_words.hpp"

#include <map>
#include <string_view>

namespace weft {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The digits at the start of a text, which it shortens.
std::string take_digits(std::string_view& text) {
  std::string digits;
  while (!text.empty() && is_digit(text.front())) {
    digits.push_back(text.front());
    text.remove_prefix(1);
  }
  return digits;
}

bool take(std::string_view& text, std::string_view word) {
  const bool is_there = text.starts_with(word);
  text.remove_prefix(is_there ? word.size() : 0);
  return is_there;
}

}  // namespace

std::string in_words_of_file(const std::string& sentence, const std::string& word) {
  std::map<std::string, std::string, std::less<>> name_of;
  std::string result;
  for (std::string_view rest = sentence; !rest.empty();) {
    const std::string_view before = rest;
    if (take(rest, "column ")) {
      const std::string digits = take_digits(rest);
      if (!digits.empty() && rest.starts_with(" '")) {
        rest.remove_prefix(1);
      }
      if (rest.starts_with('\'') || (digits.empty() && rest.starts_with("of "))) {
        if (!digits.empty()) {
          name_of[digits] = rest.substr(1, rest.find('\'', 1) - 1);
        }
        result += word + ' ';
        continue;
      }
    } else if (take(rest, "columns '")) {
      result += word + "s '";
      continue;
    } else if (take(rest, ", or a number from 1 to ")) {
      static_cast<void>(take_digits(rest));
      continue;
    } else if (take(rest, "; --decimal , reads it as one")) {
      continue;
    } else if (take(rest, "--time ") || take(rest, "--weight ") || take(rest, "--relation ")) {
      const std::string_view option = before.substr(0, before.size() - rest.size());
      if (const auto found = name_of.find(take_digits(rest)); found != name_of.end()) {
        result += std::string(option) + found->second;
        continue;
      }
    }
    // None of these.
    result.push_back(before.front());
    rest = before.substr(1);
  }
  return result;
}

}  // namespace weft
