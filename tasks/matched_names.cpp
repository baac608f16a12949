#include "weft/tasks/matched_names.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/tasks/tasks.hpp"

namespace weft {
namespace {

using Names = std::vector<std::string>;

/// "thing=" of "thing=value", "thing~" of "thing~word"; empty where a name stands for itself.
std::string_view thing_of(std::string_view name) {
  const std::size_t end = name.find_first_of("=~");
  return end == std::string_view::npos ? std::string_view() : name.substr(0, end + 1);
}

/// A text may hold any words, and those that nobody knows say nothing; of values one has to be known.
bool is_word(std::string_view name) {
  return thing_of(name).ends_with('~');
}

std::string listed(const Names& names) {
  constexpr std::size_t kMost = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, names.size()); ++i) {
    text += concat(i == 0 ? "'" : ", '", names[i], "'");
  }
  return names.size() > kMost ? concat(text, " and ", names.size() - kMost, " more") : text;
}

bool differ(const Names& of_model, const Names& of_data) {
  return !of_model.empty() && !of_data.empty() && of_model != of_data;
}

/// Where each column of the model stands in the data, -1 where its values do not occur there; and what else there is.
struct Columns {
  std::vector<std::int64_t> from;
  /// Columns of the data that stand for values which the model never saw, and those of things it does not know.
  std::vector<std::int64_t> unseen;
  Names left_out;
  /// Words that the model does not know.
  std::int64_t words_left_out = 0;
};

Columns match_columns(const Names& model, const Names& data, std::string_view what) {
  std::map<std::string_view, std::int64_t> place;
  std::set<std::string_view> things_of_data, things_of_model;
  for (std::size_t j = 0; j < data.size(); ++j) {
    place.emplace(data[j], static_cast<std::int64_t>(j));
    things_of_data.insert(thing_of(data[j]));
  }
  Columns columns;
  Names missing;
  std::set<std::string_view> known;
  for (const std::string& name : model) {
    const auto found = place.find(name);
    const std::string_view thing = thing_of(name);
    if (found == place.end() && (thing.empty() || !things_of_data.contains(thing))) {
      missing.push_back(name);
    }
    columns.from.push_back(found == place.end() ? -1 : found->second);
    known.insert(name);
    things_of_model.insert(thing);
  }
  require(missing.empty(), "the data have no ", what, missing.size() == 1 ? " " : "s ", listed(missing),
          ", which the model reads; there are ", listed(data));
  for (std::size_t j = 0; j < data.size(); ++j) {
    if (known.contains(data[j])) {
      continue;
    }
    const std::string_view thing = thing_of(data[j]);
    if (is_word(data[j]) && things_of_model.contains(thing)) {
      ++columns.words_left_out;
    } else if (!thing.empty() && things_of_model.contains(thing)) {
      columns.unseen.push_back(static_cast<std::int64_t>(j));
    } else {
      columns.left_out.push_back(data[j]);
    }
  }
  return columns;
}

void refuse_unseen(const Names& data, std::int64_t column, std::int64_t rows) {
  throw ArgumentError(concat("the data have '", data[static_cast<std::size_t>(column)], "' in ", rows,
                             rows == 1 ? " row" : " rows", ", a value that the model never saw in training"));
}

Tensor matched(const Tensor& x, const Columns& columns, const Names& data) {
  for (const std::int64_t j : columns.unseen) {
    std::int64_t rows = 0;
    for (std::int64_t i = 0; i < x.rows(); ++i) {
      rows += x(i, j) != 0.0F ? 1 : 0;
    }
    if (rows > 0) {
      refuse_unseen(data, j, rows);
    }
  }
  Tensor result(x.rows(), static_cast<std::int64_t>(columns.from.size()));
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < columns.from.size(); ++j) {
      if (columns.from[j] >= 0) {
        result(i, static_cast<std::int64_t>(j)) = x(i, columns.from[j]);
      }
    }
  }
  return result;
}

SparseMatrix matched(const SparseMatrix& x, const Columns& columns, const Names& data) {
  constexpr std::int64_t kDropped = -1, kUnseen = -2;
  std::vector<std::int64_t> to(static_cast<std::size_t>(x.cols()), kDropped);
  for (std::size_t j = 0; j < columns.from.size(); ++j) {
    if (columns.from[j] >= 0) {
      to[static_cast<std::size_t>(columns.from[j])] = static_cast<std::int64_t>(j);
    }
  }
  for (const std::int64_t j : columns.unseen) {
    to[static_cast<std::size_t>(j)] = kUnseen;
  }
  const auto cols = static_cast<std::int64_t>(columns.from.size());
  Buffer<EdgeId> offsets(static_cast<std::size_t>(x.rows()) + 1, 0);
  std::vector<std::pair<std::uint32_t, float>> row;
  std::vector<std::uint32_t> places;
  std::vector<float> values;
  if (x.rows() > 0) {
    const SparseMatrix::Rows& rows = x.by_row();
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
      row.clear();
      for (auto e = static_cast<std::size_t>(rows.offsets[i]); e < static_cast<std::size_t>(rows.offsets[i + 1]); ++e) {
        const std::int64_t column = to[rows.columns[e]];
        if (column == kUnseen && rows.values[e] != 0.0F) {
          refuse_unseen(data, rows.columns[e], 1);
        }
        if (column >= 0) {
          row.emplace_back(static_cast<std::uint32_t>(column), rows.values[e]);
        }
      }
      std::ranges::sort(row);
      for (const auto& [column, value] : row) {
        places.push_back(column);
        values.push_back(value);
      }
      offsets[i + 1] = static_cast<EdgeId>(places.size());
    }
  }
  return {x.rows(), cols, std::move(offsets), Buffer<std::uint32_t>::copy_of(places), Buffer<float>::copy_of(values)};
}

SparseMatrix sparse_of(const Tensor& x) {
  Buffer<EdgeId> offsets(static_cast<std::size_t>(x.rows()) + 1, 0);
  std::vector<std::uint32_t> places;
  std::vector<float> values;
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    for (std::int64_t j = 0; j < x.cols(); ++j) {
      if (x(i, j) != 0.0F) {
        places.push_back(static_cast<std::uint32_t>(j));
        values.push_back(x(i, j));
      }
    }
    offsets[static_cast<std::size_t>(i) + 1] = static_cast<EdgeId>(places.size());
  }
  return {x.rows(), x.cols(), std::move(offsets), Buffer<std::uint32_t>::copy_of(places),
          Buffer<float>::copy_of(values)};
}

/// Columns by their names, one for each.
CategoricalMatrix matched_columns(const CategoricalMatrix& x, const Columns& columns, const ModelShape& shape,
                                  bool of_edges) {
  const std::vector<std::int64_t>& wanted = of_edges ? shape.num_edge_categories : shape.num_categories;
  CategoricalMatrix result{x.rows, wanted, Buffer<std::int32_t>(static_cast<std::size_t>(x.rows) * wanted.size(), 0)};
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < wanted.size(); ++j) {
      result.values[static_cast<std::size_t>(i) * wanted.size() + j] =
          x.values[static_cast<std::size_t>(i * x.cols() + columns.from[j])];
    }
  }
  return result;
}

/// Whether names are those of values, one for each value of each column, and not of the columns. Where both are as many
/// the names say it themselves: only values are called "thing=value".
bool are_of_values(const Names& names, const std::vector<std::int64_t>& num_categories) {
  const std::int64_t values = std::accumulate(num_categories.begin(), num_categories.end(), std::int64_t{0});
  return static_cast<std::int64_t>(names.size()) == values &&
         (names.size() != num_categories.size() ||
          std::ranges::all_of(names, [](const auto& name) { return !thing_of(name).empty(); }));
}

std::int64_t count_in_column(const CategoricalMatrix& x, std::size_t column, std::int32_t value) {
  std::int64_t count = 0;
  for (std::size_t at = column; at < x.values.size(); at += x.num_categories.size()) {
    count += x.values[at] == value ? 1 : 0;
  }
  return count;
}

/// Values by their names, one for each value of each column; columns are in the same order on both sides.
CategoricalMatrix matched_values(const CategoricalMatrix& x, const Names& model, const Names& data,
                                 const std::vector<std::int64_t>& wanted) {
  require(x.num_categories.size() == wanted.size(), "the data have ", x.num_categories.size(),
          " columns of categories, the model reads ", wanted.size());
  CategoricalMatrix result{x.rows, wanted, Buffer<std::int32_t>(x.values.size(), 0)};
  std::int64_t first = 0, first_wanted = 0;
  for (std::size_t j = 0; j < wanted.size(); ++j) {
    std::map<std::string_view, std::int32_t> code;
    for (std::int64_t c = 0; c < wanted[j]; ++c) {
      code.emplace(model[static_cast<std::size_t>(first_wanted + c)], static_cast<std::int32_t>(c));
    }
    for (std::size_t at = j; at < x.values.size(); at += wanted.size()) {
      const std::int64_t named = first + x.values[at];
      const auto found = code.find(data[static_cast<std::size_t>(named)]);
      if (found == code.end()) {
        refuse_unseen(data, named, count_in_column(x, j, x.values[at]));
      }
      result.values[at] = found->second;
    }
    first += x.num_categories[j];
    first_wanted += wanted[j];
  }
  return result;
}

Features matched_features(const Features& features, const Names& model, Names& data, const ModelShape& shape,
                          bool of_edges, Names& notes) {
  const std::string_view what = of_edges ? "edge feature" : "feature";
  const auto* categorical = std::get_if<CategoricalMatrix>(&features);
  const std::vector<std::int64_t>& wanted = of_edges ? shape.num_edge_categories : shape.num_categories;
  if (categorical != nullptr && are_of_values(data, categorical->num_categories)) {
    require(are_of_values(model, wanted), "the data name the values of ", categorical->cols(),
            " columns of categories, the model names ", model.size(), " columns: ", listed(model));
    return matched_values(*categorical, model, data, wanted);
  }
  const Columns columns = match_columns(model, data, what);
  if (!columns.left_out.empty()) {
    notes.push_back(concat("left out: ", columns.left_out.size(), " ", what, columns.left_out.size() == 1 ? " " : "s ",
                           listed(columns.left_out), ", which the model does not read"));
  }
  if (columns.words_left_out > 0) {
    const auto known = std::ranges::count_if(columns.from, [](std::int64_t from) { return from >= 0; });
    notes.push_back(concat("left out: ", columns.words_left_out, " words that the model does not know; of its ",
                           model.size(), " columns the data have ", known));
  }
  if (model.size() == data.size() &&
      std::set<std::string>(model.begin(), model.end()) == std::set<std::string>(data.begin(), data.end())) {
    notes.push_back(concat("the ", what, "s were put into the order of the model, by name"));
  }
  // Few values are stored dense, many sparse, and a few new rows may hold few of many.
  const FeatureKind wanted_kind = of_edges ? shape.edge_kind : shape.feature_kind;
  if (const auto* dense = std::get_if<Tensor>(&features)) {
    return wanted_kind == FeatureKind::sparse ? Features(matched(sparse_of(*dense), columns, data))
                                              : Features(matched(*dense, columns, data));
  }
  if (const auto* sparse = std::get_if<SparseMatrix>(&features)) {
    SparseMatrix result = matched(*sparse, columns, data);
    return wanted_kind == FeatureKind::dense ? Features(result.to_dense()) : Features(std::move(result));
  }
  return categorical == nullptr ? Features() : Features(matched_columns(*categorical, columns, shape, of_edges));
}

/// The labels of the dataset that are judged.
Labels& labels_of(Dataset& dataset, const ModelDescription& model) {
  return model.task->rows == Rows::graphs ? dataset.graph_labels : dataset.node_labels;
}

void match_classes(Dataset& dataset, const ModelDescription& model) {
  auto* classes = std::get_if<std::vector<std::int64_t>>(&labels_of(dataset, model));
  if (classes == nullptr) {
    return;
  }
  std::map<std::string_view, std::int64_t> place;
  for (std::size_t c = 0; c < model.class_names.size(); ++c) {
    place.emplace(model.class_names[c], static_cast<std::int64_t>(c));
  }
  std::map<std::string, std::int64_t> unknown;
  std::vector<std::int64_t> numbers;
  for (const std::int64_t c : *classes) {
    const auto found = c < 0 ? place.end() : place.find(dataset.class_names[static_cast<std::size_t>(c)]);
    numbers.push_back(found == place.end() ? -1 : found->second);
    if (c >= 0 && found == place.end()) {
      ++unknown[dataset.class_names[static_cast<std::size_t>(c)]];
    }
  }
  for (const auto& [name, count] : unknown) {
    throw ArgumentError(concat("the data have ", count, " rows of the class '", name,
                               "', which the model does not have, expected ", listed(model.class_names)));
  }
  *classes = std::move(numbers);
  dataset.class_names = model.class_names;
  dataset.num_classes = static_cast<std::int64_t>(model.class_names.size());
}

void match_targets(Dataset& dataset, const ModelDescription& model) {
  auto* targets = std::get_if<Tensor>(&labels_of(dataset, model));
  if (targets == nullptr) {
    return;
  }
  const Columns columns = match_columns(model.names.targets, dataset.names.targets, "target");
  *targets = matched(*targets, columns, dataset.names.targets);
  dataset.names.targets = model.names.targets;
}

void require_same_nodes(const Dataset& dataset, const ModelDescription& model) {
  require(model.table_nodes.empty() || dataset.node_features.shape() != Shape{} ||
              model.table_nodes == table_nodes(dataset),
          "the nodes of ", dataset.name, " are others than those of ", model.dataset,
          ", or in another order, and the model learned a row for each of those; a model that reads other graphs is "
          "trained with an encoding, with features, or with node_table=false");
  require(model.model != kLabelPropagation || model.known_nodes.empty() || dataset.node_names.empty() ||
              model.known_nodes == names_mark(dataset.node_names),
          "the nodes of ", dataset.name, " have other names than those of ", model.dataset, ", or another order, and ",
          "label_propagation knows labels of those alone");
}

/// Weights are features of edges, which are not read where the edges stay in their file.
void require_weights(std::string_view operation, const Dataset& dataset, const ModelDescription& model) {
  const Options& options = model.options;
  require(!dataset.graph.is_in_file() || dataset.weight_column < 0 || !options.has("edge_weights") ||
              !options.flag("edge_weights"),
          operation, ": the edges of ", dataset.name,
          " stay in their file, and have weights, which the model reads and which have to be in memory; expected a "
          "larger memory limit");
}

/// FNV-1a (Fowler, Noll, Vo), of names with their ends, or of numbers.
class NameHash {
 public:
  void mix(std::uint64_t word) { value_ = (value_ ^ word) * 0x100000001b3; }
  void mix(std::span<const std::string> names) {
    for (const std::string& name : names) {
      for (const char c : name) {
        mix(static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
      }
      mix(std::uint64_t{0});
    }
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

/// Edges of types that the model never saw are read as the others are, and are said.
std::string unknown_edge_types(const Dataset& dataset, const Names& known) {
  const Names& types = dataset.names.edge_types;
  if (known.empty() || types.empty() || dataset.edge_type.empty()) {
    return "";
  }
  std::vector<std::int64_t> counts(types.size(), 0);
  for (const std::int32_t type : dataset.edge_type) {
    // Types may have no names.
    if (const auto t = static_cast<std::size_t>(type); t < counts.size()) {
      ++counts[t];
    }
  }
  constexpr std::size_t kMostNamed = 3;
  std::int64_t num_edges = 0;
  std::size_t num_types = 0;
  std::string text;
  for (std::size_t t = 0; t < types.size(); ++t) {
    if (counts[t] == 0 || std::ranges::find(known, types[t]) != known.end()) {
      continue;
    }
    num_edges += counts[t];
    if (num_types++ < kMostNamed) {
      const std::string nearest = nearest_name(types[t], known);
      text += concat(text.empty() ? "'" : ", '", types[t],
                     nearest.empty() ? "'" : concat("' (did you mean '", nearest, "'?)"));
    }
  }
  if (num_types == 0) {
    return "";
  }
  return concat(num_edges, " of ", dataset.edge_type.size(), " edges are of ", num_types == 1 ? "a type" : "types",
                " that the model never saw in training, ", text,
                num_types > kMostNamed ? concat(" and ", num_types - kMostNamed, " more") : "",
                ": they are read as the others; those of the model are ", listed(known));
}

bool judges_classes(const ModelDescription& model) {
  return model.outputs == OutputKind::classes;
}

}  // namespace

std::string table_nodes(const Dataset& dataset) {
  NameHash hash;
  hash.mix(dataset.node_names);
  for (const std::int64_t node : dataset.original_node) {
    hash.mix(static_cast<std::uint64_t>(node));
  }
  return concat(dataset.graph.num_nodes(), " nodes, ", hash.value());
}

std::string names_mark(std::span<const std::string> names) {
  if (names.empty()) {
    return "";
  }
  NameHash hash;
  hash.mix(names);
  return concat(names.size(), " names, ", hash.value());
}

std::vector<std::string> match_names(Dataset& dataset, const ModelDescription& model) {
  require_same_nodes(dataset, model);
  Names notes;
  if (differ(model.names.features, dataset.names.features)) {
    require(
        !dataset.node_features.is_in_file(),
        "the columns of features are not those of the model, and finding them by name needs all in memory; expected "
        "a larger memory limit");
    dataset.node_features = matched_features(dataset.node_features.in_memory(), model.names.features,
                                             dataset.names.features, model.shape, false, notes);
    dataset.names.features = model.names.features;
  }
  if (model.shape.edge_kind != FeatureKind::none && differ(model.names.edge_features, dataset.names.edge_features)) {
    dataset.edge_features = matched_features(dataset.edge_features, model.names.edge_features,
                                             dataset.names.edge_features, model.shape, true, notes);
    // The weight stays what it was, where the model knows its column.
    const Names before = std::exchange(dataset.names.edge_features, model.names.edge_features);
    if (dataset.weight_column >= 0) {
      const auto found =
          std::ranges::find(model.names.edge_features, before[static_cast<std::size_t>(dataset.weight_column)]);
      dataset.weight_column = found == model.names.edge_features.end() ? -1 : found - model.names.edge_features.begin();
    }
  }
  if (judges_classes(model) && differ(model.class_names, dataset.class_names)) {
    match_classes(dataset, model);
  }
  if (!judges_classes(model) && differ(model.names.targets, dataset.names.targets)) {
    match_targets(dataset, model);
  }
  if (std::string unknown = unknown_edge_types(dataset, model.names.edge_types); !unknown.empty()) {
    notes.push_back(std::move(unknown));
  }
  return notes;
}

void require_matched(std::string_view operation, const Dataset& dataset, const ModelDescription& model) {
  require_same_nodes(dataset, model);
  require_weights(operation, dataset, model);
  const bool fits =
      !differ(model.names.features, dataset.names.features) &&
      (model.shape.edge_kind == FeatureKind::none || !differ(model.names.edge_features, dataset.names.edge_features));
  require(!judges_classes(model) || !differ(model.class_names, dataset.class_names), operation, ": the classes of ",
          dataset.name,
          " have other names than those of the model, or another order; TrainedModel::match puts them in "
          "order");
  require(fits, operation, ": the features of ", dataset.name,
          " have other names than those of the model, or another order; TrainedModel::match puts them in order");
}

}  // namespace weft
