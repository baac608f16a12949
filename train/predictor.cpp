#include "weft/train/predictor.hpp"

#include <optional>
#include <sstream>

#include "weft/io/model_file.hpp"
#include "weft/tensor/losses.hpp"
#include "weft/train/model_input.hpp"
#include "weft/train/model_state.hpp"
#include "weft/train/node_inference.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

Predictor Predictor::load(const std::filesystem::path& path) {
  const auto file = std::filesystem::is_directory(path) ? path / "model.h5" : path;
  return from_file(read_model_file(file), file.string());
}

Predictor Predictor::from_file(const ModelFile& file, const std::string& name) {
  Predictor result;
  if (!file.config.contains("edge_kind")) {
    throw DataError(name, "/config/edge_kind", "is missing: the model was made by an older Weft; train it again");
  }
  try {
    result.model_ = file.text("model");
    result.dataset_ = file.text("dataset");
    result.metric_ = file.text("metric");
    result.split_ = file.text("split");
    result.options_ = default_options(result.model_);
    for (const auto& [key, value] : file.config) {
      if (key.starts_with("option.")) {
        result.options_.set(key.substr(7), value);
      }
    }
    result.shape_ = {.feature_kind = file.text("feature_kind"),
                     .num_features = file.integers("num_features").at(0),
                     .num_categories = file.integers("num_categories"),
                     .num_outputs = file.integers("num_outputs").at(0),
                     .edge_kind = file.text("edge_kind"),
                     .num_edge_features = file.integers("num_edge_features").at(0),
                     .num_edge_categories = file.integers("num_edge_categories")};
    std::istringstream names(file.text("class_names"));
    for (std::string line; std::getline(names, line);) {
      result.class_names_.push_back(line);
    }
    std::unique_ptr<NodeModel> network = make_model(result.model_, result.shape_, result.options_, Random(0));
    set_state(*network, file.tensors);
    result.network_ = std::move(network);
  } catch (const ArgumentError& error) {
    throw DataError(name, "", error.what());
  } catch (const std::out_of_range&) {
    throw DataError(name, "/numbers", "a list is empty, expected one number");
  }
  return result;
}

Predictor::Prediction Predictor::predict(const CsrGraph& graph, const Features& features,
                                         const Features& edge_features) const {
  const ModelInput input(graph, {}, features, edge_features, options_);
  std::optional<Sampling> sampling;
  if (Sampling::is_wanted(options_) && sampler_info(options_.text("sampler")).infers_by_samples) {
    sampling.emplace(input, *network_, options_, edge_features, std::span<const std::int32_t>());
  }
  NodeOutputs outputs = infer_nodes(*network_, input, options_, sampling ? &*sampling : nullptr);
  return {softmax(outputs.logits), std::move(outputs.embedding), std::move(outputs.logits)};
}

Tensor Predictor::probabilities(const CsrGraph& graph, const Features& features, const Features& edge_features) const {
  return predict(graph, features, edge_features).probabilities;
}

Tensor Predictor::probabilities(const CsrGraph& graph, const Tensor& features) const {
  return probabilities(graph, Features(features));
}

}  // namespace weft
