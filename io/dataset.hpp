// A dataset in memory, and the Weft dataset file (HDF5), version 1, that holds it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "weft/core/progress.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/tensor/feature_rows.hpp"
#include "weft/tensor/features.hpp"

#pragma GCC visibility push(default)
namespace weft {

enum class TaskKind {
  node_classification,
  node_regression,
  graph_classification,
  graph_regression,
  link_prediction,
  generation,
};
/// The name of the task as the file and the command line spell it.
[[nodiscard]] std::string_view name_of(TaskKind task);
[[nodiscard]] std::optional<TaskKind> task_of(std::string_view name);

/// None, a class each (-1: unlabeled), or targets [rows, t] (NaN: missing).
using Labels = std::variant<std::monostate, std::vector<std::int64_t>, Tensor>;

/// Disjoint sets of nodes, or of graphs where the dataset holds many; and of links, pairs of nodes of one graph, whose
/// sets are disjoint also where a pair is turned round.
struct Split {
  std::string name = {};
  std::vector<std::int64_t> train = {}, val = {}, test = {};
  std::vector<Edge> train_edges = {}, val_edges = {}, test_edges = {};

  [[nodiscard]] bool has_edges() const { return !train_edges.empty() || !val_edges.empty() || !test_edges.empty(); }
};

/// What columns and numbers of a dataset are called, in the words of those who made it: a name for each, or none.
struct DatasetNames {
  /// Columns of the features of nodes and of edges. Where several stand for the values of one thing, "thing=value"; for
  /// the words of a text, "thing~word".
  std::vector<std::string> features = {}, edge_features = {};
  /// Columns of targets, or of several labels.
  std::vector<std::string> targets = {};
  /// Types of nodes and of edges, by their numbers.
  std::vector<std::string> node_types = {}, edge_types = {};
};

struct Dataset {
  std::string name;
  std::string source;
  std::string license;
  TaskKind task = TaskKind::node_classification;
  bool directed = false;
  /// Classification only.
  std::int64_t num_classes = 0;
  /// One for each class, or empty.
  std::vector<std::string> class_names;
  DatasetNames names;
  /// What an importer took for granted, a sentence each.
  std::vector<std::string> assumed;
  /// How an importer made columns of a table, as JSON text; what new data of the same kind are made by.
  std::string encoder;

  CsrGraph graph;
  /// One for each edge in the graph's order, or empty.
  Buffer<std::int32_t> edge_type;
  Features edge_features;
  /// The column of edge_features that counts as the weight of an edge, or -1.
  std::int64_t weight_column = -1;

  /// When each edge came, in the graph's order, or empty; exact, in time_unit ("s", "ms", "day", "step", ...).
  Buffer<std::int64_t> edge_time;
  /// When each node is asked about, in the same unit, or empty.
  Buffer<std::int64_t> node_time;
  std::string time_unit;

  /// In memory, or dense ones left in the file (ReadOptions::leaves_features).
  NodeFeatures node_features;
  /// One for each node, or empty.
  Buffer<std::int32_t> node_type;
  Labels node_labels;
  /// One for each node, or empty.
  std::vector<std::string> node_names;
  /// Where each node stood in the data that this was made of, if nodes were put into another order; or empty: node v is
  /// number original_node[v] there, and predictions are written by that number.
  std::vector<std::int64_t> original_node;

  /// [num_graphs + 1] where the dataset holds many graphs laid end to end, or empty.
  std::vector<std::int64_t> node_ptr;
  Labels graph_labels;
  std::vector<std::string> smiles;
  /// One for each graph, or empty.
  std::vector<std::string> graph_names;

  std::vector<Split> splits;

  [[nodiscard]] bool has_many_graphs() const { return !node_ptr.empty(); }
  [[nodiscard]] std::int64_t num_graphs() const {
    return node_ptr.empty() ? 1 : static_cast<std::int64_t>(node_ptr.size()) - 1;
  }
  /// nullptr if there is no split of that name.
  [[nodiscard]] const Split* find_split(std::string_view split_name) const;
};

struct ReadOptions {
  /// Leaves dense features of nodes in the file where it can be read by rows (feature_file.hpp), and keeps this many
  /// rows of the nodes that are read most in memory. Features of other forms, or of many graphs, are read in any case.
  bool leaves_features = false;
  std::int64_t kept_rows = 0;
  /// Leaves the edges' sources in the file, mapped into memory, of which about mapped_bytes stay there at a time
  /// (core/mapped_file.hpp); types and features of edges are not read then. Throws DataError if the array is
  /// compressed.
  bool leaves_edges = false;
  std::int64_t mapped_bytes = std::int64_t{256} << 20;
  /// Finds what stays in the file without reading it: the numbers there are not checked, and not to be used.
  bool only_opens = false;
};

/// Reads and checks the whole file. Throws DataError naming file and object if anything breaks the
/// format; nothing declared by the file is allocated before it is checked against the file's own size.
[[nodiscard]] Dataset read_dataset(const std::filesystem::path& path, const ProgressCallback& progress = {},
                                   const ReadOptions& options = {});

/// Sizes of a dataset, from the shapes that its file declares: nothing is read.
struct DatasetSize {
  /// node_classification where the file names none that there is.
  TaskKind task = TaskKind::node_classification;
  std::int64_t nodes = 0;
  EdgeId edges = 0;
  /// Columns of the features of nodes, and the bytes that these take in memory.
  std::int64_t features = 0, feature_bytes = 0;
  /// Bytes in memory of types and features of edges, and of all else but the graph: labels, names.
  std::int64_t edge_bytes = 0, other_bytes = 0;
  /// Bytes that the neighbors of all nodes take in memory, and whether they can be left in the file.
  [[nodiscard]] std::int64_t neighbor_bytes() const { return edges * 4; }
  bool has_plain_edges = false;
  std::int64_t num_classes = 0;
  /// Of the largest training part of a split.
  std::int64_t train_rows = 0;
  /// Whether features can be left in the file.
  bool has_dense_features = false;
};
[[nodiscard]] DatasetSize read_dataset_size(const std::filesystem::path& path);

/// How dense features of nodes are stored: as they are, or in 16 bits, rounded to the nearest. float16 is IEEE
/// binary16, up to 65504 with 11 bits; bfloat16 has the range of float32 with 8 bits.
enum class FeatureType { float32, float16, bfloat16 };
[[nodiscard]] std::string_view name_of(FeatureType type);
[[nodiscard]] std::optional<FeatureType> feature_type_of(std::string_view name);

struct WriteOptions {
  /// Other than float32 only where the features of nodes are dense.
  FeatureType feature_type = FeatureType::float32;
};

/// Writes the file beside `path` and renames it when it is whole. Throws ArgumentError if the dataset
/// breaks the format or a feature is beyond the range of its type, DataError if the file cannot be written.
void write_dataset(const Dataset& dataset, const std::filesystem::path& path, const WriteOptions& options = {});

}  // namespace weft
#pragma GCC visibility pop
