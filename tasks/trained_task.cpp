#include "weft/tasks/trained_task.hpp"

#include "weft/core/error.hpp"
#include "weft/tasks/generation_task.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/tensor/activation.hpp"
#include "weft/tensor/losses.hpp"

namespace weft {

std::string ModelDescription::what() const {
  return concat("the model ", model, " of ", dataset, " is one of ", task->name());
}

void TrainedTask::refuse(std::string_view operation, std::string_view expected) const {
  throw ArgumentError(concat(operation, ": ", description_.what(), ", expected one of ", expected));
}

Prediction TrainedTask::predict(const Graphs&, const Wanted&) const {
  refuse("predict", "nodes, graphs or links");
}
std::vector<Evaluation> TrainedTask::evaluate(const Dataset&, std::span<const std::string>) const {
  refuse("evaluate", "nodes, graphs or links");
}
std::vector<float> TrainedTask::node_importance(const Graphs&, std::int64_t) const {
  refuse("node_importance", "graphs");
}
std::vector<float> TrainedTask::score_pairs(const Dataset&, std::span<const Edge>) const {
  refuse("score pairs", "links");
}
std::vector<SampledGraph> TrainedTask::generate(std::int64_t, const GenerationRequest&, const ProgressCallback&) const {
  refuse("generate", "generation");
}
const GeneratorTraits& TrainedTask::generator() const {
  refuse("generate", "generation");
}

Graphs graphs_of(const Dataset& dataset, const ModelShape& shape, OwnOfGraphs& own) {
  Features& no_edges = own.no_edges;
  if (!dataset.graph.is_in_file()) {
    own.edge_weights = edge_column("weight_column", dataset.edge_features, dataset.weight_column);
  }
  if (dataset.graph.num_edges() == 0 && shape.edge_kind == FeatureKind::categorical) {
    no_edges = CategoricalMatrix{0, shape.num_edge_categories, {}};
  } else if (dataset.graph.num_edges() == 0 && shape.edge_kind == FeatureKind::dense) {
    no_edges = Tensor(0, shape.num_edge_features);
  }
  const bool has_none = std::holds_alternative<std::monostate>(dataset.edge_features);
  return {.graph = dataset.graph,
          .node_features = dataset.node_features,
          .edge_features = has_none ? no_edges : dataset.edge_features,
          .node_ptr = dataset.node_ptr,
          .edge_type = dataset.edge_type,
          .edge_time = dataset.edge_time,
          .node_time = dataset.node_time,
          .edge_weight = own.edge_weights,
          .node_names = dataset.node_names};
}

Tensor meaning_of(const Tensor& logits, OutputKind outputs) {
  if (outputs == OutputKind::classes) {
    return softmax(logits);
  }
  Tensor meant = logits;
  if (outputs == OutputKind::labels) {
    apply_activation(Activation::sigmoid, meant.values());
  }
  return meant;
}

}  // namespace weft
