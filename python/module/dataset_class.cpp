// Dataset: read, written, made of arrays, and seen as arrays.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <variant>

#include "weft/core/error.hpp"
#include "weft/io/dataset.hpp"
#include "weft/python/module/arrays.hpp"
#include "weft/python/module/foreground.hpp"
#include "weft/python/module/parts.hpp"
#include "weft/tasks/tasks.hpp"

namespace weft::python {
namespace {

namespace nb = nanobind;

using Texts = std::vector<std::string>;

Dataset load(const std::string& path, int threads) {
  Dataset dataset;
  in_background(threads, [&](Foreground&) { dataset = read_dataset(path); });
  return dataset;
}

void save(const Dataset& dataset, const std::string& path, const std::string& feature_type) {
  const std::optional<FeatureType> type = feature_type_of(feature_type);
  require(type.has_value(), "feature_type: '", feature_type, "' is none, expected float32, float16 or bfloat16");
  in_background(0, [&](Foreground&) { write_dataset(dataset, path, {.feature_type = *type}); });
}

/// What stands in `fields` under `name`, or else `fallback`; None counts as not there.
template <class T>
T field(const nb::dict& fields, const char* name, T fallback = {}) {
  return !fields.contains(name) || fields[name].is_none() ? std::move(fallback) : nb::cast<T>(fields[name]);
}
template <class T>
Buffer<T> numbers(const nb::dict& fields, const char* name) {
  return !fields.contains(name) || fields[name].is_none() ? Buffer<T>() : buffer_of(nb::cast<InArray<T>>(fields[name]));
}

/// None, int64 classes, or float32 targets [rows, t].
Labels labels_of(const nb::dict& fields, const char* name) {
  if (!fields.contains(name) || fields[name].is_none()) {
    return {};
  }
  if (nb::isinstance<InMatrix<float>>(fields[name])) {
    return tensor_of(nb::cast<InMatrix<float>>(fields[name]));
  }
  return vector_of(nb::cast<InArray<std::int64_t>>(fields[name]));
}

std::vector<Edge> edges_in(nb::handle pairs) {
  std::vector<Edge> edges;
  const auto array = nb::cast<InMatrix<std::uint32_t>>(pairs);
  require(array.shape(1) == 2 || array.shape(0) == 0, "edges of a split: [", array.shape(0), ", ", array.shape(1),
          "], expected [pairs, 2]");
  for (std::size_t i = 0; i < array.shape(0); ++i) {
    edges.push_back({array.data()[2 * i], array.data()[2 * i + 1]});
  }
  return edges;
}

/// (name, (train, val, test), (train, val, test) of edges)
Split split_of(nb::handle parts) {
  const auto rows = [&](int i) { return vector_of(nb::cast<InArray<std::int64_t>>(parts[1][i])); };
  Split split{.name = nb::cast<std::string>(parts[0]), .train = rows(0), .val = rows(1), .test = rows(2)};
  split.train_edges = edges_in(parts[2][0]);
  split.val_edges = edges_in(parts[2][1]);
  split.test_edges = edges_in(parts[2][2]);
  return split;
}

Dataset make(const nb::dict& fields) {
  require_own_process();
  Dataset dataset;
  dataset.name = field<std::string>(fields, "name");
  dataset.source = field<std::string>(fields, "source");
  dataset.license = field<std::string>(fields, "license");
  dataset.task = task_info(field<std::string>(fields, "task")).kind;
  dataset.directed = field<bool>(fields, "directed");
  dataset.num_classes = field<std::int64_t>(fields, "num_classes");
  dataset.class_names = field<Texts>(fields, "class_names");
  dataset.names = {.features = field<Texts>(fields, "feature_names"),
                   .edge_features = field<Texts>(fields, "edge_feature_names"),
                   .targets = field<Texts>(fields, "target_names"),
                   .node_types = field<Texts>(fields, "node_type_names"),
                   .edge_types = field<Texts>(fields, "edge_type_names")};
  dataset.assumed = field<Texts>(fields, "assumed");
  dataset.graph = nb::cast<const CsrGraph&>(fields["graph"]);
  dataset.edge_type = numbers<std::int32_t>(fields, "edge_type");
  dataset.edge_features = features_of(fields["edge_features"]);
  dataset.weight_column = field<std::int64_t>(fields, "weight_column", -1);
  dataset.edge_time = numbers<std::int64_t>(fields, "edge_time");
  dataset.node_time = numbers<std::int64_t>(fields, "node_time");
  dataset.time_unit = field<std::string>(fields, "time_unit");
  dataset.node_features = features_of(fields["x"]);
  dataset.node_type = numbers<std::int32_t>(fields, "node_type");
  dataset.node_labels = labels_of(fields, "node_labels");
  dataset.node_names = field<Texts>(fields, "node_names");
  if (fields.contains("node_ptr") && !fields["node_ptr"].is_none()) {
    dataset.node_ptr = vector_of(nb::cast<InArray<std::int64_t>>(fields["node_ptr"]));
  }
  dataset.graph_labels = labels_of(fields, "graph_labels");
  dataset.graph_names = field<Texts>(fields, "graph_names");
  dataset.smiles = field<Texts>(fields, "smiles");
  for (const nb::handle split : nb::cast<nb::list>(fields["splits"])) {
    dataset.splits.push_back(split_of(split));
  }
  return dataset;
}

/// None, int64 classes, or float32 targets, as views.
nb::object labels(const Labels& values, nb::handle owner) {
  if (const auto* classes = std::get_if<std::vector<std::int64_t>>(&values)) {
    return view_of(std::span<const std::int64_t>(*classes), owner);
  }
  if (const auto* targets = std::get_if<Tensor>(&values)) {
    return view_of(targets->data(), targets->rows(), targets->cols(), owner);
  }
  return nb::none();
}

template <class T>
nb::object view_or_none(std::span<const T> values, nb::handle owner) {
  return values.empty() ? nb::none() : view_of(values, owner);
}

nb::dict splits_of(nb::handle self) {
  nb::dict all;
  for (const Split& split : nb::cast<const Dataset&>(self).splits) {
    const auto rows = [&](const std::vector<std::int64_t>& ids) {
      return view_of(std::span<const std::int64_t>(ids), self);
    };
    all[split.name.c_str()] = nb::make_tuple(rows(split.train), rows(split.val), rows(split.test));
  }
  return all;
}

/// A property that is read from the dataset alone.
template <class Get>
void property(nb::class_<Dataset>& type, const char* name, Get get) {
  type.def_prop_ro(name, [get](const Dataset& dataset) { return get(dataset); });
}
/// A property that is a view, which keeps the dataset alive.
template <class Get>
void view(nb::class_<Dataset>& type, const char* name, Get get) {
  type.def_prop_ro(name, [get](nb::handle self) { return get(nb::cast<const Dataset&>(self), self); });
}

}  // namespace

void add_dataset(nb::module_& module) {
  nb::class_<Dataset> type(module, "Dataset");
  type.def_static("load", load).def_static("make", make).def("save", save);
  property(type, "name", [](const Dataset& d) { return d.name; });
  property(type, "source", [](const Dataset& d) { return d.source; });
  property(type, "license", [](const Dataset& d) { return d.license; });
  property(type, "task", [](const Dataset& d) { return std::string(name_of(d.task)); });
  property(type, "directed", [](const Dataset& d) { return d.directed; });
  property(type, "num_classes", [](const Dataset& d) { return d.num_classes; });
  property(type, "num_graphs", [](const Dataset& d) { return d.num_graphs(); });
  property(type, "class_names", [](const Dataset& d) { return d.class_names; });
  property(type, "feature_names", [](const Dataset& d) { return d.names.features; });
  property(type, "edge_feature_names", [](const Dataset& d) { return d.names.edge_features; });
  property(type, "target_names", [](const Dataset& d) { return d.names.targets; });
  property(type, "node_type_names", [](const Dataset& d) { return d.names.node_types; });
  property(type, "edge_type_names", [](const Dataset& d) { return d.names.edge_types; });
  property(type, "assumed", [](const Dataset& d) { return d.assumed; });
  property(type, "node_names", [](const Dataset& d) { return d.node_names; });
  property(type, "graph_names", [](const Dataset& d) { return d.graph_names; });
  property(type, "smiles", [](const Dataset& d) { return d.smiles; });
  property(type, "graph", [](const Dataset& d) { return d.graph; });
  property(type, "weight_column", [](const Dataset& d) { return d.weight_column; });
  property(type, "time_unit", [](const Dataset& d) { return d.time_unit; });
  property(type, "feature_shape",
           [](const Dataset& d) { return nb::make_tuple(d.node_features.shape().rows, d.node_features.shape().cols); });
  view(type, "x", [](const Dataset& d, nb::handle self) { return parts_of(d.node_features.in_memory(), self); });
  view(type, "edge_features", [](const Dataset& d, nb::handle self) { return parts_of(d.edge_features, self); });
  view(type, "node_labels", [](const Dataset& d, nb::handle self) { return labels(d.node_labels, self); });
  view(type, "graph_labels", [](const Dataset& d, nb::handle self) { return labels(d.graph_labels, self); });
  view(type, "node_ptr",
       [](const Dataset& d, nb::handle self) { return view_or_none(std::span<const std::int64_t>(d.node_ptr), self); });
  view(type, "node_type", [](const Dataset& d, nb::handle self) {
    return view_or_none(std::span<const std::int32_t>(d.node_type), self);
  });
  view(type, "edge_type", [](const Dataset& d, nb::handle self) {
    return view_or_none(std::span<const std::int32_t>(d.edge_type), self);
  });
  view(type, "edge_time", [](const Dataset& d, nb::handle self) {
    return view_or_none(std::span<const std::int64_t>(d.edge_time), self);
  });
  view(type, "node_time", [](const Dataset& d, nb::handle self) {
    return view_or_none(std::span<const std::int64_t>(d.node_time), self);
  });
  view(type, "original_node", [](const Dataset& d, nb::handle self) {
    return view_or_none(std::span<const std::int64_t>(d.original_node), self);
  });
  type.def_prop_ro("splits", splits_of);
}

}  // namespace weft::python
