#include "weft/io/importers/gml_graph.hpp"

#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "weft/core/error.hpp"

namespace weft {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// A code point in UTF-8; nothing for what is none.
std::string utf8_of(std::uint32_t code) {
  std::string text;
  const auto add = [&](std::uint32_t byte) { text.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
    return text;
  }
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0U | (code >> 6U));
    add(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    add(0xE0U | (code >> 12U));
    add(0x80U | ((code >> 6U) & 0x3FU));
    add(0x80U | (code & 0x3FU));
  } else {
    add(0xF0U | (code >> 18U));
    add(0x80U | ((code >> 12U) & 0x3FU));
    add(0x80U | ((code >> 6U) & 0x3FU));
    add(0x80U | (code & 0x3FU));
  }
  return text;
}

/// What stands between & and ; or nothing if that is no character.
std::string character_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kNames = {
      {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}}};
  for (const auto& [known, character] : kNames) {
    if (known == name) {
      return std::string(character);
    }
  }
  if (!name.starts_with('#')) {
    return {};
  }
  const bool is_hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
  name.remove_prefix(is_hex ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, is_hex ? 16 : 10);
  return error == std::errc() && end == name.data() + name.size() ? utf8_of(code) : std::string();
}

std::string without_entities(std::string_view text) {
  constexpr std::size_t kMostName = 10;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '&' ? text.substr(i, kMostName + 2).find(';') : std::string_view::npos;
    const std::string character =
        end == std::string_view::npos ? std::string() : character_of(text.substr(i + 1, end - 1));
    if (character.empty()) {
      plain += text[i];
    } else {
      plain += character;
      i += end;
    }
  }
  return plain;
}

class GmlReader {
 public:
  GmlReader(const GraphFile& file, GraphTables& tables) : file_(file), text_(file.text()), tables_(tables) {}

  void read() {
    bool has_graph = false;
    // Unless the graph says so.
    tables_.directed = false;
    while (next_key()) {
      if (key_ == "graph" && at_list()) {
        if (std::exchange(has_graph, true)) {
          file_.fail(key_at_, "is a second graph, expected one");
        }
        read_graph();
      } else {
        skip_value();
      }
    }
    if (!has_graph) {
      file_.fail("holds no 'graph [ … ]', which GML begins with");
    }
    tables_.labels = {"label", "name"};
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && (is_space(text_[at_]) || text_[at_] == '#')) {
      at_ = text_[at_] == '#' ? std::min(text_.find('\n', at_), text_.size()) : at_ + 1;
    }
  }

  /// False at the end of a list, or of the file.
  bool next_key() {
    skip_blanks();
    key_at_ = at_;
    if (at_ == text_.size()) {
      if (depth_ > 0) {
        file_.fail(at_, "ends inside of '[', expected ']'");
      }
      return false;
    }
    if (text_[at_] == ']') {
      if (depth_ == 0) {
        file_.fail(at_, "']' closes nothing");
      }
      ++at_;
      --depth_;
      return false;
    }
    const char first = text_[at_];
    if (!((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_')) {
      file_.fail(at_, "a key begins with a letter, and stands before its value");
    }
    key_ = word();
    skip_blanks();
    if (at_ == text_.size() || text_[at_] == ']') {
      file_.fail(at_, concat("key '", key_.substr(0, 40), "' has no value"));
    }
    return true;
  }

  std::string_view word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != '[' && text_[at_] != ']' && text_[at_] != '"') {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  /// Whether the value is a list; if so, it is entered.
  bool at_list() {
    if (text_[at_] != '[') {
      return false;
    }
    ++at_;
    ++depth_;
    return true;
  }

  std::string scalar() {
    if (text_[at_] != '"') {
      return std::string(word());
    }
    const std::size_t begin = ++at_, end = text_.find('"', begin);
    if (end == std::string_view::npos) {
      file_.fail(begin - 1, "a text between quotes does not end");
    }
    at_ = end + 1;
    return without_entities(text_.substr(begin, end - begin));
  }

  /// However deep it is.
  void skip_value() {
    if (!at_list()) {
      static_cast<void>(scalar());
      return;
    }
    for (const std::size_t outside = depth_ - 1; depth_ > outside;) {
      if (next_key() && !at_list()) {
        static_cast<void>(scalar());
      }
    }
  }

  void read_graph() {
    while (next_key()) {
      if (key_ == "node" && at_list()) {
        read_element(tables_.nodes);
      } else if (key_ == "edge" && at_list()) {
        read_element(tables_.edges);
      } else if (key_ == "directed" && text_[at_] != '[') {
        const std::string value = scalar();
        if (value != "0" && value != "1") {
          file_.fail(key_at_, concat("directed is '", value.substr(0, 40), "', expected 0 or 1"));
        }
        tables_.directed = value == "1";
      } else {
        if (key_ != "multigraph" && key_ != "name") {
          tables_.pass_over("attributes of the graph itself", key_at_);
        }
        skip_value();
      }
    }
  }

  void read_element(ElementTable& table) {
    table.begin(key_at_);
    while (next_key()) {
      if (text_[at_] == '[') {
        tables_.pass_over("lists in brackets, such as graphics,", key_at_);
        skip_value();
        continue;
      }
      const std::string_view key = key_;
      const std::string value = scalar();
      // Where networkx says that a list has one value.
      if (value != "_networkx_list_start") {
        table.set(key, value);
      }
    }
  }

  const GraphFile& file_;
  std::string_view text_;
  GraphTables& tables_;
  std::size_t at_ = 0, key_at_ = 0, depth_ = 0;
  std::string_view key_;
};

}  // namespace

void read_gml_graph(const GraphFile& file, GraphTables& tables) {
  GmlReader(file, tables).read();
}

}  // namespace weft
