#include "weft/io/edgelist_importer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weft/io/delimited_text.hpp"
#include "weft/io/splits.hpp"

namespace weft {
namespace {

constexpr std::int64_t kReportEvery = 1 << 20;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

// Numbers the names of nodes as they appear.
class NodeNames {
 public:
  NodeId add(std::string_view name, const DelimitedRows& rows) {
    if (const auto found = node_of_.find(name); found != node_of_.end()) {
      return found->second;
    }
    expect_name(name, rows);
    if (static_cast<std::int64_t>(names_.size()) == kMaxNodes) {
      rows.fail(concat("is one node too many, expected at most ", kMaxNodes));
    }
    const auto node = static_cast<NodeId>(names_.size());
    const auto at = node_of_.emplace(std::string(name), node).first;
    names_.push_back(&at->first);
    return node;
  }

  static void expect_name(std::string_view name, const DelimitedRows& rows) {
    if (name.empty()) {
      rows.fail("a node has an empty name");
    }
  }

  [[nodiscard]] NodeId find(std::string_view name, const DelimitedRows& rows) const {
    const auto found = node_of_.find(name);
    if (found == node_of_.end()) {
      rows.fail(concat("node '", name, "' is in no other file"));
    }
    return found->second;
  }

  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] const std::string& name(std::size_t node) const { return *names_[node]; }

  /// Whether the names are the integers 0 .. size() - 1, in any order.
  [[nodiscard]] bool are_numbers() const {
    return std::all_of(names_.begin(), names_.end(), [&](const std::string* name) {
      const std::int64_t id = parse_id(*name);
      return id >= 0 && id < static_cast<std::int64_t>(names_.size());
    });
  }

  /// For each node its final number: its name if all names are numbers, else its place.
  [[nodiscard]] std::vector<NodeId> numbering() const {
    const bool by_name = are_numbers();
    std::vector<NodeId> number(names_.size());
    for (std::size_t i = 0; i < names_.size(); ++i) {
      number[i] = static_cast<NodeId>(by_name ? parse_id(*names_[i]) : static_cast<std::int64_t>(i));
    }
    return number;
  }

 private:
  std::unordered_map<std::string, NodeId, TextHash, std::equal_to<>> node_of_;
  std::vector<const std::string*> names_;
};

struct Tables {
  NodeNames names;
  std::vector<Edge> edges;
  std::vector<float> weights;
  std::int64_t width = 0;
  /// In the order of feature_nodes, rows of `width`.
  std::vector<float> features;
  std::vector<NodeId> feature_nodes;
  std::vector<std::pair<NodeId, std::string>> classes;
  std::vector<std::pair<NodeId, float>> targets;
};

void read_edges(const EdgelistOptions& options, const ProgressCallback& progress, Tables& tables) {
  DelimitedRows rows(options.edges);
  std::vector<std::string_view> fields;
  const std::size_t least = options.weights ? 3 : 2;
  const auto read_row = [&] {
    if (fields.size() < least) {
      rows.fail(concat("has ", fields.size(), " fields, expected ", least, " or more: source, target",
                       options.weights ? ", weight" : ""));
    }
    tables.names.expect_name(fields[0], rows);
    tables.names.expect_name(fields[1], rows);
    if (options.weights) {
      tables.weights.push_back(rows.parse_float(fields[2]));
    }
    const NodeId source = tables.names.add(fields[0], rows);
    tables.edges.push_back({source, tables.names.add(fields[1], rows)});
  };
  while (rows.next(fields)) {
    read_or_skip(options.on_bad_row, read_row);
    const auto count = static_cast<std::int64_t>(tables.edges.size());
    if (progress && count % kReportEvery == 0) {
      progress({.stage = "reading edges", .done = count, .total = 0, .detail = ""});
    }
  }
}

// Refuses the second row of a node.
class Once {
 public:
  void expect_new(NodeId node, std::string_view name, const DelimitedRows& rows) {
    if (node >= seen_.size()) {
      seen_.resize(std::max<std::size_t>(node + std::size_t{1}, 2 * seen_.size()));
    }
    if (seen_[node]) {
      rows.fail(concat("node '", name, "' has a second row, expected one"));
    }
    seen_[node] = true;
  }

 private:
  std::vector<bool> seen_;
};

void read_features(const EdgelistOptions& options, Tables& tables) {
  DelimitedRows rows(options.features);
  std::vector<std::string_view> fields;
  Once once;
  std::vector<float> values;
  const auto read_row = [&] {
    if (tables.feature_nodes.empty()) {
      tables.width = static_cast<std::int64_t>(fields.size()) - 1;
    }
    rows.expect_fields(fields, static_cast<std::size_t>(tables.width) + 1);
    values.clear();
    for (std::size_t i = 1; i < fields.size(); ++i) {
      values.push_back(rows.parse_float(fields[i]));
    }
    const NodeId node = tables.names.add(fields[0], rows);
    once.expect_new(node, fields[0], rows);
    tables.feature_nodes.push_back(node);
    tables.features.insert(tables.features.end(), values.begin(), values.end());
  };
  while (rows.next(fields)) {
    read_or_skip(options.on_bad_row, read_row);
  }
}

void read_labels(const EdgelistOptions& options, Tables& tables) {
  DelimitedRows rows(options.labels);
  std::vector<std::string_view> fields;
  Once once;
  const auto read_row = [&] {
    rows.expect_fields(fields, 2);
    const bool is_number = options.task == Task::node_regression && !fields[1].empty();
    const float target = is_number ? rows.parse_float(fields[1]) : 0.0F;
    const NodeId node = tables.names.add(fields[0], rows);
    once.expect_new(node, fields[0], rows);
    if (is_number) {
      tables.targets.emplace_back(node, target);
    } else if (!fields[1].empty()) {
      tables.classes.emplace_back(node, std::string(fields[1]));
    }
  };
  while (rows.next(fields)) {
    read_or_skip(options.on_bad_row, read_row);
  }
}

void set_graph(const EdgelistOptions& options, const Tables& tables, std::span<const NodeId> number, Dataset& data) {
  std::vector<Edge> edges = tables.edges;
  for (Edge& edge : edges) {
    edge = {number[edge.source], number[edge.destination]};
  }
  data.graph = CsrGraph::from_edges(static_cast<std::int64_t>(number.size()), edges, {.symmetrize = !options.directed});
  if (!options.weights) {
    return;
  }
  // Sorted as the graph sorts its edges; of repeats the first in the file.
  std::vector<std::tuple<NodeId, NodeId, std::size_t>> order;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    order.emplace_back(edges[i].destination, edges[i].source, i);
    if (!options.directed) {
      order.emplace_back(edges[i].source, edges[i].destination, i);
    }
  }
  std::sort(order.begin(), order.end());
  Tensor weights = Tensor::uninitialized(data.graph.num_edges(), 1);
  std::int64_t at = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& [destination, source, place] = order[i];
    if (i == 0 || destination != std::get<0>(order[i - 1]) || source != std::get<1>(order[i - 1])) {
      weights.data()[at++] = tables.weights[place];
    }
  }
  data.edge_features = std::move(weights);
}

void set_features(const EdgelistOptions& options, const Tables& tables, std::span<const NodeId> number, Dataset& data) {
  std::vector<bool> has_row(number.size());
  Tensor features = Tensor::uninitialized(static_cast<std::int64_t>(number.size()), tables.width);
  for (std::size_t i = 0; i < tables.feature_nodes.size(); ++i) {
    const NodeId node = tables.feature_nodes[i];
    has_row[node] = true;
    const auto row = std::span(tables.features)
                         .subspan(i * static_cast<std::size_t>(tables.width), static_cast<std::size_t>(tables.width));
    std::copy(row.begin(), row.end(), features.row(number[node]).begin());
  }
  for (std::size_t node = 0; node < has_row.size(); ++node) {
    if (!has_row[node]) {
      throw DataError(options.features.string(), "",
                      concat("node '", tables.names.name(node), "' has no row, expected one for every node"));
    }
  }
  data.node_features = std::move(features);
}

void set_classes(const EdgelistOptions& options, const Tables& tables, std::span<const NodeId> number, Dataset& data) {
  std::vector<std::string> names;
  for (const auto& [node, text] : tables.classes) {
    names.push_back(text);
  }
  const bool integers =
      std::all_of(names.begin(), names.end(), [](const std::string& text) { return parse_id(text) >= 0; });
  const auto less = [&](const std::string& a, const std::string& b) {
    return integers ? parse_id(a) < parse_id(b) : a < b;
  };
  std::sort(names.begin(), names.end(), less);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.empty()) {
    throw DataError(options.labels.string(), "", "holds no labels");
  }
  std::vector<std::int64_t> labels(number.size(), -1);
  for (const auto& [node, text] : tables.classes) {
    labels[number[node]] = std::lower_bound(names.begin(), names.end(), text, less) - names.begin();
  }
  data.num_classes = static_cast<std::int64_t>(names.size());
  data.class_names = std::move(names);
  data.node_labels = std::move(labels);
}

Split read_split(const EdgelistOptions& options, const Tables& tables, std::span<const NodeId> number) {
  DelimitedRows rows(options.split);
  Split split{.name = "public", .train = {}, .val = {}, .test = {}};
  std::vector<std::string_view> fields;
  Once once;
  const auto read_row = [&] {
    rows.expect_fields(fields, 2);
    const NodeId node = tables.names.find(fields[0], rows);
    std::vector<std::int64_t>* part = fields[1] == "train" ? &split.train
                                      : fields[1] == "val" || fields[1] == "valid" || fields[1] == "validation"
                                          ? &split.val
                                      : fields[1] == "test" ? &split.test
                                                            : nullptr;
    if (part == nullptr) {
      rows.fail(concat("'", fields[1], "' is not a set, expected train, val or test"));
    }
    once.expect_new(node, fields[0], rows);
    part->push_back(number[node]);
  };
  while (rows.next(fields)) {
    read_or_skip(options.on_bad_row, read_row);
  }
  for (std::vector<std::int64_t>* part : {&split.train, &split.val, &split.test}) {
    std::sort(part->begin(), part->end());
  }
  return split;
}

void set_labels_and_split(const EdgelistOptions& options, const Tables& tables, std::span<const NodeId> number,
                          Dataset& data) {
  // One class for all that has a target: a split of the labelled nodes.
  std::vector<std::int64_t> strata(number.size(), -1);
  if (options.labels.empty()) {
    data.task = Task::link_prediction;
  } else if (options.task == Task::node_regression) {
    Tensor targets = Tensor::full(static_cast<std::int64_t>(number.size()), 1, std::numeric_limits<float>::quiet_NaN());
    for (const auto& [node, target] : tables.targets) {
      targets.data()[number[node]] = target;
      strata[number[node]] = 0;
    }
    data.node_labels = std::move(targets);
  } else {
    set_classes(options, tables, number, data);
    strata = std::get<std::vector<std::int64_t>>(data.node_labels);
  }
  if (!options.split.empty()) {
    data.splits.push_back(read_split(options, tables, number));
  } else if (!options.labels.empty()) {
    data.splits.push_back(
        stratified_split("rand0", strata, std::max<std::int64_t>(1, data.num_classes), {}, Random(options.seed)));
  }
}

// A split file may name unlabelled nodes; the format does not allow it for classes.
void check_split(const EdgelistOptions& options, const Tables& tables, std::span<const NodeId> number,
                 const Dataset& data) {
  const auto* labels = std::get_if<std::vector<std::int64_t>>(&data.node_labels);
  if (options.split.empty() || labels == nullptr) {
    return;
  }
  for (const auto* part : {&data.splits[0].train, &data.splits[0].val, &data.splits[0].test}) {
    for (const std::int64_t node : *part) {
      if ((*labels)[static_cast<std::size_t>(node)] < 0) {
        const auto at = std::find(number.begin(), number.end(), static_cast<NodeId>(node)) - number.begin();
        throw DataError(options.split.string(), "",
                        concat("node '", tables.names.name(static_cast<std::size_t>(at)),
                               "' is unlabelled, expected a label for every node of the split"));
      }
    }
  }
}

}  // namespace

Dataset import_edgelist(const EdgelistOptions& options, const ProgressCallback& progress) {
  require(options.task == Task::node_classification || options.task == Task::node_regression, "import_edgelist: task ",
          name_of(options.task), ", expected node_classification or node_regression");
  Tables tables;
  read_edges(options, progress, tables);
  if (!options.features.empty()) {
    read_features(options, tables);
  }
  if (!options.labels.empty()) {
    read_labels(options, tables);
  }
  if (tables.names.size() == 0) {
    throw DataError(options.edges.string(), "", "holds no edges, expected one or more, or nodes in the other files");
  }
  const std::vector<NodeId> number = tables.names.numbering();
  Dataset data;
  data.name = options.name;
  data.source = options.edges.filename().string();
  data.task = options.task;
  data.directed = options.directed;
  set_graph(options, tables, number, data);
  if (!options.features.empty()) {
    set_features(options, tables, number, data);
  }
  set_labels_and_split(options, tables, number, data);
  check_split(options, tables, number, data);
  if (!tables.names.are_numbers()) {
    for (std::size_t node = 0; node < number.size(); ++node) {
      data.node_names.push_back(tables.names.name(node));
    }
  }
  return data;
}

}  // namespace weft
