#include "weft/tasks/row_task.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <type_traits>
#include <variant>

#include "weft/core/error.hpp"
#include "weft/io/text_lists.hpp"
#include "weft/tasks/matched_names.hpp"
#include "weft/tasks/unread_data.hpp"

namespace weft {
namespace {

FeatureKind kind_in(const ModelFile& file, std::string_view key) {
  const std::optional<FeatureKind> kind = value_named<FeatureKind>(file.text(key));
  require(kind.has_value(), key, " is '", file.text(key), "', expected none, dense, sparse or categorical");
  return *kind;
}

void mix_values(const Features& x, Fingerprint& into) {
  const auto mix = [&](const auto& numbers) {
    for (const auto number : numbers) {
      if constexpr (std::is_same_v<decltype(number), const float>) {
        into.mix(std::bit_cast<std::uint32_t>(number));
      } else {
        into.mix(static_cast<std::uint64_t>(number));
      }
    }
  };
  if (const auto* dense = std::get_if<Tensor>(&x)) {
    mix(dense->values());
  } else if (const auto* sparse = std::get_if<SparseMatrix>(&x); sparse != nullptr && sparse->rows() > 0) {
    mix(sparse->by_row().offsets);
    mix(sparse->by_row().columns);
    mix(sparse->by_row().values);
  } else if (const auto* categorical = std::get_if<CategoricalMatrix>(&x)) {
    mix(categorical->values);
  }
}

/// Rows that stand for all: as many as a large step reads, so that features in their file mostly stay there, and the
/// same ones wherever they are, so that a run may go on with another memory limit. `rows_at` gives those at some
/// numbers.
template <class RowsAt>
void mix_some_rows(const Shape& shape, const RowsAt& rows_at, Fingerprint& into) {
  constexpr std::int64_t kMost = 1 << 14;
  constexpr std::size_t kAtOnce = 1 << 10;
  into.add_size(shape.rows);
  into.add_size(shape.cols);
  const std::int64_t stride = (shape.rows + kMost - 1) / kMost;
  std::vector<std::uint32_t> index;
  for (std::int64_t row = 0; row < std::min(shape.rows, kMaxNodes); row += stride) {
    index.push_back(static_cast<std::uint32_t>(row));
  }
  for (auto rest = std::span<const std::uint32_t>(index); !rest.empty();
       rest = rest.subspan(std::min(kAtOnce, rest.size()))) {
    mix_values(rows_at(rest.first(std::min(kAtOnce, rest.size()))), into);
  }
}

std::int64_t number_in(const ModelFile& file, std::string_view name) {
  require(file.integers(name).size() == 1, name, " has ", file.integers(name).size(), " numbers, expected 1");
  return file.integers(name).front();
}

/// A model has a weight at least for each feature, category and output: more than there are weights would only ask for
/// memory that nobody has.
void require_weights_for(const ModelShape& shape, const std::vector<NamedTensor>& tensors) {
  constexpr std::int64_t kAnyModel = 1 << 16;
  std::int64_t most = kAnyModel;
  for (const NamedTensor& tensor : tensors) {
    most += tensor.value.size();
  }
  std::vector<std::int64_t> sizes = {shape.num_features, shape.num_outputs, shape.num_edge_features};
  sizes.insert(sizes.end(), shape.num_categories.begin(), shape.num_categories.end());
  sizes.insert(sizes.end(), shape.num_edge_categories.begin(), shape.num_edge_categories.end());
  for (const std::int64_t size : sizes) {
    require(size >= 0 && size <= most, "a number of features, categories or outputs is ", size, ", expected 0 to ",
            most, ": the file has no weights for more");
  }
}

}  // namespace

std::vector<std::int64_t> RowTask::labeled_train(const Split& split) const {
  std::vector<std::int64_t> rows = labeled(split.train);
  require(!rows.empty(), "train: split ", split.name, " has nothing labeled in its training part");
  return rows;
}

void RowTask::require_finite(const Tensor& outputs, std::span<const std::int64_t> rows) const {
  const bool are_states = this->outputs() == OutputKind::states;
  const std::vector<std::int64_t> wrong = rows_not_finite(outputs, are_states ? std::span<const std::int64_t>() : rows);
  if (!wrong.empty()) {
    const bool of_graphs = dataset_.has_many_graphs();
    throw NumericError(concat("what the model says of ", wrong.size(), " of ",
                              are_states ? static_cast<std::size_t>(outputs.rows()) : rows.size(),
                              of_graphs ? " graphs" : " nodes", " is not finite, first of ",
                              of_graphs ? "graph " : "node ", wrong.front(),
                              "; a lower learning_rate, clip or a norm may help, or look for huge features there"));
  }
}

Figures RowTask::judge(const Model& model, const Split& split, Parts parts) const {
  const std::vector<std::int64_t> train = labeled(split.train), val = labeled(split.val);
  const std::vector<std::int64_t> test = parts == Parts::all ? labeled(split.test) : std::vector<std::int64_t>();
  std::vector<std::int64_t> rows = train;
  rows.insert(rows.end(), val.begin(), val.end());
  rows.insert(rows.end(), test.begin(), test.end());
  const Tensor outputs = infer(model, split, rows);
  if (parts == Parts::train_and_val) {
    require_finite(outputs, rows);
  }
  Figures found;
  found.train = figure(split, outputs, train);
  if (!val.empty() || parts == Parts::all) {
    found.val = figure(split, outputs, val);
  }
  if (parts == Parts::train_and_val) {
    found.val_loss = val.empty() ? 0.0 : mean_loss(split, outputs, val);
    return found;
  }
  found.test_metrics = figures(split, outputs, test);
  found.test = found.test_metrics.at(metric());
  return found;
}

std::vector<std::string> RowTask::notes() const {
  std::vector<std::string> notes;
  for (std::string note : {unread_data(dataset_, job_.model, job_.options), scaling_note(scaling(), job_.options)}) {
    if (!note.empty()) {
      notes.push_back(std::move(note));
    }
  }
  return notes;
}

void RowTask::describe(const Split&, ModelFile& file) const {
  file.config["model"] = job_.model;
  file.config["dataset"] = dataset_.name;
  file.config["task"] = std::string(name_of(dataset_.task));
  file.config["outputs"] = std::string(name_of(outputs()));
  file.config["class_names"] = joined(dataset_.class_names);
  const DatasetNames& names = dataset_.names;
  for (const auto& [key, texts] :
       {std::pair("features", &names.features), std::pair("edge_features", &names.edge_features),
        std::pair("targets", &names.targets), std::pair("node_types", &names.node_types),
        std::pair("edge_types", &names.edge_types)}) {
    if (!texts->empty()) {
      file.config[concat(kNamesPrefix, key)] = joined(*texts);
    }
  }
  if (!dataset_.encoder.empty()) {
    file.config["encoder"] = dataset_.encoder;
  }
  if (counts_weights(dataset_, job_.model, job_.options)) {
    const auto column = static_cast<std::size_t>(dataset_.weight_column);
    file.config[std::string(kWeightKey)] = column < names.edge_features.size() ? names.edge_features[column] : "weight";
  }
  if (const std::string text = scaling().text(); !text.empty()) {
    file.config[std::string(kScalingKey)] = text;
  }
  if (dataset_.node_features.shape() == Shape{} && shape().feature_kind == FeatureKind::categorical &&
      options().has("node_table")) {
    file.config["table_nodes"] = table_nodes(dataset_);
  }
  put_shape(shape(), file);
}

void RowTask::fingerprint(Fingerprint& data) const {
  const CsrGraph& graph = dataset_.graph;
  data.add_size(graph.num_nodes());
  data.add_size(graph.num_edges());
  for (const EdgeId offset : graph.offsets()) {
    data.mix(static_cast<std::uint64_t>(offset));
  }
  constexpr std::size_t kChunk = 1 << 20;
  for (auto rest = graph.sources(); !rest.empty(); rest = rest.subspan(std::min(kChunk, rest.size()))) {
    for (const NodeId source : rest.first(std::min(kChunk, rest.size()))) {
      data.mix(source);
    }
    graph.trim();
  }
  for (const std::uint64_t label : label_words()) {
    data.mix(label);
  }
}

void RowTask::fingerprint_features(Fingerprint& values) const {
  const NodeFeatures& nodes = dataset_.node_features;
  const Features& edges = dataset_.edge_features;
  mix_some_rows(
      nodes.shape(), [&](std::span<const std::uint32_t> index) { return nodes.rows(index); }, values);
  mix_some_rows(
      shape_of(edges), [&](std::span<const std::uint32_t> index) { return select_rows(edges, index); }, values);
  for (const std::int32_t type : dataset_.edge_type) {
    values.mix(static_cast<std::uint64_t>(type));
  }
  for (const std::span<const std::int64_t> times : {std::span(dataset_.edge_time), std::span(dataset_.node_time)}) {
    for (const std::int64_t time : times) {
      values.mix(static_cast<std::uint64_t>(time));
    }
  }
  for (const std::int64_t node : dataset_.node_ptr) {
    values.mix(static_cast<std::uint64_t>(node));
  }
}

const Dataset& many_graphs(const Dataset& dataset) {
  require(dataset.has_many_graphs(), "train: the task is ", name_of(dataset.task), ", but the dataset ", dataset.name,
          " is one graph, expected /graphs/node_ptr");
  return dataset;
}

void put_shape(const ModelShape& shape, ModelFile& file) {
  file.config["feature_kind"] = std::string(name_of(shape.feature_kind));
  file.config["edge_kind"] = std::string(name_of(shape.edge_kind));
  file.numbers["num_features"] = std::vector<std::int64_t>{shape.num_features};
  file.numbers["num_categories"] = shape.num_categories;
  file.numbers["num_outputs"] = std::vector<std::int64_t>{shape.num_outputs};
  file.numbers["num_edge_features"] = std::vector<std::int64_t>{shape.num_edge_features};
  file.numbers["num_edge_categories"] = shape.num_edge_categories;
}

ModelShape shape_of(const ModelFile& file) {
  ModelShape shape{.feature_kind = kind_in(file, "feature_kind"),
                   .num_features = number_in(file, "num_features"),
                   .num_categories = file.integers("num_categories"),
                   .num_outputs = number_in(file, "num_outputs"),
                   .edge_kind = kind_in(file, "edge_kind"),
                   .num_edge_features = number_in(file, "num_edge_features"),
                   .num_edge_categories = file.integers("num_edge_categories")};
  require_weights_for(shape, file.tensors);
  return shape;
}

}  // namespace weft
