// Many graphs in three tables, as DGL's CSV form has them: a row a graph, a row a node, a row an edge. Private.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/importer_row.hpp"

namespace weft {

/// Tables have headers; columns are named, or numbered from 1. Empty names: as the headers call them in usual words.
struct GraphsOptions {
  std::filesystem::path graphs = {}, nodes = {}, edges = {};
  /// What calls the graph in all three tables, and the node in that of the nodes. Names of nodes may start again in
  /// every graph.
  std::string graph_column = {}, id_column = {};
  std::string source_column = {}, target_column = {}, weight_column = {};
  /// Of the graphs: what is predicted, and train, val or test.
  std::vector<std::string> label_columns = {};
  std::string split_column = {};
  /// "COLUMN" of any table, and "COLUMN=kind".
  std::vector<std::string> drop = {}, kinds = {};
  bool directed = false, regression = false;
  std::string name = {};
  std::uint64_t seed = 0;
  OnBadRow on_bad_row = {};
  /// no: the first line is a row, columns have numbers from 1, and those that are not named are, in this order: the
  /// graph and its label, the graph and the node, the graph, the source and the target.
  HeaderRow header = HeaderRow::automatic;
  /// A dataset or the folder of a run made of such tables, whose encoders and columns are used.
  std::filesystem::path like = {};
  /// The same as text (Dataset::encoder), which wins over `like`.
  std::string encoder = {};
  CellForm cells = {};
  /// Otherwise labels and splits are left alone, as those of graphs that are to be predicted.
  bool reads_labels = true;
};

/// Columns of nodes and of edges that are nothing else become features (table_encoder.hpp), lists of numbers in one
/// cell a column each; an edge that repeats one counts once. Graphs and their nodes stay in the order of their tables.
/// Throws DataError naming file, line and column.
[[nodiscard]] Dataset import_graphs(const GraphsOptions& options, const ProgressCallback& progress = {});

/// Of the table of importers.
[[nodiscard]] ImporterRow graphs_row();

}  // namespace weft
