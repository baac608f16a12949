// Tables of new nodes as commands read them with a trained model: with the encoder and the words for columns that its
// run remembers, alone or joined to a graph that is there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "weft/cli/commands.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft::cli {

struct TableFlags {
  std::string nodes, edges, graph, graphs;

  /// Whether the data are tables, and no dataset.
  [[nodiscard]] bool are_given() const { return !nodes.empty() || !edges.empty() || !graph.empty() || !graphs.empty(); }
  /// Throws ArgumentError unless either a dataset or tables are named.
  void require_data(const std::string& command, const std::string& dataset) const;
  /// What is read, for a check of the output.
  [[nodiscard]] std::vector<std::filesystem::path> files() const { return {nodes, edges, graph, graphs}; }
};

void add_table_flags(CLI::App& command, TableFlags& flags);

/// What was read, matched to the model.
struct NewData {
  Dataset dataset;
  /// The nodes that the user asks about, in the order of the table; empty: all nodes or graphs, in the dataset's order.
  std::vector<std::int64_t> rows = {};
  /// Of these: their numbers and names for the user. Names are empty where the numbers are what the user calls them.
  std::vector<std::int64_t> numbers = {};
  std::vector<std::string> names = {};
};

/// A graph that new nodes are joined to: matched to the model, and what messages call it.
struct OldGraph {
  std::string name;
  Dataset dataset;
  /// The old node that a name is, or -1; empty: every name is looked for when tables come.
  std::function<std::int64_t(const std::string&)> find = {};
};

/// The tables' nodes beside those of the old graph; may be called by threads. `header`: of the edges. with_labels: as
/// load_new_data() has it.
[[nodiscard]] NewData join_new_data(const OldGraph& old, const TableFlags& tables, const SharedFlags& flags,
                                    const TrainedModel& model, bool with_labels,
                                    HeaderRow header = HeaderRow::automatic);

/// Throws DataError if the run does not say how such tables are read, and names what else reads them.
void require_tables_fit(const TableFlags& tables, const std::string& run, const TrainedModel& model);

/// Rehearses the old graph, if one is named; called before any thread exists.
void rehearse_old_graph(const TableFlags& tables, const SharedFlags& flags, const TrainedModel& model);

/// with_labels: the column of labels that the run knows is read too, and what is labeled in the tables is the test part
/// of a split "new". Says what was assumed.
[[nodiscard]] NewData load_new_data(const TableFlags& tables, const SharedFlags& flags, const TrainedModel& model,
                                    bool with_labels);

}  // namespace weft::cli
