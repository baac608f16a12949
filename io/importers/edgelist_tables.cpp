#include "weft/io/importers/edgelist_tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "weft/io/importers/bad_rows.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/node_table.hpp"
#include "weft/io/importers/node_targets.hpp"
#include "weft/io/importers/smiles_columns.hpp"
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

/// A header of words that are not known before labels: its first one calls no node of the edges, as those of most rows
/// do, and its second is the label of no other row.
DelimitedRows::Header header_of_labels(const EdgelistOptions& options, EdgelistTables& tables) {
  constexpr std::size_t kRowsLookedAt = 1000, kLeastRows = 4;
  std::error_code error;
  if (!std::filesystem::is_regular_file(options.labels, error)) {
    return DelimitedRows::Header::recognize;
  }
  DelimitedRows rows(options.labels, DelimitedRows::Header::keep);
  rows.expect_decimal_commas(options.cells.decimal == ',');
  std::vector<std::string_view> fields;
  std::vector<std::vector<std::string>> first;
  std::size_t count = 0, known = 0;
  for (; count < kRowsLookedAt && rows.next(fields); ++count) {
    if (count < 2) {
      first.emplace_back(fields.begin(), fields.end());
    }
    if (fields.size() != 2 || (count > 0 && fields[1] == first[0][1])) {
      return DelimitedRows::Header::recognize;
    }
    known += tables.names.contains(fields[0]) ? 1 : 0;
  }
  if (count < kLeastRows || 4 * known < 3 * (count - 1) || tables.names.contains(first[0][0]) ||
      is_header(first, DelimitedRows::kNoNumbers) || std::ranges::any_of(first[0], [&](const std::string& text) {
        return parse_real(text) || is_missing(text, options.cells);
      })) {
    return DelimitedRows::Header::recognize;
  }
  tables.assumed.push_back(concat("the first line of ", options.labels.filename().string(),
                                  " is taken for a header, as '", first[0][0].substr(0, 40),
                                  "' is no node of the edges, and '", first[0][1].substr(0, 40),
                                  "' the label of no other line"));
  return DelimitedRows::Header::expect;
}

void read_features(const EdgelistOptions& options, EdgelistTables& tables) {
  DelimitedRows rows(options.features, DelimitedRows::Header::recognize, 1);
  rows.expect_decimal_commas(options.cells.decimal == ',');
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
      if (is_missing(fields[i], options.cells)) {
        rows.fail(concat("'", fields[i], "' is not a finite number of 32 bits but a missing value",
                         i < rows.header().size() ? concat(" of column '", rows.header()[i], "'") : std::string(),
                         "; --nodes reads tables with missing values"));
      }
      values.push_back(rows.parse_float(fields[i], options.cells));
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
  if (tables.are_some && tables.width > 0) {
    // What stands for nodes that are known elsewhere.
    tables.features.append(std::vector<float>(static_cast<std::size_t>(tables.width), 0.0F));
  }
  const std::vector<std::string>& header = rows.header();
  if (!header.empty() && header.size() == static_cast<std::size_t>(tables.width) + 1) {
    tables.feature_names.assign(header.begin() + 1, header.end());
    std::vector<std::string> sorted = tables.feature_names;
    std::ranges::sort(sorted);
    if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end()) {
      tables.feature_names.clear();
      tables.assumed.push_back(concat("the header of ", options.features.filename().string(), " has two columns '",
                                      *twice, "', so the features have no names"));
    }
  }
  say_comments(rows, options.features, tables.assumed);
}

void read_labels(const EdgelistOptions& options, EdgelistTables& tables) {
  DelimitedRows rows(options.labels, header_of_labels(options, tables));
  rows.expect_decimal_commas(options.cells.decimal == ',');
  std::vector<std::string_view> fields;
  Once once;
  tables.labels_file = options.labels;
  const auto read_row = [&] {
    if (fields.size() > 2) {
      rows.fail(concat("has ", fields.size(),
                       " fields, expected 2: a node and its label; --nodes reads tables of more columns"));
    }
    rows.expect_fields(fields, 2);
    const std::optional<float> target = EdgelistTables::target_of(options, fields[1], failing(rows));
    const NodeId node = tables.names.add(fields[0], failing(rows));
    once.expect_new(node, fields[0], rows);
    tables.add_label(options, node, fields[1], target, rows.line_number());
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

void say_labels(const EdgelistTables& tables, bool minus_one_is_class, std::int64_t num_classes,
                std::vector<std::string>& assumed) {
  const std::string first = concat(tables.labels_file.filename().string(), ":", tables.first_unlabeled);
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

void set_classes(const EdgelistTables& tables, std::span<const NodeId> number, Dataset& data) {
  // By places; -1 is none, unless it and 1 are all there is.
  const std::vector<std::string> named = plain_names(tables);
  std::vector<std::string> names = named;
  sort_classes(names);
  const bool minus_one_is_class = names == std::vector<std::string>{"-1", "1"};
  if (!minus_one_is_class) {
    std::erase(names, "-1");
  }
  if (names.empty()) {
    throw DataError(tables.labels_file.string(), "", "holds no labels");
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
  say_labels(tables, minus_one_is_class, data.num_classes, data.assumed);
  data.class_names = std::move(names);
  data.node_labels = std::move(labels);
}

std::vector<std::int64_t>& members_of(Split& split, SplitPart part) {
  return part == SplitPart::train ? split.train : part == SplitPart::val ? split.val : split.test;
}

void sort_parts(Split& split) {
  for (std::vector<std::int64_t>* part : {&split.train, &split.val, &split.test}) {
    std::ranges::sort(*part);
  }
}

/// -1 was taken for a label, and may have turned out to be none.
Split split_of_parts(const EdgelistTables& tables, std::span<const NodeId> number,
                     std::span<const std::int64_t> strata) {
  Split split{.name = tables.part_name};
  for (const auto& [node, part] : tables.parts) {
    if (strata[number[node]] >= 0) {
      members_of(split, part).push_back(number[node]);
    }
  }
  sort_parts(split);
  return split;
}

Split read_split(const EdgelistOptions& options, const EdgelistTables& tables, std::span<const NodeId> number) {
  DelimitedRows rows(options.split);
  Split split{.name = "public", .train = {}, .val = {}, .test = {}};
  std::vector<std::string_view> fields;
  Once once;
  const auto read_row = [&] {
    rows.expect_fields(fields, 2);
    const NodeId node = tables.names.find(fields[0], failing(rows));
    const std::optional<SplitPart> part = part_named(fields[1]);
    if (!part) {
      rows.fail(concat("'", fields[1], "' is not a set, expected train, val or test"));
    }
    once.expect_new(node, fields[0], rows);
    members_of(split, *part).push_back(number[node]);
  };
  while (rows.next(fields)) {
    read_or_skip(options.on_bad_row, read_row);
  }
  sort_parts(split);
  return split;
}

/// Several labels of each node, and as strata those that have any.
void set_several(const EdgelistTables& tables, std::span<const NodeId> number, std::vector<std::int64_t>& strata,
                 Dataset& data) {
  const std::int64_t cols = tables.several.cols();
  Tensor labels = Tensor::full(static_cast<std::int64_t>(number.size()), cols, std::numeric_limits<float>::quiet_NaN());
  for (std::size_t i = 0; i < tables.several_nodes.size(); ++i) {
    const NodeId node = number[tables.several_nodes[i]];
    const std::span<const float> row = tables.several.row(static_cast<std::int64_t>(i));
    std::ranges::copy(row, labels.row(node).begin());
    if (std::ranges::any_of(row, [](float value) { return value == value; })) {
      strata[node] = 0;
    }
  }
  data.num_classes = tables.task == TaskKind::node_classification ? 2 : 0;
  data.names.targets = label_names(tables.label_column, {});
  data.node_labels = std::move(labels);
}

void set_labels_and_split(const EdgelistOptions& options, const EdgelistTables& tables, std::span<const NodeId> number,
                          Dataset& data) {
  // One class for all that has a target: a split of the labeled nodes.
  std::vector<std::int64_t> strata(number.size(), -1);
  if (tables.labels_file.empty()) {
    data.task = TaskKind::link_prediction;
  } else if (!tables.several_nodes.empty()) {
    set_several(tables, number, strata, data);
  } else if (tables.task == TaskKind::node_regression) {
    if (!tables.label_column.empty()) {
      data.names.targets = {tables.label_column};
    }
    Tensor targets = Tensor::full(static_cast<std::int64_t>(number.size()), 1, std::numeric_limits<float>::quiet_NaN());
    if (tables.targets.empty()) {
      throw DataError(tables.labels_file.string(), "", "holds no labels");
    }
    for (const auto& [node, target] : tables.targets) {
      targets.data()[number[node]] = target;
      strata[number[node]] = 0;
    }
    data.node_labels = std::move(targets);
    say_labels(tables, false, 0, data.assumed);
  } else {
    set_classes(tables, number, data);
    strata = std::get<std::vector<std::int64_t>>(data.node_labels);
  }
  if (!options.split.empty()) {
    data.splits.push_back(read_split(options, tables, number));
  } else if (!tables.parts.empty()) {
    data.splits.push_back(split_of_parts(tables, number, strata));
    for (const auto& [part, members] :
         {std::pair("train", &data.splits.back().train), std::pair("val", &data.splits.back().val),
          std::pair("test", &data.splits.back().test)}) {
      if (members->empty()) {
        data.assumed.push_back(concat("the part ", part, " of the split '", tables.part_name, "' is empty"));
      }
    }
  } else if (!tables.labels_file.empty()) {
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

std::optional<SplitPart> part_named(std::string_view text) {
  const auto is = [&](std::string_view word) { return equal_words(text, word); };
  return is("train")                                    ? std::optional(SplitPart::train)
         : is("val") || is("valid") || is("validation") ? std::optional(SplitPart::val)
         : is("test")                                   ? std::optional(SplitPart::test)
                                                        : std::nullopt;
}

std::optional<float> EdgelistTables::target_of(const EdgelistOptions& options, std::string_view label,
                                               FunctionRef<void(const std::string& problem)> fail) {
  if (options.task != TaskKind::node_regression || is_missing(label, options.cells)) {
    return std::nullopt;
  }
  const std::optional<float> value = parse_real(label, options.cells);
  if (!value) {
    fail(concat("'", label.substr(0, 40), "' is not a finite number of 32 bits; ",
                advice_on_number(label, options.cells)));
  }
  return value;
}

bool EdgelistTables::add_label(const EdgelistOptions& options, NodeId node, std::string_view label,
                               std::optional<float> target, std::int64_t line) {
  const bool is_minus_one = options.task != TaskKind::node_regression && without_zeros(label) == "-1";
  if (is_missing(label, options.cells) || is_minus_one) {
    first_unlabeled = num_unlabeled == 0 ? line : first_unlabeled;
    unlabeled_text = num_unlabeled == 0 ? std::string(label) : unlabeled_text;
    ++num_unlabeled;
  }
  if (is_missing(label, options.cells)) {
    return false;
  }
  if (target) {
    targets.emplace_back(node, *target);
    return true;
  }
  auto found = class_of.find(label);
  if (found == class_of.end()) {
    found = class_of.emplace(label, static_cast<std::int64_t>(class_of.size())).first;
  }
  classes.emplace_back(node, found->second);
  return true;
}

void EdgelistTables::take_fractions(const EdgelistOptions& options) {
  std::vector<std::optional<float>> value(class_of.size());
  bool has_fraction = false;
  for (const auto& [text, place] : class_of) {
    const bool is_none = without_zeros(text) == "-1";
    const std::optional<float> number = parse_real(text, options.cells);
    if (!is_none && !number) {
      return;
    }
    value[static_cast<std::size_t>(place)] = is_none ? std::nullopt : number;
    has_fraction = has_fraction || (!is_none && std::floor(*number) != *number);
  }
  if (!has_fraction) {
    return;
  }
  for (const auto& [node, place] : classes) {
    if (const std::optional<float>& number = value[static_cast<std::size_t>(place)]) {
      targets.emplace_back(node, *number);
    }
  }
  classes.clear();
  class_of.clear();
  task = TaskKind::node_regression;
  assumed.push_back(concat(label_column.empty() ? std::string("the labels") : concat("column '", label_column, "'"),
                           " of ", labels_file.filename().string(), label_column.empty() ? " are" : " holds",
                           " numbers with fractions, which are predicted as numbers"));
}

std::string EdgelistTables::name_without_row() const {
  std::vector<bool> has_row(names.size(), false);
  for (const NodeId node : feature_nodes) {
    has_row[node] = true;
  }
  const auto found = std::ranges::find(has_row, false);
  return found == has_row.end() ? "" : names.name(static_cast<std::size_t>(found - has_row.begin()));
}

void EdgelistTables::read(const EdgelistOptions& options) {
  if (!options.features.empty()) {
    read_features(options, *this);
  }
  if (!options.labels.empty()) {
    read_labels(options, *this);
  }
  if (!options.nodes.empty()) {
    read_node_table(options, *this);
  }
  if (several_nodes.empty()) {
    task = options.task;
  }
  // Of tables like others, what labels are is known.
  if (several_nodes.empty() && task == TaskKind::node_classification && options.like.empty() &&
      options.encoder.empty()) {
    take_fractions(options);
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
    if (row[number[node]] < 0 && (!options.nodes.empty() || are_some)) {
      row[number[node]] = static_cast<std::int64_t>(feature_nodes.size());
    } else if (row[number[node]] < 0) {
      throw DataError(options.features.string(), "",
                      concat("node '", names.name(node), "' has no row, expected one for every node"));
    }
  }
  return row;
}

void EdgelistTables::describe(const EdgelistOptions& options, std::span<const NodeId> number, Dataset& data) const {
  data.name = options.name;
  data.source = options.edges.filename().string();
  data.task = task;
  data.directed = options.directed;
  data.assumed.insert(data.assumed.end(), assumed.begin(), assumed.end());
  data.names.features = feature_names;
  data.encoder = encoder;
  if (const std::size_t rows = feature_nodes.size(); !options.nodes.empty() && rows < number.size() && !are_some) {
    data.assumed.push_back(concat(number.size() - rows, " of ", number.size(), " nodes have no row in ",
                                  options.nodes.filename().string(), ", and are encoded as if all cells were missing"));
  }
  set_labels_and_split(options, *this, number, data);
  check_split(options, *this, number, data);
  if (!names.are_numbers()) {
    for (std::size_t node = 0; node < number.size(); ++node) {
      data.node_names.push_back(names.name(node));
    }
  }
}

}  // namespace weft
