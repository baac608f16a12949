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

std::string rows_text(std::int64_t count) {
  return concat(count, count == 1 ? " row" : " rows");
}

void say_comments(const DelimitedRows& rows, const std::filesystem::path& path, std::vector<std::string>& assumed) {
  if (rows.num_comments() > 0) {
    assumed.push_back(
        concat(rows.num_comments(), rows.num_comments() == 1 ? " line" : " lines",
               " behind the first row start with '#' or '%' and are passed over as comments, the first is ",
               path.filename().string(), ":", rows.first_comment()));
  }
}

void read_features(const EdgelistOptions& options, EdgelistTables& tables) {
  DelimitedRows rows(options.features, DelimitedRows::Header::recognize, 1);
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
      if (is_missing(fields[i])) {
        rows.fail(concat("'", fields[i], "' is not a finite number of 32 bits but a missing value",
                         i < rows.header().size() ? concat(" of column '", rows.header()[i], "'") : std::string(),
                         "; --nodes reads tables with missing values"));
      }
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
  const std::vector<std::string>& header = rows.header();
  if (!header.empty() && header.size() == static_cast<std::size_t>(tables.width) + 1) {
    tables.feature_names.assign(header.begin() + 1, header.end());
  }
  say_comments(rows, options.features, tables.assumed);
}

void read_labels(const EdgelistOptions& options, EdgelistTables& tables) {
  DelimitedRows rows(options.labels);
  std::vector<std::string_view> fields;
  Once once;
  const bool are_numbers = options.task == TaskKind::node_regression;
  const auto read_row = [&] {
    if (fields.size() > 2) {
      rows.fail(concat("has ", fields.size(),
                       " fields, expected 2: a node and its label; --nodes reads tables of more "
                       "columns"));
    }
    rows.expect_fields(fields, 2);
    const bool has_none = is_missing(fields[1]);
    const float target = are_numbers && !has_none ? rows.parse_float(fields[1]) : 0.0F;
    const NodeId node = tables.names.add(fields[0], failing(rows));
    once.expect_new(node, fields[0], rows);
    const bool is_minus_one = !are_numbers && without_zeros(fields[1]) == "-1";
    if (has_none || is_minus_one) {
      tables.first_unlabeled = tables.num_unlabeled == 0 ? rows.line_number() : tables.first_unlabeled;
      tables.unlabeled_text = tables.num_unlabeled == 0 ? std::string(fields[1]) : tables.unlabeled_text;
      ++tables.num_unlabeled;
    }
    if (has_none) {
      return;
    }
    if (are_numbers) {
      tables.targets.emplace_back(node, target);
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
  say_comments(rows, options.labels, tables.assumed);
}

/// What a class is called: 1.0 is 1 if all are whole numbers.
std::vector<std::string> plain_names(const EdgelistTables& tables) {
  std::vector<std::string> names(tables.class_of.size());
  bool are_whole = true;
  for (const auto& [text, place] : tables.class_of) {
    names[static_cast<std::size_t>(place)] = text;
    are_whole = are_whole && parse_id(without_zeros(text.starts_with('-') ? text.substr(1) : text)) >= 0;
  }
  for (std::string& name : names) {
    name = are_whole || without_zeros(name) == "-1" ? std::string(without_zeros(name)) : name;
  }
  return names;
}

/// Classes in the order of their numbers, or of their letters.
void sort_classes(std::vector<std::string>& names) {
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const auto number = [](const std::string& text) {
    return text.starts_with('-') ? -parse_id(std::string_view(text).substr(1)) : parse_id(text);
  };
  if (std::ranges::all_of(names, [&](const std::string& text) { return number(text) != -1 || text == "-1"; })) {
    std::ranges::stable_sort(names, {}, number);
  }
}

void say_labels(const EdgelistOptions& options, const EdgelistTables& tables, bool minus_one_is_class,
                std::int64_t num_classes, std::vector<std::string>& assumed) {
  const std::string first = concat(options.labels.filename().string(), ":", tables.first_unlabeled);
  if (minus_one_is_class) {
    assumed.emplace_back("labels are -1 and 1, which are taken for two classes, not -1 for none");
  } else if (tables.num_unlabeled > 0) {
    assumed.push_back(concat(rows_text(tables.num_unlabeled), " of the labels are taken for none, the first is ", first,
                             ", '", tables.unlabeled_text, "'"));
  }
  std::int64_t num_zeros = 0;
  for (const auto& [text, place] : tables.class_of) {
    num_zeros += without_zeros(text).size() < text.size() ? 1 : 0;
  }
  if (num_zeros > 0 && std::ranges::all_of(tables.class_of, [](const auto& entry) {
        return parse_id(without_zeros(entry.first)) >= 0 || entry.first.starts_with('-');
      })) {
    assumed.emplace_back("labels like 1.0 are taken for 1");
  }
  const auto num_labels = static_cast<std::int64_t>(tables.classes.size());
  if (num_classes > 50 && num_classes * 2 > num_labels &&
      std::ranges::all_of(tables.class_of, [](const auto& entry) { return parse_real(entry.first).has_value(); })) {
    assumed.push_back(concat("labels are ", num_classes, " different numbers in ", num_labels,
                             " rows and taken for classes; --regression predicts numbers"));
  }
}

void set_classes(const EdgelistOptions& options, const EdgelistTables& tables, std::span<const NodeId> number,
                 Dataset& data) {
  // By places; -1 is none, unless it and 1 are all there is.
  const std::vector<std::string> named = plain_names(tables);
  std::vector<std::string> names = named;
  sort_classes(names);
  const bool minus_one_is_class = names == std::vector<std::string>{"-1", "1"};
  if (!minus_one_is_class) {
    std::erase(names, "-1");
  }
  if (names.empty()) {
    throw DataError(options.labels.string(), "", "holds no labels");
  }
  std::vector<std::int64_t> class_at(named.size(), -1);
  for (std::size_t place = 0; place < named.size(); ++place) {
    const auto found = std::ranges::find(names, named[place]);
    class_at[place] = found == names.end() ? -1 : found - names.begin();
  }
  std::vector<std::int64_t> labels(number.size(), -1);
  for (const auto& [node, place] : tables.classes) {
    labels[number[node]] = class_at[static_cast<std::size_t>(place)];
  }
  data.num_classes = static_cast<std::int64_t>(names.size());
  say_labels(options, tables, minus_one_is_class, data.num_classes, data.assumed);
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
    say_labels(options, tables, false, 0, data.assumed);
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
  data.assumed.insert(data.assumed.end(), assumed.begin(), assumed.end());
  data.names.features = feature_names;
  set_labels_and_split(options, *this, number, data);
  check_split(options, *this, number, data);
  if (!names.are_numbers()) {
    for (std::size_t node = 0; node < number.size(); ++node) {
      data.node_names.push_back(names.name(node));
    }
  }
}

}  // namespace weft
