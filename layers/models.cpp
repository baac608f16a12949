#include "weft/layers/models.hpp"

#include "weft/core/named_rows.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/layers/model_rows.hpp"
#include "weft/layers/option_tables.hpp"
#include "weft/layers/weight_memory.hpp"

namespace weft {
namespace {

const ModelRow& row_of(std::string_view name) {
  return row_named(model_rows(), "model", name);
}

/// What data can have; what a model of such a size takes is another question.
void check(const char* operation, const ModelShape& shape, std::int64_t least_outputs) {
  require(shape.num_outputs >= least_outputs && shape.num_outputs <= kMaxNodes, operation, ": num_outputs is ",
          shape.num_outputs, ", expected ", least_outputs, " to ", kMaxNodes);
  (void)name_of(shape.feature_kind);
  (void)name_of(shape.edge_kind);
  require(shape.edge_kind != FeatureKind::sparse, operation,
          ": the features of edges are sparse, expected dense or categorical ones");
  for (const std::int64_t width :
       {shape.num_features, input_width(shape), shape.num_edge_features, edge_input_width(shape)}) {
    require(width >= 0 && width <= kMaxNodes, operation, ": features have ", width,
            " columns or categories, expected 0 to ", kMaxNodes);
  }
}

}  // namespace

bool reads_edge_weights(const ModelTraits& traits, const Options& options) {
  const bool has_edges = !options.has("convolution") || options.text("convolution") != "none";
  return traits.reads_edge_weights && traits.reads != Reads::own_row && has_edges;
}

bool reads_edge_features(const Options& options) {
  if (options.has("edges") && !options.flag("edges")) {
    return false;
  }
  if (!options.has("convolution")) {
    return options.has("edge_features") && options.flag("edge_features");
  }
  return reads_edge_features(options.text("convolution"), FeatureKind::dense);
}

std::span<const ModelInfo> models() {
  static const std::vector<ModelInfo> kInfos = infos_of(model_rows());
  return kInfos;
}

const ModelInfo& model_info(std::string_view name) {
  return row_of(name).info;
}

std::vector<std::pair<std::string_view, OptionValue>> graph_defaults(std::string_view model) {
  std::vector<std::pair<std::string_view, OptionValue>> defaults = {{"layers", std::int64_t{4}},
                                                                    {"hidden", std::int64_t{64}},
                                                                    {"norm", std::string("batch")},
                                                                    {"head", std::string("linear")},
                                                                    {"dropout", 0.0},
                                                                    {"input_dropout", 0.0},
                                                                    {"attention_dropout", 0.0},
                                                                    {"attention_warmup", 0.0},
                                                                    {"activation", std::string("relu")},
                                                                    {"epochs", std::int64_t{100}},
                                                                    {"learning_rate", 0.001},
                                                                    {"weight_decay", 0.0},
                                                                    {"schedule", std::string("cosine")},
                                                                    {"warmup", 0.05},
                                                                    {"clip", 1.0}};
  const ModelInfo& info = model_info(model);
  defaults.insert(defaults.end(), info.graphs.begin(), info.graphs.end());
  return defaults;
}

std::vector<Option> graph_options() {
  return options_of(option_table<GraphModelOptions>(), GraphModelOptions{});
}

ModelTraits traits_of(std::string_view model, const Options& options, FeatureKind edge_kind) {
  const bool leaves_edges = options.has("edges") && !options.flag("edges");
  return row_of(model).traits(options, leaves_edges ? FeatureKind::none : edge_kind);
}

std::unique_ptr<NodeModel> make_model(std::string_view name, const ModelShape& shape, const Options& options,
                                      const Random& random) {
  check("make_model", shape, 0);
  const ModelRow& row = row_of(name);
  require(row.make != nullptr, "model ", name, ": made for whole graphs, the task is about nodes");
  require(!row.info.needs_node_labels || shape.num_outputs > 0, "model ", name,
          ": made for labels of nodes, and makes no states");
  require_memory_for(name, shape, options, false, WeightCopies::weights);
  return row.make(shape, options, random);
}

std::unique_ptr<NodeModel> make_model(const ModelShape& shape, const ModelOptions& options, const Random& random) {
  return make_model(options.model(), shape, options.options(), random);
}

std::unique_ptr<NodeModel> make_graph_model(std::string_view name, const ModelShape& shape, const Options& options,
                                            const Random& random) {
  check("make_graph_model", shape, 1);
  const ModelRow& row = row_of(name);
  require(row.make_for_graphs != nullptr, "model ", name, ": made for labels of nodes, the task is about whole graphs");
  require_memory_for(name, shape, options, true, WeightCopies::weights);
  return row.make_for_graphs(shape, options, random);
}

std::unique_ptr<NodeModel> make_graph_model(const ModelShape& shape, const ModelOptions& options,
                                            const GraphModelOptions& graph, const Random& random) {
  Options all = options.options();
  const Options own = to_options(option_table<GraphModelOptions>(), graph);
  all.add(graph_options());
  for (const auto& [name, value] : own.values()) {
    all.set_value(name, value);
  }
  return make_graph_model(options.model(), shape, all, random);
}

}  // namespace weft
