#include "weft/python/module/dataset_copy.hpp"

#include <variant>

namespace weft::python {
namespace {

Features copy_of(const Features& features) {
  struct Visitor {
    Features operator()(std::monostate) const { return {}; }
    Features operator()(const Tensor& x) const { return x; }
    Features operator()(const SparseMatrix& x) const { return x; }
    Features operator()(const CategoricalMatrix& x) const {
      return CategoricalMatrix{.rows = x.rows, .num_categories = x.num_categories, .values = x.values.clone()};
    }
  };
  return std::visit(Visitor{}, features);
}

}  // namespace

Dataset copy_of(const Dataset& dataset) {
  Dataset copy;
  copy.name = dataset.name;
  copy.source = dataset.source;
  copy.license = dataset.license;
  copy.task = dataset.task;
  copy.directed = dataset.directed;
  copy.num_classes = dataset.num_classes;
  copy.class_names = dataset.class_names;
  copy.names = dataset.names;
  copy.assumed = dataset.assumed;
  copy.encoder = dataset.encoder;
  copy.graph = dataset.graph;
  copy.edge_type = dataset.edge_type.clone();
  copy.edge_features = copy_of(dataset.edge_features);
  copy.weight_column = dataset.weight_column;
  copy.edge_time = dataset.edge_time.clone();
  copy.node_time = dataset.node_time.clone();
  copy.time_unit = dataset.time_unit;
  copy.node_features = copy_of(dataset.node_features.in_memory());
  copy.node_type = dataset.node_type.clone();
  copy.node_labels = dataset.node_labels;
  copy.node_names = dataset.node_names;
  copy.original_node = dataset.original_node;
  copy.node_ptr = dataset.node_ptr;
  copy.graph_labels = dataset.graph_labels;
  copy.smiles = dataset.smiles;
  copy.graph_names = dataset.graph_names;
  copy.splits = dataset.splits;
  return copy;
}

}  // namespace weft::python
