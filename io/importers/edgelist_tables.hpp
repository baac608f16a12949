// The tables of nodes beside an edge list: features, labels and a split. Private.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/node_names.hpp"
#include "weft/io/importers/row_store.hpp"

namespace weft {

/// What is read of an edge list's files, nodes by their places in `names`.
struct EdgelistTables {
  /// Holds so many bytes of features; see row_store.hpp.
  EdgelistTables(NodeNames node_names, std::filesystem::path target, std::int64_t feature_bytes)
      : names(std::move(node_names)), features(std::move(target), feature_bytes) {}

  NodeNames names;
  /// Of the features; empty: none are known.
  std::vector<std::string> feature_names;
  /// Rows whose label is missing, or -1: how many, the line of the first, and how it is written there.
  std::int64_t num_unlabeled = 0, first_unlabeled = 0;
  std::string unlabeled_text;
  /// What is taken for granted of the tables, a sentence each.
  std::vector<std::string> assumed;
  std::int64_t width = 0;
  /// In the order of feature_nodes.
  RowStore features;
  std::vector<NodeId> feature_nodes;
  /// Classes are numbered as they first appear.
  std::map<std::string, std::int64_t, std::less<>> class_of;
  std::vector<std::pair<NodeId, std::int64_t>> classes;
  std::vector<std::pair<NodeId, float>> targets;

  /// The files that the options name.
  void read(const EdgelistOptions& options);
  /// The row of features of each node, by its final number. Throws DataError if a node has none.
  [[nodiscard]] std::vector<std::int64_t> feature_rows(const EdgelistOptions& options,
                                                       std::span<const NodeId> number) const;
  /// Sets all of a dataset but its graph and features; `number` is names.numbering().
  void describe(const EdgelistOptions& options, std::span<const NodeId> number, Dataset& data) const;
};

}  // namespace weft
