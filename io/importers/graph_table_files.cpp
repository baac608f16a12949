#include "weft/io/importers/graph_table_files.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "weft/core/error.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = 1 << 20;

bool is_plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || c == '+';
  });
}

fs::path folder_of_tables() {
  std::error_code error;
  const fs::path folder = fs::temp_directory_path(error);
  return error ? fs::path("/tmp") : folder;
}

/// The number at the start of a text, which it shortens; 0: there is none.
std::size_t take_number(std::string_view& text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(error == std::errc() ? static_cast<std::size_t>(end - text.data()) : 0);
  return error == std::errc() ? number : 0;
}

}  // namespace

TableFile::TableFile(const GraphFile& graph, std::string what)
    : graph_(graph), what_(std::move(what)), file_(folder_of_tables() / "weft-table.csv") {
  // Others may read that folder.
  fs::permissions(path(), fs::perms::owner_read | fs::perms::owner_write);
}

void TableFile::add(const Cells& cells, std::size_t offset) {
  offset_.push_back(offset);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) {
      buffer_ += ',';
    }
    const std::string_view cell = cells[i].value_or(std::string_view());
    if (cell.empty() || is_plain(cell)) {
      buffer_ += cell;
      continue;
    }
    buffer_ += '"';
    for (const char c : cell) {
      buffer_ += c == '\n' || c == '\r' ? ' ' : c;
      if (c == '"') {
        buffer_ += c;
      }
    }
    buffer_ += '"';
  }
  buffer_ += '\n';
  if (buffer_.size() > kBufferBytes) {
    finish();
  }
}

void TableFile::finish() {
  file_.write(buffer_);
  buffer_.clear();
}

std::size_t TableFile::offset_of_line(std::size_t line) const {
  return offset_.empty() ? 0 : offset_[std::min(std::max(line, std::size_t{1}), offset_.size()) - 1];
}

std::string TableFile::place_of_line(std::size_t line) const {
  return graph_.place_of(offset_of_line(line));
}

std::int64_t TableFile::line_of_line(std::size_t line) const {
  return graph_.line_of(offset_of_line(line));
}

std::string TableFile::translated(const std::string& text) const {
  const std::string whole = path().string(), name = path().filename().string();
  std::string result;
  std::string_view rest = text;
  for (std::size_t at = rest.find(name); at != std::string_view::npos; at = rest.find(name)) {
    const std::size_t folder = whole.size() - name.size();
    const bool is_whole = at >= folder && rest.substr(at - folder, whole.size()) == whole;
    result += rest.substr(0, is_whole ? at - folder : at);
    rest.remove_prefix(at + name.size());
    const std::string shown = is_whole ? graph_.path().string() : graph_.path().filename().string();
    if (constexpr std::string_view kLine = ": line "; rest.starts_with(kLine)) {
      rest.remove_prefix(kLine.size());
      result += concat(shown, ": ", place_of_line(take_number(rest)));
    } else if (rest.size() > 1 && rest[0] == ':' && rest[1] >= '0' && rest[1] <= '9') {
      rest.remove_prefix(1);
      result += concat(shown, ":", line_of_line(take_number(rest)));
    } else {
      result += is_whole ? shown : what_;
    }
  }
  return result.append(rest);
}

}  // namespace weft
