#include "weft/runs/trained_model.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

#include "weft/io/model_file.hpp"
#include "weft/layers/graph_model.hpp"
#include "weft/tensor/losses.hpp"
#include "weft/tasks/graph_inference.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/train/model_state.hpp"
#include "weft/tasks/inference.hpp"
#include "weft/tasks/node_task.hpp"
#include "weft/train/trainer.hpp"

namespace weft {
namespace {

/// Probabilities, or what the outputs are themselves.
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

}  // namespace

Predictor Predictor::load(const std::filesystem::path& path) {
  const auto file = std::filesystem::is_directory(path) ? path / "model.h5" : path;
  return from_file(read_model_file(file), file.string());
}

Predictor Predictor::from_file(const ModelFile& file, const std::string& name) {
  Predictor result;
  for (const char* key : {"edge_kind", "outputs"}) {
    if (!file.config.contains(key)) {
      throw DataError(name, std::string("/config/") + key,
                      "is missing: the model was made by an older Weft; train it again");
    }
  }
  try {
    result.model_ = file.text("model");
    result.dataset_ = file.text("dataset");
    result.metric_ = file.text("metric");
    result.split_ = file.text("split");
    const std::optional<OutputKind> outputs = output_kind_of(file.text("outputs"));
    if (!outputs) {
      throw DataError(name, "/config/outputs",
                      "is '" + file.text("outputs") + "', expected classes, labels, values or states");
    }
    result.outputs_ = *outputs;
    result.judges_graphs_ = file.text("task").starts_with("graph_");
    result.options_ = default_options(result.model_, result.judges_graphs_   ? LabelBudget::graphs
                                                     : result.judges_links() ? LabelBudget::links
                                                                             : LabelBudget::few);
    for (const auto& [key, value] : file.config) {
      if (key.starts_with("option.")) {
        result.options_.set(key.substr(7), value);
      }
    }
    const auto kind = [&](const char* key) {
      const std::optional<FeatureKind> found = feature_kind_of(file.text(key));
      if (!found) {
        throw DataError(name, std::string("/config/") + key,
                        "is '" + file.text(key) + "', expected none, dense, sparse or categorical");
      }
      return *found;
    };
    result.shape_ = {.feature_kind = kind("feature_kind"),
                     .num_features = file.integers("num_features").at(0),
                     .num_categories = file.integers("num_categories"),
                     .num_outputs = file.integers("num_outputs").at(0),
                     .edge_kind = kind("edge_kind"),
                     .num_edge_features = file.integers("num_edge_features").at(0),
                     .num_edge_categories = file.integers("num_edge_categories")};
    std::istringstream names(file.text("class_names"));
    for (std::string line; std::getline(names, line);) {
      result.class_names_.push_back(line);
    }
    std::unique_ptr<NodeModel> network =
        result.judges_graphs_
            ? make_graph_model(result.model_, result.shape_, result.options_, Random(0))
            : make_node_model(result.model_, result.shape_, result.options_, result.outputs_, Random(0));
    set_state(*network, file.tensors);
    result.network_ = std::move(network);
  } catch (const ArgumentError& error) {
    throw DataError(name, "", error.what());
  } catch (const std::out_of_range&) {
    throw DataError(name, "/numbers", "a list is empty, expected one number");
  }
  return result;
}

bool Predictor::reads_by_layers() const {
  return !judges_graphs_ && network_->hop_layers() != nullptr && !infers_by_samples();
}

bool Predictor::infers_by_samples() const {
  return !judges_links() && Sampling::is_wanted(options_) && sampler_info(options_.text("sampler")).infers_by_samples;
}

Predictor::Prediction Predictor::predict(const CsrGraph& graph, const NodeFeatures& features, const Features& edge_features,
                                         const WantedNodes& wanted) const {
  require(!judges_graphs_, "Predictor: the model judges whole graphs, expected predict_graphs with node_ptr");
  require(!(features.is_in_file() || graph.is_in_file()) || reads_by_layers(),
          "predict: features or edges stay in their file, and the model ", model_,
          " reads them all at once; expected a larger memory limit");
  const ModelInput input(graph, {}, features, edge_features, options_);
  std::optional<Sampling> sampling;
  if (infers_by_samples()) {
    sampling.emplace(input, *network_, options_, edge_features, std::span<const std::int32_t>());
  }
  NodeOutputs outputs = infer_nodes(*network_, input, options_, sampling ? &*sampling : nullptr, wanted);
  return {meaning_of(outputs.logits, outputs_), std::move(outputs.embedding), std::move(outputs.logits)};
}

Predictor::Prediction Predictor::predict_graphs(const CsrGraph& graph, std::span<const std::int64_t> node_ptr,
                                                const NodeFeatures& features, const Features& edge_features) const {
  require(judges_graphs_, "Predictor: the model judges nodes, expected one of whole graphs");
  const ModelInput input(graph, {node_ptr.begin(), node_ptr.end()}, features, edge_features, options_);
  GraphOutputs all = infer_graphs(*network_, input, true);
  return {meaning_of(all.logits, outputs_), std::move(all.embedding), std::move(all.logits)};
}

std::vector<float> Predictor::node_importance(const CsrGraph& graph, std::span<const std::int64_t> node_ptr,
                                              const NodeFeatures& features, const Features& edge_features,
                                              std::int64_t output) const {
  require(judges_graphs_, "Predictor: the model judges nodes, expected one of whole graphs");
  require(output >= 0 && output < shape_.num_outputs, "node_importance: output ", output,
          " was asked for, expected 0 to ", shape_.num_outputs - 1);
  const ModelInput input(graph, {node_ptr.begin(), node_ptr.end()}, features, edge_features, options_);
  const Variable weights = Variable::parameter(Tensor::full(graph.num_nodes(), 1, 1.0F));
  Pass pass = Pass::explaining(weights);
  const Variable logits = network_->forward(input.block(), input.nodes(), pass).logits;
  std::vector<float> importance(static_cast<std::size_t>(graph.num_nodes()), 0.0F);
  if (logits.has_gradient()) {
    Tensor direction(logits.rows(), logits.cols());
    for (std::int64_t g = 0; g < direction.rows(); ++g) {
      direction(g, output) = 1.0F;
    }
    const Gradients gradients = backward(logits, std::move(direction));
    std::ranges::copy(gradients.of(weights)->values(), importance.begin());
  }
  return importance;
}

Tensor Predictor::probabilities(const CsrGraph& graph, const NodeFeatures& features, const Features& edge_features) const {
  return predict(graph, features, edge_features).probabilities;
}

}  // namespace weft
