// The tables of nodes beside an edge list: features, labels and a split. Private.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/node_names.hpp"
#include "weft/io/importers/row_store.hpp"

namespace weft {

class TableEncoder;
enum class SplitPart : std::uint8_t { train, val, test };
/// Nothing if the text is none of train, val, valid, validation and test, in letters of any size.
[[nodiscard]] std::optional<SplitPart> part_named(std::string_view text);

/// What is read of an edge list's files, nodes by their places in `names`.
struct EdgelistTables {
  /// Holds so many bytes of features; see row_store.hpp.
  EdgelistTables(NodeNames node_names, std::filesystem::path target, std::int64_t feature_bytes)
      : names(std::move(node_names)), features(std::move(target), feature_bytes) {}

  NodeNames names;
  /// Of other tables, which makes features of the nodes; or null.
  const TableEncoder* known = nullptr;
  /// Of the features; empty: none are known.
  std::vector<std::string> feature_names;
  /// How features were made of a table of nodes, or empty.
  std::string encoder;
  /// The columns of a table of nodes that call them and that hold their labels, of several a line each, or empty.
  std::string id_column, label_column;
  /// Whether nodes of edges that have no row are known elsewhere, so that nothing is assumed of them.
  bool are_some = false;
  /// The file that labels were read of, or empty.
  std::filesystem::path labels_file;
  /// A split that a table of nodes makes, and its name; or empty.
  std::vector<std::pair<NodeId, SplitPart>> parts;
  std::string part_name;
  /// Rows whose label is missing, or -1: how many, the line of the first, and how it is written there.
  std::int64_t num_unlabeled = 0, first_unlabeled = 0;
  std::string unlabeled_text;
  /// What is taken for granted of the tables, a sentence each.
  std::vector<std::string> assumed;
  std::int64_t width = 0;
  /// In the order of feature_nodes.
  RowStore features;
  std::vector<NodeId> feature_nodes;
  /// What labels are, once the files are read: as the options say, or targets where all are numbers and some have
  /// fractions.
  TaskKind task = TaskKind::node_classification;
  /// Classes are numbered as they first appear.
  std::map<std::string, std::int64_t, std::less<>> class_of;
  std::vector<std::pair<NodeId, std::int64_t>> classes;
  std::vector<std::pair<NodeId, float>> targets;
  /// Instead of both, several labels of each of some nodes, [nodes, labels]; NaN: none. Their names are lines of
  /// label_column.
  Tensor several;
  std::vector<NodeId> several_nodes;

  /// The number that a label is, where numbers are predicted and it is not missing. Throws by `fail` if it is none.
  [[nodiscard]] static std::optional<float> target_of(const EdgelistOptions& options, std::string_view label,
                                                      FunctionRef<void(const std::string& problem)> fail);
  /// Whether the node is labeled, as far as its row tells; -1 may still be a class.
  bool add_label(const EdgelistOptions& options, NodeId node, std::string_view label, std::optional<float> target,
                 std::int64_t line);
  [[nodiscard]] bool has_features(const EdgelistOptions& options) const {
    return !options.features.empty() || (!options.nodes.empty() && width > 0);
  }

  /// Makes targets of classes that are numbers with fractions, and says so.
  void take_fractions(const EdgelistOptions& options);
  /// The first node that has no row of features.
  [[nodiscard]] std::string name_without_row() const;
  /// The files that the options name.
  void read(const EdgelistOptions& options);
  /// The row of features of each node, by its final number. Throws DataError if a node has none.
  [[nodiscard]] std::vector<std::int64_t> feature_rows(const EdgelistOptions& options,
                                                       std::span<const NodeId> number) const;
  /// Sets all of a dataset but its graph and features; `number` is names.numbering().
  void describe(const EdgelistOptions& options, std::span<const NodeId> number, Dataset& data) const;
};

}  // namespace weft
