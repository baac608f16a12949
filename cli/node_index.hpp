// Nodes of a dataset by what users call them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weft/io/dataset.hpp"

namespace weft::cli {

/// Views the names of the dataset. A node is called by its name or, where names are no numbers, by its number, as it
/// stood before the dataset was reordered.
class NodeIndex {
 public:
  explicit NodeIndex(const Dataset& dataset);

  [[nodiscard]] std::optional<NodeId> find(std::string_view text) const;
  /// Throws ArgumentError that names the nearest name.
  [[nodiscard]] NodeId at(std::string_view text) const;
  /// As tables of new nodes call old ones: by name alone where there are names. -1: none.
  [[nodiscard]] std::int64_t find_in_tables(const std::string& text) const;
  /// What a node was before the dataset was reordered.
  [[nodiscard]] std::int64_t number_of(NodeId node) const;

 private:
  [[nodiscard]] std::optional<NodeId> of_number(std::string_view text) const;

  const Dataset& dataset_;
  /// Where the node of each number is now; empty: where it was.
  std::vector<NodeId> place_;
  std::unordered_map<std::string_view, NodeId> by_name_;
  /// A number is a name then, and not how many nodes come before.
  bool are_names_numbers_ = false;
};

}  // namespace weft::cli
