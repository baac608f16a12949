#include "weft/io/importers/tudataset_importer.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "weft/io/dataset_checks.hpp"
#include "weft/io/folds.hpp"
#include "weft/io/importers/edge_rows.hpp"
#include "weft/io/importers/number_rows.hpp"
#include "weft/io/importers/text_folder.hpp"
#include "weft/io/splits.hpp"

namespace weft {
namespace {

constexpr std::int64_t kReportEvery = 1 << 20;
constexpr std::int64_t kMostLabels = 1 << 20;
constexpr std::int64_t kMostWidth = 1 << 24;
constexpr std::int64_t kMostDenseLabels = 256;
constexpr std::int64_t kNumFolds = 10;
constexpr int kNumRandomSplits = 3;
constexpr std::string_view kEdgesEnd = "_A.txt";
constexpr std::string_view kNumbering = "nodes are numbered through all graphs, from 1 to ";

// Rows of integers, [rows, cols].
struct LabelTable {
  std::int64_t cols = 0;
  std::vector<std::int64_t> values;
  [[nodiscard]] std::int64_t rows() const { return cols == 0 ? 0 : static_cast<std::int64_t>(values.size()) / cols; }
};

// Columns of 0 and 1, one for each value that occurs: label column j has the places [first[j], first[j + 1]).
struct OneHot {
  std::vector<std::int64_t> smallest, first = {0};
  /// Of label column j, for each value from its smallest on: its place among those that occur.
  std::vector<std::vector<std::int32_t>> place_of;
  /// What the columns stand for.
  std::vector<std::string> names;

  [[nodiscard]] std::int64_t width() const { return first.back(); }
  [[nodiscard]] std::int32_t category(std::size_t column, std::int64_t label) const {
    return place_of[column][static_cast<std::size_t>(label - smallest[column])];
  }
  [[nodiscard]] std::int64_t place(std::int64_t column, std::int64_t label) const {
    const auto j = static_cast<std::size_t>(column);
    return first[j] + category(j, label);
  }
};

class Importer {
 public:
  Importer(const TuDatasetOptions& options, const ProgressCallback& progress)
      : options_(options), progress_(progress), folder_(options.input) {}

  Dataset read() {
    find_prefix();
    read_graph_indicator();
    read_edges();
    set_node_features();
    set_edge_features();
    set_targets();
    data_.name = options_.name.empty() ? std::filesystem::path(prefix_).filename().string() : options_.name;
    data_.source = options_.input.filename().string();
    data_.directed = options_.directed;
    check_dataset(data_, options_.input);
    return std::move(data_);
  }

 private:
  void find_prefix() {
    std::vector<std::string> found;
    for (const std::string& name : folder_.names()) {
      if (name.ends_with(kEdgesEnd) && !name.starts_with("__MACOSX/")) {
        found.push_back(name);
      }
    }
    if (found.size() != 1) {
      throw DataError(options_.input.string(), "",
                      concat("holds ", found.size(), " files DS_A.txt, expected one",
                             found.empty() ? "" : concat(": ", found[0], ", ", found[1])));
    }
    prefix_ = found[0].substr(0, found[0].size() - kEdgesEnd.size());
  }

  [[nodiscard]] std::string file(const char* what) const { return concat(prefix_, '_', what, ".txt"); }
  [[nodiscard]] bool has(const char* what) const { return folder_.has(file(what)); }

  FolderText open(const char* what) const {
    if (!has(what)) {
      throw DataError(folder_.path_of(file(what)), "", "is missing");
    }
    return folder_.open(file(what));
  }

  void expect_rows(const char* what, std::int64_t rows, std::int64_t expected, const char* of) const {
    if (rows != expected) {
      throw DataError(folder_.path_of(file(what)), "",
                      concat("has ", rows, " rows, expected ", expected, ", one for each ", of));
    }
  }

  void read_graph_indicator() {
    const FolderText text = open("graph_indicator");
    NumberRows rows(*text);
    std::int64_t last = 0;
    while (rows.next()) {
      rows.expect_cols(1);
      const auto node = static_cast<std::int64_t>(graph_of_.size());
      if (node == kMaxNodes) {
        rows.fail(concat("is one node too many, expected at most ", kMaxNodes));
      }
      const std::int64_t graph = rows.integer(0);
      if (graph != last && graph != last + 1) {
        rows.fail(concat("graph ", graph, " after ", last, ", expected graphs from 1 on that ascend without gaps"));
      }
      if (graph == 0) {
        rows.fail("graph 0, expected numbers from 1");
      }
      if (graph != last) {
        data_.node_ptr.push_back(node);
        last = graph;
      }
      graph_of_.push_back(graph);
    }
    if (graph_of_.empty()) {
      throw DataError(folder_.path_of(file("graph_indicator")), "", "holds no nodes");
    }
    data_.node_ptr.push_back(static_cast<std::int64_t>(graph_of_.size()));
  }

  void read_edges() {
    const FolderText text = open("A");
    NumberRows rows(*text);
    const auto num_nodes = static_cast<std::int64_t>(graph_of_.size());
    std::int64_t largest = 0;
    while (rows.next()) {
      rows.expect_cols(2);
      const std::int64_t u = rows.integer(0, "node", 1, num_nodes) - 1;
      const std::int64_t v = rows.integer(1, "node", 1, num_nodes) - 1;
      if (graph_of_[static_cast<std::size_t>(u)] != graph_of_[static_cast<std::size_t>(v)]) {
        rows.fail(concat("joins a node of graph ", graph_of_[static_cast<std::size_t>(u)], " with one of graph ",
                         graph_of_[static_cast<std::size_t>(v)], ", expected one graph; ", kNumbering, num_nodes));
      }
      largest = std::max({largest, u + 1, v + 1});
      edges_.push_back({static_cast<NodeId>(u), static_cast<NodeId>(v)});
      const auto count = static_cast<std::int64_t>(edges_.size());
      if (progress_ && count % kReportEvery == 0) {
        progress_({.stage = "reading edges", .done = count, .total = 0, .detail = ""});
      }
    }
    data_.graph = CsrGraph::from_edges(num_nodes, edges_, {.symmetrize = !options_.directed});
    look_for_empty_graphs(largest);
  }

  /// Where node numbers start again in every graph all edges fall on the first graphs, and none on the others.
  /// `largest` is the largest number of a node that has an edge.
  void look_for_empty_graphs(std::int64_t largest) {
    std::int64_t several_nodes = 0, empty = 0, largest_graph = 0;
    for (std::size_t g = 0; g + 1 < data_.node_ptr.size(); ++g) {
      const std::int64_t begin = data_.node_ptr[g], end = data_.node_ptr[g + 1];
      largest_graph = std::max(largest_graph, end - begin);
      several_nodes += end - begin > 1 ? 1 : 0;
      const bool has_edges = data_.graph.offsets()[static_cast<std::size_t>(begin)] !=
                             data_.graph.offsets()[static_cast<std::size_t>(end)];
      empty += end - begin > 1 && !has_edges ? 1 : 0;
    }
    if (empty == 0) {
      return;
    }
    const std::string found =
        concat(empty, " of ", several_nodes, " graphs of several nodes ", empty == 1 ? "has" : "have", " no edge");
    const auto num_nodes = static_cast<std::int64_t>(graph_of_.size());
    if (empty > 1 && 2 * empty >= several_nodes && largest > 0 && largest <= largest_graph) {
      throw DataError(folder_.path_of(file("A")), "",
                      concat(found, ", and no node of an edge is above ", largest, ", while the largest graph has ",
                             largest_graph, ": numbers seem to start again in every graph; ", kNumbering, num_nodes));
    }
    data_.assumed.push_back(found);
  }

  LabelTable read_labels(const char* what, std::int64_t expected, const char* of) const {
    const FolderText text = open(what);
    NumberRows rows(*text);
    LabelTable table;
    while (rows.next()) {
      table.cols = rows.cols();
      for (std::int64_t j = 0; j < rows.cols(); ++j) {
        // Half of the range of an integer, so that differences of labels do not overflow.
        table.values.push_back(rows.integer(j, "label", -(std::int64_t{1} << 62), std::int64_t{1} << 62));
      }
    }
    expect_rows(what, table.rows(), expected, of);
    return table;
  }

  Tensor read_attributes(const char* what, std::int64_t expected, const char* of, NotANumber nan) const {
    const FolderText text = open(what);
    NumberRows rows(*text);
    std::vector<float> values;
    std::int64_t count = 0;
    std::int64_t cols = 0;
    for (; rows.next(); ++count) {
      cols = rows.cols();
      for (std::int64_t j = 0; j < cols; ++j) {
        values.push_back(rows.real(j, nan));
      }
    }
    expect_rows(what, count, expected, of);
    return Tensor::from_buffer(count, cols, Buffer<float>::copy_of(values));
  }

  /// `thing` is what a label is called: its columns are "thing=3", or "thing_0=3" where there are several.
  OneHot one_hot_of(const char* what, const char* thing, const LabelTable& table) const {
    OneHot result;
    std::int64_t span = 0;
    for (std::int64_t j = 0; j < table.cols; ++j) {
      const auto begin = static_cast<std::size_t>(j), step = static_cast<std::size_t>(table.cols);
      std::int64_t smallest = std::numeric_limits<std::int64_t>::max();
      std::int64_t largest = std::numeric_limits<std::int64_t>::min();
      for (std::size_t i = begin; i < table.values.size(); i += step) {
        smallest = std::min(smallest, table.values[i]);
        largest = std::max(largest, table.values[i]);
      }
      if (largest - smallest >= kMostLabels) {
        throw DataError(
            folder_.path_of(file(what)), "",
            concat("has labels from ", smallest, " to ", largest, ", expected a range below ", kMostLabels));
      }
      span += largest - smallest + 1;
      if (span > kMostWidth) {
        throw DataError(folder_.path_of(file(what)), "",
                        concat("has labels in ", table.cols, " columns that need more than ", kMostWidth,
                               " places, expected fewer or smaller labels"));
      }
      std::vector<std::int32_t> places(static_cast<std::size_t>(largest - smallest + 1), -1);
      for (std::size_t i = begin; i < table.values.size(); i += step) {
        places[static_cast<std::size_t>(table.values[i] - smallest)] = 0;
      }
      std::int32_t count = 0;
      for (std::size_t value = 0; value < places.size(); ++value) {
        if (places[value] == 0) {
          places[value] = count++;
          result.names.push_back(
              concat(thing, table.cols == 1 ? "" : concat('_', j), '=', smallest + static_cast<std::int64_t>(value)));
        }
      }
      result.smallest.push_back(smallest);
      result.place_of.push_back(std::move(places));
      result.first.push_back(result.first.back() + count);
    }
    return result;
  }

  static void add_names(const char* stem, std::int64_t count, std::vector<std::string>& names) {
    for (std::int64_t j = 0; j < count; ++j) {
      names.push_back(concat(stem, j));
    }
  }

  // Labels as columns of 0 and 1, then attributes.
  Tensor dense(const LabelTable& labels, const OneHot& columns, const Tensor& attributes) const {
    const std::int64_t rows = std::max(labels.rows(), attributes.rows());
    Tensor x(rows, columns.width() + attributes.cols());
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < labels.cols; ++j) {
        x(i, columns.place(j, labels.values[static_cast<std::size_t>(i * labels.cols + j)])) = 1.0F;
      }
      if (attributes.cols() > 0) {
        std::copy(attributes.row(i).begin(), attributes.row(i).end(), x.row(i).begin() + columns.width());
      }
    }
    return x;
  }

  SparseMatrix sparse(const LabelTable& labels, const OneHot& columns, const Tensor& attributes) const {
    const std::int64_t rows = labels.rows();
    const std::int64_t per_row = labels.cols + attributes.cols();
    Buffer<EdgeId> offsets(static_cast<std::size_t>(rows) + 1);
    Buffer<std::uint32_t> places(static_cast<std::size_t>(rows * per_row));
    Buffer<float> values(static_cast<std::size_t>(rows * per_row), 1.0F);
    for (std::int64_t i = 0; i <= rows; ++i) {
      offsets[static_cast<std::size_t>(i)] = i * per_row;
    }
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto begin = static_cast<std::size_t>(i * per_row);
      for (std::int64_t j = 0; j < per_row; ++j) {
        const auto at = begin + static_cast<std::size_t>(j);
        const std::int64_t k = j - labels.cols;
        places[at] = static_cast<std::uint32_t>(
            k < 0 ? columns.place(j, labels.values[static_cast<std::size_t>(i * labels.cols + j)])
                  : columns.width() + k);
        values[at] = k < 0 ? 1.0F : attributes(i, k);
      }
    }
    return {rows, columns.width() + attributes.cols(), std::move(offsets), std::move(places), std::move(values)};
  }

  void set_node_features() {
    const auto num_nodes = static_cast<std::int64_t>(graph_of_.size());
    LabelTable labels;
    Tensor attributes;
    if (has("node_labels")) {
      labels = read_labels("node_labels", num_nodes, "node");
    }
    if (has("node_attributes") && (labels.cols == 0 || options_.attributes)) {
      attributes = read_attributes("node_attributes", num_nodes, "node", NotANumber::refused);
    }
    if (labels.cols + attributes.cols() == 0) {
      return;
    }
    const OneHot columns = one_hot_of("node_labels", "node_label", labels);
    data_.names.features = columns.names;
    add_names("node_attribute_", attributes.cols(), data_.names.features);
    if (columns.width() > kMostDenseLabels) {
      data_.node_features = sparse(labels, columns, attributes);
    } else {
      data_.node_features = dense(labels, columns, attributes);
    }
  }

  void set_edge_features() {
    const auto num_rows = static_cast<std::int64_t>(edges_.size());
    const bool use_attributes = has("edge_attributes") && (options_.attributes || !has("edge_labels"));
    if (num_rows == 0 || (!has("edge_labels") && !use_attributes)) {
      return;
    }
    LabelTable labels;
    OneHot columns;
    if (has("edge_labels")) {
      labels = read_labels("edge_labels", num_rows, "row of DS_A.txt");
      columns = one_hot_of("edge_labels", "edge_label", labels);
      data_.names.edge_features = columns.names;
    }
    Features features;
    if (use_attributes) {
      const Tensor attributes = read_attributes("edge_attributes", num_rows, "row of DS_A.txt", NotANumber::refused);
      if (columns.width() > kMostDenseLabels) {
        throw DataError(
            folder_.path_of(file("edge_labels")), "",
            concat("has ", columns.width(), " labels, expected at most ", kMostDenseLabels, " beside attributes"));
      }
      features = dense(labels, columns, attributes);
      add_names("edge_attribute_", attributes.cols(), data_.names.edge_features);
    } else {
      features = categories(labels, columns);
    }
    data_.edge_features = select_rows(features, places_of_edges(edges_, !options_.directed));
  }

  static CategoricalMatrix categories(const LabelTable& labels, const OneHot& columns) {
    CategoricalMatrix result{
        .rows = labels.rows(), .num_categories = {}, .values = Buffer<std::int32_t>(labels.values.size())};
    for (std::size_t j = 0; j < columns.smallest.size(); ++j) {
      result.num_categories.push_back(columns.first[j + 1] - columns.first[j]);
    }
    for (std::size_t i = 0; i < labels.values.size(); ++i) {
      const std::size_t j = i % columns.smallest.size();
      result.values[i] = columns.category(j, labels.values[i]);
    }
    return result;
  }

  void set_targets() {
    const std::int64_t num_graphs = data_.num_graphs();
    if (!options_.regression && has("graph_labels")) {
      set_classes(read_labels("graph_labels", num_graphs, "graph"));
      return;
    }
    if (!has("graph_attributes") && options_.regression) {
      throw DataError(folder_.path_of(file("graph_attributes")), "", "is missing");
    }
    if (!has("graph_attributes")) {
      data_.task = TaskKind::generation;
      data_.assumed.push_back(concat("graphs have no labels, as there is neither ", file("graph_labels"), " nor ",
                                     file("graph_attributes")));
      return;
    }
    data_.task = TaskKind::graph_regression;
    Tensor targets = read_attributes("graph_attributes", num_graphs, "graph", NotANumber::allowed);
    add_names("graph_attribute_", targets.cols(), data_.names.targets);
    data_.graph_labels = std::move(targets);
    for (int i = 0; i < kNumRandomSplits; ++i) {
      data_.splits.push_back(random_split(concat("rand", i), num_graphs, {.train = 0.8, .val = 0.1, .test = 0.1},
                                          Random(options_.seed).stream(static_cast<std::uint64_t>(i))));
    }
  }

  void set_classes(const LabelTable& table) {
    if (table.cols != 1) {
      throw DataError(folder_.path_of(file("graph_labels")), "", concat("has ", table.cols, " columns, expected one"));
    }
    std::map<std::int64_t, std::int64_t> class_of;
    for (const std::int64_t label : table.values) {
      class_of.emplace(label, 0);
    }
    for (auto& [label, number] : class_of) {
      number = static_cast<std::int64_t>(data_.class_names.size());
      data_.class_names.push_back(std::to_string(label));
    }
    std::vector<std::int64_t> classes;
    for (const std::int64_t label : table.values) {
      classes.push_back(class_of.at(label));
    }
    data_.task = TaskKind::graph_classification;
    data_.num_classes = static_cast<std::int64_t>(data_.class_names.size());
    data_.splits = stratified_folds("strat", classes, data_.num_classes, kNumFolds, Random(options_.seed));
    data_.graph_labels = std::move(classes);
  }

  const TuDatasetOptions& options_;
  const ProgressCallback& progress_;
  TextFolder folder_;
  std::string prefix_;
  Dataset data_;
  /// From 1.
  std::vector<std::int64_t> graph_of_;
  std::vector<Edge> edges_;
};

}  // namespace

Dataset import_tudataset(const TuDatasetOptions& options, const ProgressCallback& progress) {
  return Importer(options, progress).read();
}

}  // namespace weft
