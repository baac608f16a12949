#include "weft/io/importers/element_table.hpp"

#include "weft/core/error.hpp"
#include "weft/io/utf8.hpp"

namespace weft {

void ElementTable::begin(std::size_t offset) {
  offset_.push_back(offset);
  first_cell_.push_back(cells_.size());
}

std::uint32_t ElementTable::place_of(std::string_view name) {
  if (const auto found = column_of_.find(name); found != column_of_.end()) {
    return found->second;
  }
  if (!is_utf8(name) || name.find('\0') != std::string_view::npos) {
    fail(num_rows() - 1, "has an attribute whose name is not valid UTF-8 without NUL");
  }
  constexpr std::size_t kMost = 1 << 16;
  if (columns_.size() == kMost) {
    fail(num_rows() - 1, concat("brings one attribute more than the ", kMost, " that a ", element_, " may have"));
  }
  const auto place = static_cast<std::uint32_t>(columns_.size());
  columns_.emplace_back(name);
  column_of_.emplace(std::string(name), place);
  present_.push_back(0);
  last_row_.push_back(0);
  repeats_.push_back(0);
  return place;
}

void ElementTable::set(std::string_view name, std::string_view value) {
  const std::uint32_t column = place_of(name);
  if (last_row_[column] == num_rows()) {
    set(concat(name, "[", repeats_[column]++, "]"), value);
    return;
  }
  last_row_[column] = num_rows();
  repeats_[column] = 1;
  ++present_[column];
  cells_.push_back({text_.size(), column});
  text_ += value;
}

void ElementTable::set_default(std::string_view name, std::string_view value) {
  if (last_row_[place_of(name)] != num_rows()) {
    set(name, value);
  }
}

std::optional<std::size_t> ElementTable::find_column(std::string_view name) const {
  const auto found = column_of_.find(name);
  return found == column_of_.end() ? std::nullopt : std::optional<std::size_t>(found->second);
}

std::string_view ElementTable::text_of(std::size_t cell) const {
  const std::size_t end = cell + 1 < cells_.size() ? cells_[cell + 1].begin : text_.size();
  return std::string_view(text_).substr(cells_[cell].begin, end - cells_[cell].begin);
}

void ElementTable::row(std::size_t row, std::vector<std::optional<std::string_view>>& cells) const {
  cells.assign(columns_.size(), std::nullopt);
  const std::size_t end = row + 1 < num_rows() ? first_cell_[row + 1] : cells_.size();
  for (std::size_t cell = first_cell_[row]; cell < end; ++cell) {
    cells[cells_[cell].column] = text_of(cell);
  }
}

std::vector<std::optional<std::string_view>> ElementTable::column(std::size_t column) const {
  std::vector<std::optional<std::string_view>> values(num_rows());
  for (std::size_t row = 0; row < num_rows(); ++row) {
    const std::size_t end = row + 1 < num_rows() ? first_cell_[row + 1] : cells_.size();
    for (std::size_t cell = first_cell_[row]; cell < end; ++cell) {
      if (cells_[cell].column == column) {
        values[row] = text_of(cell);
      }
    }
  }
  return values;
}

}  // namespace weft
