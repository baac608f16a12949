#include "weft/runs/evaluation.hpp"

namespace weft {

Predictor::Prediction predict_dataset(const Predictor& predictor, const Dataset& dataset, const WantedNodes& wanted) {
  if (!predictor.judges_graphs()) {
    require(!dataset.has_many_graphs(), "predict: ", dataset.name, " holds ", dataset.num_graphs(),
            " graphs, expected one graph: the model judges nodes");
    return predictor.predict(dataset.graph, dataset.node_features, dataset.edge_features, wanted);
  }
  require(dataset.has_many_graphs(), "predict: ", dataset.name,
          " is one graph, expected /graphs/node_ptr: the model "
          "judges whole graphs");
  // Molecules of one atom each have no bond, so nothing says which columns bonds would have.
  Features no_edges;
  const ModelShape& shape = predictor.shape();
  if (dataset.graph.num_edges() == 0 && shape.edge_kind == FeatureKind::categorical) {
    no_edges = CategoricalMatrix{0, shape.num_edge_categories, {}};
  } else if (dataset.graph.num_edges() == 0 && shape.edge_kind == FeatureKind::dense) {
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

namespace {

/// What the model's outputs are held against.
RowLabels labels_for(const Predictor& predictor, const Dataset& dataset) {
  require(predictor.outputs() != OutputKind::states,
          "evaluate: the model predicts links, expected one of nodes or graphs");
  RowLabels labels(dataset, predictor.judges_graphs(), predictor.outputs(), "evaluate");
  require(labels.num_outputs() == predictor.shape().num_outputs, "evaluate: the dataset ", dataset.name, " has ",
          labels.num_outputs(), predictor.outputs() == OutputKind::classes ? " classes" : " targets", ", expected ",
          predictor.shape().num_outputs, " as the model has");
  return labels;
}

}  // namespace

Evaluation::Evaluation(const Predictor& predictor, const Dataset& dataset, const WantedNodes& wanted)
    : labels_(labels_for(predictor, dataset)), prediction_(predict_dataset(predictor, dataset, wanted)) {}

}  // namespace weft
