// Tables of a graph as the files that an edge list is read of, and what is said of these files as it is said of the
// graph's. Private.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "weft/io/atomic_file.hpp"
#include "weft/io/importers/graph_tables.hpp"

namespace weft {

/// A table in CSV, which is gone when this is, however the process ends.
class TableFile {
 public:
  /// `what`: how sentences call it, "the nodes of g.json".
  TableFile(const GraphFile& graph, std::string what);

  using Cells = std::vector<std::optional<std::string_view>>;
  /// A row of the element that stands there. Names of categories are lines, so that line breaks become blanks.
  void add(const Cells& cells, std::size_t offset);
  /// To be called before it is read.
  void finish();

  [[nodiscard]] const std::filesystem::path& path() const { return file_.temporary(); }
  /// A text about lines of this file, about those of the graph's.
  [[nodiscard]] std::string translated(const std::string& text) const;
  /// Where the row in a line stands in the graph's file.
  [[nodiscard]] std::string place_of_line(std::size_t line) const;
  [[nodiscard]] std::int64_t line_of_line(std::size_t line) const;

 private:
  [[nodiscard]] std::size_t offset_of_line(std::size_t line) const;

  const GraphFile& graph_;
  std::string what_;
  AtomicFile file_;
  std::string buffer_;
  /// Of the element in each line.
  std::vector<std::size_t> offset_;
};

}  // namespace weft
