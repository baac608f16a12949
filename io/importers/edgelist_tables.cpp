#include "weft/io/importers/edgelist_tables.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "weft/io/importers/bad_rows.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/splits.hpp"

namespace weft {
namespace {

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

// For NodeNames: a problem of the row just given.
auto failing(const DelimitedRows& rows) {
  return [&rows](const std::string& problem) { rows.fail(problem); };
}

void read_features(const EdgelistOptions& options, EdgelistTables& tables) {
  DelimitedRows rows(options.features);
  std::vector<std::string_view> fields;
  std::vector<float> values;
  Once once;
  const auto read_row = [&] {
    if (tables.feature_nodes.empty()) {
      tables.width = static_cast<std::int64_t>(fields.size()) - 1;
    }
    rows.expect_fields(fields, static_cast<std::size_t>(tables.width) + 1);
    values.clear();
    for (std::size_t i = 1; i < fields.size(); ++i) {
      values.push_back(rows.parse_float(fields[i]));
    }
    const NodeId node = tables.names.add(fields[0], failing(rows));
    once.expect_new(node, fields[0], rows);
    tables.feature_nodes.push_back(node);
    if (!values.empty()) {
      tables.features.append(values);
    }
  };
  while (rows.next(fields)) {
    read_or_skip(options.on_bad_row, read_row);
  }
}

void read_labels(const EdgelistOptions& options, EdgelistTables& tables) {
  DelimitedRows rows(options.labels);
  std::vector<std::string_view> fields;
  Once once;
  const auto read_row = [&] {
    rows.expect_fields(fields, 2);
    const bool is_number = options.task == TaskKind::node_regression && !fields[1].empty();
    const float target = is_number ? rows.parse_float(fields[1]) : 0.0F;
    const NodeId node = tables.names.add(fields[0], failing(rows));
    once.expect_new(node, fields[0], rows);
    if (is_number) {
      tables.targets.emplace_back(node, target);
    }
    if (is_number || fields[1].empty()) {
      return;
    }
    auto found = tables.class_of.find(fields[1]);
    if (found == tables.class_of.end()) {
      found = tables.class_of.emplace(fields[1], static_cast<std::int64_t>(tables.class_of.size())).first;
    }
    tables.classes.emplace_back(node, found->second);
  };
  while (rows.next(fields)) {
    read_or_skip(options.on_bad_row, read_row);
  }
}

void set_classes(const EdgelistOptions& options, const EdgelistTables& tables, std::span<const NodeId> number,
                 Dataset& data) {
  std::vector<std::string> names;
  for (const auto& [text, place] : tables.class_of) {
    names.push_back(text);
  }
  const bool integers =
      std::all_of(names.begin(), names.end(), [](const std::string& text) { return parse_id(text) >= 0; });
  if (integers) {
    std::ranges::sort(names, {}, [](const std::string& text) { return parse_id(text); });
  }
  if (names.empty()) {
    throw DataError(options.labels.string(), "", "holds no labels");
  }
  std::vector<std::int64_t> class_at(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    class_at[static_cast<std::size_t>(tables.class_of.at(names[i]))] = static_cast<std::int64_t>(i);
  }
  std::vector<std::int64_t> labels(number.size(), -1);
  for (const auto& [node, place] : tables.classes) {
    labels[number[node]] = class_at[static_cast<std::size_t>(place)];
  }
  data.num_classes = static_cast<std::int64_t>(names.size());
  data.class_names = std::move(names);
  data.node_labels = std::move(labels);
}

Split read_split(const EdgelistOptions& options, const EdgelistTables& tables, std::span<const NodeId> number) {
  DelimitedRows rows(options.split);
  Split split{.name = "public", .train = {}, .val = {}, .test = {}};
  std::vector<std::string_view> fields;
  Once once;
  const auto read_row = [&] {
    rows.expect_fields(fields, 2);
    const NodeId node = tables.names.find(fields[0], failing(rows));
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

void set_labels_and_split(const EdgelistOptions& options, const EdgelistTables& tables, std::span<const NodeId> number,
                          Dataset& data) {
  // One class for all that has a target: a split of the labeled nodes.
  std::vector<std::int64_t> strata(number.size(), -1);
  if (options.labels.empty()) {
    data.task = TaskKind::link_prediction;
  } else if (options.task == TaskKind::node_regression) {
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

// A split file may name unlabeled nodes; the format does not allow it for classes.
void check_split(const EdgelistOptions& options, const EdgelistTables& tables, std::span<const NodeId> number,
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
                               "' is unlabeled, expected a label for every node of the split"));
      }
    }
  }
}

}  // namespace

void EdgelistTables::read(const EdgelistOptions& options) {
  if (!options.features.empty()) {
    read_features(options, *this);
  }
  if (!options.labels.empty()) {
    read_labels(options, *this);
  }
  if (names.size() == 0) {
    throw DataError(options.edges.string(), "", "holds no edges, expected one or more, or nodes in the other files");
  }
}

std::vector<std::int64_t> EdgelistTables::feature_rows(const EdgelistOptions& options,
                                                       std::span<const NodeId> number) const {
  std::vector<std::int64_t> row(number.size(), -1);
  for (std::size_t i = 0; i < feature_nodes.size(); ++i) {
    row[number[feature_nodes[i]]] = static_cast<std::int64_t>(i);
  }
  for (std::size_t node = 0; node < number.size(); ++node) {
    if (row[number[node]] < 0) {
      throw DataError(options.features.string(), "",
                      concat("node '", names.name(node), "' has no row, expected one for every node"));
    }
  }
  return row;
}

void EdgelistTables::describe(const EdgelistOptions& options, std::span<const NodeId> number, Dataset& data) const {
  data.name = options.name;
  data.source = options.edges.filename().string();
  data.task = options.task;
  data.directed = options.directed;
  data.weight_column = options.weights ? 0 : -1;
  set_labels_and_split(options, *this, number, data);
  check_split(options, *this, number, data);
  if (!names.are_numbers()) {
    for (std::size_t node = 0; node < number.size(); ++node) {
      data.node_names.push_back(names.name(node));
    }
  }
}

}  // namespace weft
