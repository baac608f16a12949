// What the nodes of a graph's file are called, in the dataset and where edges refer to them. Private.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/io/importers/graph_tables.hpp"

namespace weft {

/// Nodes are called by the attribute that option `id` names; otherwise by their ids, unless these are bare numbers and
/// each node has a label of its own. Holds views of the tables.
class GraphNames {
 public:
  /// Throws DataError if a node has no id, or is not called.
  GraphNames(const GraphTables& tables, const Options& options, std::vector<std::string>& assumed);

  [[nodiscard]] std::string_view of_node(std::size_t row) const { return by_ ? *names_[row] : *ids_[row]; }
  /// Of the node that the end of an edge refers to; `what`: which end. Throws DataError if there is none.
  [[nodiscard]] std::string_view of_end(const std::optional<std::string_view>& end, std::size_t edge,
                                        const std::string& what) const;
  /// Of each column of the nodes: whether it is one of their names, or says their ids once more, as Cytoscape's and
  /// GEXF's do.
  [[nodiscard]] std::vector<bool> are_names() const;

 private:
  using Cells = std::vector<std::optional<std::string_view>>;
  void find_ids();
  /// Whether an option names the attribute.
  [[nodiscard]] bool is_asked_for(const std::string& attribute) const;
  [[nodiscard]] std::optional<std::size_t> fitting_label() const;

  const GraphTables& tables_;
  const Options& options_;
  std::vector<std::string> places_;
  Cells ids_, names_;
  /// The attribute that calls the nodes, where it is not the id.
  std::optional<std::size_t> by_;
  std::unordered_map<std::string_view, std::size_t> row_of_;
};

}  // namespace weft
