#include "weft/runs/trained_model.hpp"

#include "weft/core/error.hpp"
#include "weft/runs/run_folder.hpp"

namespace weft {

TrainedModel TrainedModel::load(const std::filesystem::path& file_or_folder) {
  const std::filesystem::path file = model_file_in(file_or_folder);
  return from_file(read_model_file(file), file.string());
}

TrainedModel TrainedModel::from_file(const ModelFile& file, const std::string& name) {
  return TrainedModel(open_task(file, name));
}

Prediction TrainedModel::predict(const Dataset& dataset, const Wanted& wanted) const {
  const bool wants_many = task().rows == Rows::graphs;
  require(wants_many || task().rows == Rows::none || !dataset.has_many_graphs(), "predict: ", dataset.name, " holds ",
          dataset.num_graphs(), " graphs, expected one graph: ", what());
  require(!wants_many || dataset.has_many_graphs(), "predict: ", dataset.name,
          " is one graph, expected /graphs/node_ptr: ", what());
  Features no_edges;
  return predict(graphs_of(dataset, shape(), no_edges), wanted);
}

Tensor TrainedModel::probabilities(const CsrGraph& graph, const NodeFeatures& features,
                                   const Features& edge_features) const {
  return predict(Graphs{.graph = graph, .node_features = features, .edge_features = edge_features},
                 {.embedding = false})
      .probabilities;
}

}  // namespace weft
