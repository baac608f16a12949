#include "weft/runs/onnx_model.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "weft/io/utf8.hpp"
#include "weft/layers/convolutions.hpp"
#include "weft/layers/model_rows.hpp"
#include "weft/layers/option_tables.hpp"
#include "weft/runs/onnx_layers.hpp"
#include "weft/runs/output_names.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/tasks/sampling.hpp"
#include "weft/tasks/settled_outputs.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft {
namespace {

using onnx::Value;

bool is_stack(const ModelRow& row) {
  return row.options == typeid(StackOptions);
}

/// Those that can be written, by their names between commas.
std::string written_models() {
  std::string names;
  for (const ModelRow& row : model_rows()) {
    if (is_stack(row) && onnx::has_convolution(Options(row.info.options).text("convolution"))) {
      names += (names.empty() ? "" : ", ") + std::string(row.info.name);
    }
  }
  return names;
}

const ModelRow* row_of(const TrainedModel& model) {
  for (const ModelRow& row : model_rows()) {
    if (row.info.name == model.model()) {
      return &row;
    }
  }
  return nullptr;
}

StackOptions stack_options(const TrainedModel& model) {
  return from_options(option_table<StackOptions>(), model.options());
}

/// What keeps a model from being one of ONNX, and what is expected.
struct Obstacle {
  std::string what, expected;
};

std::optional<Obstacle> obstacle_of_task(const TrainedModel& model) {
  switch (model.task().rows) {
    case Rows::nodes:
      return std::nullopt;
    case Rows::links:
      return Obstacle{"judges links", "a model of nodes"};
    case Rows::graphs:
      return Obstacle{"judges whole graphs", "a model of nodes"};
    default:
      return Obstacle{"makes graphs", "a model of nodes"};
  }
}

/// Of a model of nodes that is a stack of convolutions.
std::optional<Obstacle> obstacle_of_layers(const StackOptions& options) {
  if (!onnx::has_convolution(options.convolution)) {
    return Obstacle{concat("has the convolution ", options.convolution), concat("one of ", written_models())};
  }
  if (options.virtual_node) {
    return Obstacle{"has a virtual node", "virtual_node=false"};
  }
  if (options.encoding != NodeEncoding::none) {
    return Obstacle{concat("reads places in the graph (encoding=", name_of(options.encoding), ")"), "encoding=none"};
  }
  return std::nullopt;
}

std::optional<Obstacle> obstacle_of_input(const TrainedModel& model) {
  const ModelShape& shape = model.shape();
  if (!model.trained().description().table_nodes.empty()) {
    return Obstacle{"has learned a row for each node of its graph (node_table)", "nodes with features"};
  }
  if (shape.feature_kind == FeatureKind::categorical) {
    return Obstacle{"reads categories of nodes", "dense or sparse features"};
  }
  if (shape.feature_kind == FeatureKind::none || shape.num_features == 0) {
    return Obstacle{"reads degrees in the place of features, of which its nodes have none", "nodes with features"};
  }
  if (shape.edge_kind != FeatureKind::none) {
    return Obstacle{"reads features of edges", "one that reads nodes, and weights of edges at most"};
  }
  return std::nullopt;
}

/// Of how predictions come from what the network says.
std::optional<Obstacle> obstacle_of_prediction(const TrainedModel& model) {
  const SettledModel* settled = settled_of(*model.trained().node_model());
  if (settled != nullptr && settled->spread().kind != SpreadKind::none) {
    return Obstacle{"spreads labels of its graph over what it says (smooth)", "smooth=none"};
  }
  const Options& options = model.options();
  if (Sampling::is_wanted(options) && sampler_info(options.text("sampler")).infers_by_samples) {
    return Obstacle{concat("predicts by samples (sampler=", options.text("sampler"), ")"), "another sampler"};
  }
  return std::nullopt;
}

std::optional<Obstacle> obstacle_of(const TrainedModel& model) {
  if (auto found = obstacle_of_task(model)) {
    return found;
  }
  const ModelRow* row = row_of(model);
  if (row == nullptr || !is_stack(*row)) {
    return Obstacle{"is no stack of convolutions", concat("one of ", written_models())};
  }
  if (auto found = obstacle_of_layers(stack_options(model))) {
    return found;
  }
  if (auto found = obstacle_of_input(model)) {
    return found;
  }
  return obstacle_of_prediction(model);
}

/// Features as layers read them: rows of sum 1, or columns in the unit of the training part.
Value prepared(const TrainedModel& model, const Value& x, onnx::Network& network) {
  Value read = x;
  const FeatureNorm norm = stack_options(model).feature_norm;
  const bool sparse = model.shape().feature_kind == FeatureKind::sparse;
  if (norm == FeatureNorm::row || (norm == FeatureNorm::automatic && sparse)) {
    OnnxGraph& graph = network.graph();
    const Value sums = graph.node("ReduceL1", {x, graph.integers({1})});
    const Value divisors =
        graph.node("Where", {graph.node("Greater", {sums, graph.real(0.0F)}), sums, graph.real(1.0F)});
    read = network.divide(x, divisors);
  }
  if (network.has("feature_scale.shift")) {
    const Value moved = network.graph().node("Sub", {read, network.weight("feature_scale.shift")});
    read = network.multiply(moved, network.weight("feature_scale.factor"));
  }
  return read;
}

/// A StackModel, as its forward() goes through it.
Value stacked(const TrainedModel& model, const Value& features, onnx::Network& network, onnx::Edges& edges) {
  const StackOptions options = stack_options(model);
  const bool is_head_linear = network.has("head.weight");
  Value x = features;
  std::int64_t width = model.shape().num_features;
  if (network.has("before.weight")) {
    x = network.activate(network.linear(x, "before"), options.activation);
    width = options.hidden;
  }
  Value total;
  for (std::int64_t l = 0; l < options.layers; ++l) {
    const std::string prefix = concat("hop", l);
    const bool is_output = !is_head_linear && l + 1 == options.layers;
    const std::int64_t out = is_output ? model.shape().num_outputs : options.hidden;
    Value y = onnx::convolve(options.convolution,
                             {.prefix = prefix + ".convolution",
                              .in = width,
                              .out = out,
                              .heads = is_output ? options.output_heads : options.heads,
                              .concat = !is_output,
                              .norm = options.norm},
                             x, network, edges);
    if (is_output) {
      return y;
    }
    if (options.residual) {
      y = network.add(y, network.linear(x, prefix + ".residual"));
    }
    x = network.activate(network.norm(y, options.norm, prefix + ".norm"), options.activation);
    width = out;
    if (l == 0 || options.jumping_knowledge == JumpingKnowledge::none) {
      total = x;
    } else {
      total = options.jumping_knowledge == JumpingKnowledge::sum
                  ? network.add(total, x)
                  : network.graph().node("Concat", {total, x}, {{"axis", std::int64_t{1}}});
    }
  }
  return network.linear(total, "head");
}

std::map<std::string, std::string> metadata_of(const TrainedModel& model) {
  const auto list = [](const std::vector<std::string>& names) {
    return nlohmann::json(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  std::map<std::string, std::string> metadata = {{"model", model.model()},
                                                 {"dataset", model.dataset()},
                                                 {"task", std::string(model.task().name())},
                                                 {"outputs", list(output_names(model))}};
  if (!model.names().features.empty()) {
    metadata["features"] = list(model.names().features);
  }
  if (const std::string& column = model.trained().description().edge_weight; !column.empty()) {
    metadata["edge_weight"] = column;
  }
  if (const SettledModel* settled = settled_of(*model.trained().node_model())) {
    metadata["threshold"] = to_text(static_cast<double>(settled->threshold()));
  }
  for (const auto& [key, value] : metadata) {
    require(is_utf8(value), "export to ONNX: the model's ", key, " is no UTF-8 text");
  }
  return metadata;
}

}  // namespace

void require_onnx(const TrainedModel& model) {
  if (const auto found = obstacle_of(model)) {
    throw ArgumentError(concat("export to ONNX: the model ", model.model(), " of ", model.dataset(), " ", found->what,
                               "; expected ", found->expected));
  }
}

void write_onnx(const TrainedModel& model, const ModelFile& file, const std::filesystem::path& path) {
  require_onnx(model);
  OnnxGraph graph(model.model());
  onnx::Network network(graph, file);
  const Value x = graph.input("x", OnnxType::real, {"N", model.shape().num_features});
  const bool reads_weights =
      model.options().flag("edge_weights") &&
      reads_edge_weights(traits_of(model.model(), model.options(), model.shape().edge_kind), model.options());
  onnx::Edges edges(network, x, model.options().flag("edges"),
                    reads_weights ? onnx::Edges::Weights::optional : onnx::Edges::Weights::none);
  Value y = stacked(model, prepared(model, x, network), network, edges);

  const std::vector<OnnxGraph::Extent> extents = {"N", model.shape().num_outputs};
  if (model.outputs() == OutputKind::values) {
    y = network.add(network.multiply(y, network.weight("output.factor")), network.weight("output.shift"));
    graph.output("values", y, extents);
  } else {
    const bool are_classes = model.outputs() == OutputKind::classes;
    graph.output("probabilities",
                 are_classes ? graph.node("Softmax", {y}, {{"axis", std::int64_t{1}}}) : graph.node("Sigmoid", {y}),
                 extents);
    graph.output("logits", y, extents);
  }
  // Of what was settled, which changes none of these outputs.
  for (const char* name : {"known.nodes", "known.values", "known.graph", "spread", "threshold"}) {
    if (network.has(name)) {
      (void)network.tensor(name);
    }
  }
  const std::string unread = network.unread();
  require(unread.empty(), "export to ONNX: nothing is known of the tensor '", unread, "' of ", model.what());
  graph.write(path, metadata_of(model));
}

}  // namespace weft
