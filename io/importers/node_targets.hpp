// Several columns of labels of the nodes: yes-or-no labels, or numbers to predict. Private.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "weft/io/importers/edgelist_tables.hpp"
#include "weft/io/importers/text_table.hpp"

namespace weft {

/// The columns that an option or a run names: one, or several between commas or lines. A column may be called by a text
/// with commas.
[[nodiscard]] std::vector<std::string> label_names(const std::string& text, const std::vector<std::string>& header);

class NodeTargets {
 public:
  NodeTargets(const TextTable& table, std::vector<std::size_t> columns) : table_(table), columns_(std::move(columns)) {}

  /// Whether the row says anything of the node.
  bool add(std::size_t row, NodeId node);
  /// Sets targets, their names and the task of the tables: labels where all cells are yes or no, else numbers, and in
  /// any case if the options say so. Throws DataError naming line and column of a cell that is neither.
  void finish(const EdgelistOptions& options, EdgelistTables& tables) const;

 private:
  const TextTable& table_;
  std::vector<std::size_t> columns_;
  std::vector<std::pair<std::size_t, NodeId>> rows_;
};

}  // namespace weft
