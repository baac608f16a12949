// Graphs from text: a list of edges, and optionally tables of features, labels and a split.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/importers.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// What is kept of edges between the same nodes, of one relation where they have some: the values of the first or of
/// the last, or their weights taken together, with the time of the first; or all of them, which their weights or times
/// tell apart.
enum class MergeEdges { first, last, sum, mean, max, keep };
template <>
inline constexpr std::array<std::string_view, 6> kEnumNames<MergeEdges> = {"first", "last", "sum",
                                                                           "mean",  "max",  "keep"};

/// Whether the first row of the edges is a header: as it looks, or as is said.
enum class HeaderRow { automatic, yes, no };
template <>
inline constexpr std::array<std::string_view, 3> kEnumNames<HeaderRow> = {"auto", "yes", "no"};

/// All files are CSV, TSV or columns between blanks, plain or compressed; '#' and '%' start comment lines, and
/// a header line is recognized. Nodes are named by any text.
struct EdgelistOptions {
  /// An edge a line. A header names the columns, in usual words (source, target, weight, time, relation, ...); without
  /// one the first two are source and target. What is not read is said in Dataset::assumed.
  std::filesystem::path edges = {};
  /// "id,f1,f2,..." for every node; empty: no features.
  std::filesystem::path features = {};
  /// "id,label"; nodes that are not listed, or whose label is empty, are unlabeled. Empty: no labels.
  std::filesystem::path labels = {};
  /// "id,train", "id,val" or "id,test"; empty: a random split of the labeled nodes, 60/20/20.
  std::filesystem::path split = {};
  /// Otherwise both directions of every edge are stored.
  bool directed = false;
  /// Keep a weight of the edges, an edge feature [edges, 1]: the column that `weight_column` or the header names, else
  /// the first that is no end.
  bool weights = false;
  /// node_classification: labels are any text; node_regression: numbers.
  TaskKind task = TaskKind::node_classification;
  std::string name = "edgelist";
  /// Of the random split.
  std::uint64_t seed = 0;
  /// Of all four files.
  OnBadRow on_bad_row = {};
  /// Whether anything that would have to be assumed ends the import, before anything is written.
  bool strict = false;
  /// Columns of the edges, by their names or their numbers from 1; "none": not read even if the header names one. Times
  /// are whole numbers, or dates (YYYY-MM-DD, with a time of the day or not) read in seconds since 1970, and become
  /// Dataset::edge_time, relations Dataset::edge_type.
  std::string source_column = {}, target_column = {}, weight_column = {}, time_column = {}, relation_column = {};
  /// Columns of the edges that become features of them, of any kind as those of `nodes`; "all": every one that is
  /// nothing else. `edge_kinds` says "COLUMN=kind". How they became features is kept in Dataset::encoder too.
  std::vector<std::string> edge_features = {}, edge_kinds = {};
  HeaderRow header = HeaderRow::automatic;
  /// Of times; empty: as they look.
  std::string time_unit = {};
  MergeEdges merge = MergeEdges::first;
  /// Sources and targets are two kinds of nodes, and may be called alike.
  bool bipartite = false;
  /// A table of nodes with a header and columns of any kind (numbers, categories, flags, dates, texts), instead of
  /// `features`. Kinds are guessed, unless `kinds` says "COLUMN=kind"; how columns became features is
  /// Dataset::encoder. Columns by their names or their numbers from 1.
  std::filesystem::path nodes = {};
  /// The columns that call the nodes (otherwise `id` or the first), hold their labels, and say train, val or test.
  std::string id_column = {}, label_column = {}, split_column = {};
  std::vector<std::string> drop = {}, kinds = {};
  /// A split by time, the latest last: "0.8,0.9" says where training and validation end, "COLUMN=0.8,0.9" by which
  /// column; or one that keeps the nodes of a group together, by a column.
  std::string split_time = {}, split_group = {};
  /// A dataset or the folder of a run whose encoder is used for `nodes`.
  std::filesystem::path like = {};
  /// Of cells of features, labels, nodes and of the edges' weights.
  CellForm cells = {};
  /// The same as text (Dataset::encoder), which wins over `like`.
  std::string encoder = {};
  /// That of the columns of the edges, which wins over `edge_features`.
  std::string edge_encoder = {};
};

/// If the names of all nodes are the integers 0 .. n - 1, they are the nodes; else nodes are numbered as they
/// first appear in edges, features, labels, and their names are kept. Classes are in the order of their
/// numbers if all are integers, else of their letters. Repeated edges are merged, self-loops kept. Without
/// labels the task is link_prediction. Throws DataError naming file and line.
[[nodiscard]] Dataset import_edgelist(const EdgelistOptions& options, const ProgressCallback& progress = {});

/// About how much memory import_edgelist takes, by the sizes of the files.
[[nodiscard]] std::int64_t edgelist_memory_bytes(const EdgelistOptions& options);

/// Writes the dataset that import_edgelist returns, without holding its edges and features in memory: both are kept on
/// disk beside the output meanwhile (see edge_sorter.hpp). Inputs may be read twice.
WrittenDataset import_edgelist_to_file(const EdgelistOptions& options, const ImportedFile& file,
                                       const ProgressCallback& progress = {});

}  // namespace weft
#pragma GCC visibility pop
