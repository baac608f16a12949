#include "weft/train/evaluation.hpp"

#include <algorithm>
#include <cmath>

#include "weft/train/metrics.hpp"
#include "weft/train/target_metrics.hpp"

namespace weft {

Predictor::Prediction predict_dataset(const Predictor& predictor, const Dataset& dataset, const WantedNodes& wanted) {
  if (!predictor.judges_graphs()) {
    require(!dataset.has_many_graphs(), "predict: ", dataset.name, " holds ", dataset.num_graphs(),
            " graphs, expected one graph: the model judges nodes");
    return predictor.predict(dataset.graph, dataset.node_features, dataset.edge_features,
                             dataset.features_in_file.get(), wanted);
  }
  require(dataset.has_many_graphs(), "predict: ", dataset.name,
          " is one graph, expected /graphs/node_ptr: the model "
          "judges whole graphs");
  // Molecules of one atom each have no bond, so nothing says which columns bonds would have.
  Features no_edges;
  const ModelShape& shape = predictor.shape();
  if (dataset.graph.num_edges() == 0 && shape.edge_kind == "categorical") {
    no_edges = CategoricalMatrix{0, shape.num_edge_categories, {}};
  } else if (dataset.graph.num_edges() == 0 && shape.edge_kind == "dense") {
    no_edges = Tensor(0, shape.num_edge_features);
  }
  const bool has_none = std::holds_alternative<std::monostate>(dataset.edge_features);
  Predictor::Prediction prediction = predictor.predict_graphs(dataset.graph, dataset.node_ptr, dataset.node_features,
                                                              has_none ? no_edges : dataset.edge_features);
  if (!wanted.rows.empty()) {
    prediction.embedding = select_rows(prediction.embedding, wanted.rows);
  }
  return prediction;
}

Evaluation::Evaluation(const Predictor& predictor, const Dataset& dataset, const WantedNodes& wanted)
    : outputs_(predictor.outputs()) {
  require(outputs_ != OutputKind::states, "evaluate: the model predicts links, expected one of nodes or graphs");
  const Labels& labels = predictor.judges_graphs() ? dataset.graph_labels : dataset.node_labels;
  const std::string object = predictor.judges_graphs() ? "/graphs/y" : "/node/y";
  if (outputs_ == OutputKind::classes) {
    const auto* classes = std::get_if<std::vector<std::int64_t>>(&labels);
    require(classes != nullptr, "evaluate: ", dataset.name, " has no classes, expected ", object);
    require(dataset.num_classes == predictor.shape().num_outputs, "evaluate: ", dataset.name, " has ",
            dataset.num_classes, " classes, expected ", predictor.shape().num_outputs, " as the model has");
    classes_ = *classes;
  } else {
    targets_ = std::get_if<Tensor>(&labels);
    require(targets_ != nullptr, "evaluate: ", dataset.name, " has no targets, expected ", object);
    require(targets_->cols() == predictor.shape().num_outputs, "evaluate: ", dataset.name, " has ", targets_->cols(),
            " targets, expected ", predictor.shape().num_outputs, " as the model has");
  }
  prediction_ = predict_dataset(predictor, dataset, wanted);
}

std::vector<std::int64_t> Evaluation::labelled(std::span<const std::int64_t> rows) const {
  std::vector<std::int64_t> result;
  std::ranges::copy_if(rows, std::back_inserter(result), [&](std::int64_t i) {
    return targets_ == nullptr ? classes_[static_cast<std::size_t>(i)] >= 0
                               : !std::ranges::all_of(targets_->row(i), [](float t) { return std::isnan(t); });
  });
  return result;
}

std::map<std::string, double> Evaluation::figures(std::span<const std::int64_t> rows) const {
  const std::vector<std::int64_t> known = labelled(rows);
  switch (outputs_) {
    case OutputKind::classes:
      return classification_metrics(prediction_.logits, classes_, known);
    case OutputKind::labels:
      return label_metrics(prediction_.logits, *targets_, known);
    case OutputKind::values:
      return regression_metrics(prediction_.logits, *targets_, known);
    case OutputKind::states:
      break;
  }
  return {};
}

}  // namespace weft
