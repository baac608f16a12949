// A table of many graphs, of their nodes or of their edges, and which of its columns are taken. Private.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/graphs_importer.hpp"
#include "weft/io/importers/smiles_columns.hpp"
#include "weft/io/importers/text_table.hpp"

namespace weft {

struct GraphsTable {
  using Column = std::optional<std::size_t>;

  GraphsTable(const std::filesystem::path& path, const GraphsOptions& options, std::vector<std::string>& assumed)
      : file(path.filename().string()),
        cells(path, options.on_bad_row, options.cells, options.header != HeaderRow::no),
        has_header(options.header != HeaderRow::no) {
    assumed.insert(assumed.end(), cells.assumed().begin(), cells.assumed().end());
    cells.split_lists(assumed);
    is_taken.assign(cells.num_columns(), false);
  }

  Column named(const std::string& name) {
    const std::size_t column = column_of(name, cells.header(), cells.num_columns(),
                                         [this](const std::string& problem) { cells.fail(problem); });
    is_taken[column] = true;
    return column;
  }
  /// By its name, or, where none is given, the first of the usual words that the header has.
  Column find(const std::string& name, std::span<const std::string_view> words) {
    if (!name.empty()) {
      return name == "none" ? std::nullopt : named(name);
    }
    if (!has_header) {
      return std::nullopt;
    }
    for (const std::string_view word : words) {
      const auto found =
          std::ranges::find_if(cells.header(), [&](const std::string& column) { return equal_words(column, word); });
      if (found != cells.header().end()) {
        const auto column = static_cast<std::size_t>(found - cells.header().begin());
        is_taken[column] = true;
        return column;
      }
    }
    return std::nullopt;
  }
  /// Where there is no header, the column at this place.
  std::size_t need(const std::string& name, std::span<const std::string_view> words, std::string_view what,
                   std::string_view flag, std::size_t place) {
    const Column column = !has_header && name.empty() ? named(std::to_string(place + 1)) : find(name, words);
    if (!column) {
      std::string list;
      for (const std::string& header : cells.header()) {
        list += (list.empty() ? "" : ", ") + header;
      }
      cells.fail(concat("has no column ", what, " among ", list, "; expected ", flag,
                        " COLUMN, or --header no where the first line is a row"));
    }
    return *column;
  }
  [[nodiscard]] std::vector<std::size_t> left_over() const {
    std::vector<std::size_t> columns;
    for (std::size_t column = 0; column < cells.num_columns(); ++column) {
      if (!is_taken[column]) {
        columns.push_back(column);
      }
    }
    return columns;
  }

  std::string file;
  TextTable cells;
  bool has_header;
  std::vector<bool> is_taken = {};
};

}  // namespace weft
