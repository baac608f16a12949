#include "weft/layers/model_rows.hpp"

#include <utility>

#include "weft/layers/gps_model.hpp"
#include "weft/layers/graph_model.hpp"
#include "weft/layers/label_propagation_model.hpp"
#include "weft/layers/nagphormer_model.hpp"
#include "weft/layers/option_tables.hpp"
#include "weft/layers/polynormer_model.hpp"
#include "weft/layers/ridge_model.hpp"
#include "weft/layers/sign_model.hpp"
#include "weft/layers/stack_model.hpp"
#include "weft/layers/weft_model.hpp"
#include "weft/layers/wl_model.hpp"

namespace weft {
namespace {

/// Of the randomness of a model of whole graphs; the rest is GraphModel's own.
namespace stream {
enum OfModel : std::uint64_t { nodes = 0 };
}  // namespace stream

/// The row of a model that is made of a shape, options S and randomness.
template <class Model, class S>
ModelRow row(ModelInfo info, const S& defaults) {
  info.options = options_of(option_table<S>(), defaults);
  const auto own = [](const Options& options) { return from_options(option_table<S>(), options); };
  const ModelRow::Make make = [own](const ModelShape& shape, const Options& options, const Random& random) {
    return std::make_unique<Model>(shape, own(options), random);
  };
  const auto traits = [own](const Options& options, FeatureKind kind) { return Model::traits(own(options), kind); };
  return {std::move(info), make, make, traits, typeid(S)};
}

/// The row of a model of nodes, which judges whole graphs as a GraphModel.
template <class Model, class S>
ModelRow node_row(const ModelInfo& info, const S& defaults) {
  ModelRow result = row<Model>(info, defaults);
  result.make_for_graphs = [make = result.make, name = info.name](const ModelShape& shape, const Options& options,
                                                                  const Random& random) {
    require(shape.num_outputs >= 1, "model ", name, ": num_outputs is ", shape.num_outputs, ", expected at least 1");
    const auto graph = from_options(option_table<GraphModelOptions>(), options);
    ModelShape states_only = shape;
    states_only.num_outputs = 0;
    std::unique_ptr<NodeModel> nodes = make(states_only, options, random.stream(stream::nodes));
    require(graph.readout == Readout::last || !nodes->kept_widths().empty(), "model ", name,
            ": it shows no states but the last, expected readout last");
    return std::make_unique<GraphModel>(std::move(nodes), shape.num_outputs, graph,
                                        from_options(option_table<S>(), options).activation, random);
  };
  return result;
}

/// The row of a model that reads whole graphs by itself.
template <class Model, class S>
ModelRow graph_row(ModelInfo info, const S& defaults) {
  info.needs_graphs = true;
  ModelRow result = row<Model>(std::move(info), defaults);
  result.make = nullptr;
  return result;
}

/// The row of a model of labels of nodes that is solved for, and so done after an epoch.
template <class Model, class S>
ModelRow label_row(ModelInfo info, const S& defaults) {
  info.needs_node_labels = true;
  info.always = {{"epochs", std::int64_t{1}}};
  ModelRow result = row<Model>(std::move(info), defaults);
  result.make_for_graphs = nullptr;
  return result;
}

/// The switches that tuned message-passing networks have in common where labels are many (Luo, Shi, Wu, "Classic
/// GNNs are strong baselines", 2024).
std::vector<std::pair<std::string_view, OptionValue>> tuned() {
  return {{"layers", std::int64_t{5}},
          {"hidden", std::int64_t{64}},
          {"norm", std::string("batch")},
          {"residual", true},
          {"head", std::string("linear")},
          {"dropout", 0.2},
          {"input_dropout", 0.0},
          {"attention_dropout", 0.0},
          {"activation", std::string("relu")},
          {"learning_rate", 0.01},
          {"weight_decay", 0.0}};
}

/// Attention of eight heads, as published for citation graphs.
StackOptions attends(const char* convolution) {
  return {.convolution = convolution,
          .heads = 8,
          .dropout = 0.6,
          .input_dropout = 0.6,
          .activation = Activation::elu,
          .attention_dropout = 0.6};
}

}  // namespace

const std::vector<ModelRow>& model_rows() {
  static const std::vector<ModelRow> kRows = {
      node_row<WeftModel>({.name = "weft",
                           .summary = "neighbors and, gated, linear attention over all nodes of the graph; the default",
                           .cost = "time N d^2 + E d, memory N d",
                           .source = "this project; Katharopoulos et al. 2020, Deng et al. 2024",
                           .always = {{"learning_rate", 0.005}, {"weight_decay", 5e-4}},
                           .many_labels = {{"convolution", std::string("sage")},
                                           {"layers", std::int64_t{3}},
                                           {"norm", std::string("layer")},
                                           {"dropout", 0.3},
                                           {"input_dropout", 0.0},
                                           {"attention_warmup", 0.2},
                                           {"propagation", std::int64_t{0}},
                                           {"learning_rate", 0.01}},
                           .graphs = {{"convolution", std::string("gine")}, {"feed_forward", true}}},
                          WeftOptions{}),
      node_row<StackModel>({.name = "gcn",
                            .summary = "graph convolution with symmetric normalization",
                            .cost = "time N d^2 + E d, memory N d",
                            .source = "Kipf, Welling 2017",
                            .always = {{"weight_decay", 5e-4}, {"decay", std::string("input")}},
                            .many_labels = tuned()},
                           StackOptions{}),
      node_row<StackModel>(
          {.name = "sage",
           .summary = "GraphSAGE: own state and the mean of the neighbors",
           .cost = "time N d^2 + E d, memory N d",
           .source = "Hamilton, Ying, Leskovec 2017",
           .always = {{"weight_decay", 5e-4}},
           .many_labels = tuned()},
          StackOptions{.convolution = "sage", .hidden = 128, .input_dropout = 0.0, .head = HeadKind::linear}),
      node_row<StackModel>({.name = "gat",
                            .summary = "graph attention, scores from a sum",
                            .cost = "time N d^2 + E d, memory N d + E h",
                            .source = "Velickovic et al. 2018",
                            .always = {{"learning_rate", 0.005}, {"weight_decay", 5e-4}},
                            .many_labels = tuned()},
                           attends("gat")),
      node_row<StackModel>({.name = "gatv2",
                            .summary = "graph attention, scores from a hidden layer",
                            .cost = "time N d^2 + E d, memory N d + E h",
                            .source = "Brody, Alon, Yahav 2022",
                            .always = {{"learning_rate", 0.005}, {"weight_decay", 5e-4}},
                            .many_labels = tuned()},
                           attends("gatv2")),
      node_row<StackModel>({.name = "gin",
                            .summary = "graph isomorphism network: a small network of the sum over the neighbors",
                            .cost = "time N d^2 + E d, memory N d",
                            .source = "Xu, Hu, Leskovec, Jegelka 2019",
                            .always = {{"weight_decay", 5e-4}},
                            .many_labels = tuned()},
                           StackOptions{.convolution = "gin", .input_dropout = 0.0, .head = HeadKind::linear}),
      node_row<StackModel>({.name = "gine",
                            .summary = "GIN with features of edges",
                            .cost = "time N d^2 + E d, memory N d; with features of edges E d^2, E d",
                            .source = "Hu et al. 2020",
                            .always = {{"weight_decay", 5e-4}},
                            .many_labels = tuned()},
                           StackOptions{.convolution = "gine", .input_dropout = 0.0, .head = HeadKind::linear}),
      node_row<StackModel>({.name = "gatedgcn",
                            .summary = "a gate for every neighbor and column; edges may have features, and then states",
                            .cost = "time N d^2 + E d, memory N d; with features of edges E d^2, E d",
                            .source = "Bresson, Laurent 2017",
                            .always = {{"weight_decay", 5e-4}},
                            .many_labels = tuned()},
                           StackOptions{.convolution = "gatedgcn", .input_dropout = 0.0, .head = HeadKind::linear}),
      node_row<GpsModel>({.name = "gps",
                          .summary = "a convolution and an attention over all nodes side by side in every block",
                          .cost = "time N d^2 + E d, memory N d; with features of edges E d^2, E d",
                          .source = "Rampasek et al. 2022",
                          .always = {{"learning_rate", 0.005}, {"weight_decay", 5e-4}},
                          .many_labels = {{"convolution", std::string("gatedgcn")},
                                          {"feed_forward", true},
                                          {"layers", std::int64_t{4}},
                                          {"norm", std::string("batch")},
                                          {"dropout", 0.2},
                                          {"input_dropout", 0.0},
                                          {"learning_rate", 0.005},
                                          {"weight_decay", 1e-5}},
                          .graphs = {{"convolution", std::string("gine")}, {"feed_forward", true}}},
                         GpsOptions{}),
      node_row<PolynormerModel>(
          {.name = "polynormer",
           .summary = "layers that multiply states: along edges first, over all nodes when those have settled",
           .cost = "time N d^2 + E d, memory N d",
           .source = "Deng, Yue, Zhang 2024",
           .always = {{"learning_rate", 0.005}, {"weight_decay", 5e-4}},
           .many_labels = {{"convolution", std::string("gat")},
                           {"layers", std::int64_t{5}},
                           {"global_layers", std::int64_t{2}},
                           {"norm", std::string("batch")},
                           {"dropout", 0.3},
                           {"input_dropout", 0.0},
                           {"attention_warmup", 0.2},
                           {"learning_rate", 0.005},
                           {"weight_decay", 0.0}}},
          PolynormerOptions{}),
      node_row<SignModel>(
          {.name = "sign",
           .summary = "a linear map for each number of hops, joined; epochs cost the same with any number of edges",
           .cost = "once K E f, then time K N f d, memory K N f for f dense features",
           .source = "Frasca et al. 2020",
           .always = {{"weight_decay", 5e-4}},
           .many_labels = {{"hidden", std::int64_t{256}},
                           {"norm", std::string("batch")},
                           {"dropout", 0.3},
                           {"learning_rate", 0.005},
                           {"weight_decay", 0.0}}},
          SignOptions{}),
      node_row<NagphormerModel>(
          {.name = "nagphormer",
           .summary = "a transformer over what each node reads at each distance; epochs cost the same with any edges",
           .cost = "once K E f, then time K N (f d + d^2 + K d), memory K N (f + d) for f dense features",
           .source = "Chen, Gao, Li, He 2023",
           .always = {{"learning_rate", 0.005}, {"weight_decay", 5e-4}},
           .many_labels = {{"dropout", 0.2}, {"input_dropout", 0.0}, {"learning_rate", 0.003}, {"weight_decay", 1e-5}}},
          NagphormerOptions{}),
      node_row<StackModel>(
          {.name = "mlp",
           .summary = "the features of each node alone: the baseline without edges",
           .cost = "time N d^2, memory N d",
           .source = "-",
           .always = {{"weight_decay", 5e-4}},
           .many_labels = tuned()},
          StackOptions{.convolution = "none", .hidden = 128, .input_dropout = 0.0, .head = HeadKind::linear}),
      label_row<LabelPropagationModel>(
          {.name = "label_propagation",
           .summary = "a floor: labels of the training part carried along edges, features unread; nothing is trained",
           .cost = "time K E c, memory N c",
           .source = "Zhu, Ghahramani 2002; Zhou et al. 2004",
           .always = {},
           .many_labels = {}},
          LabelPropagationOptions{}),
      label_row<RidgeModel>(
          {.name = "ridge",
           .summary = "a floor: linear regression on features that are means over the hops around; solved, not trained",
           .cost = "time K E f + T f min(T, f) for T labels, memory T f + min(T, f)^2",
           .source = "Hoerl, Kennard 1970; on smoothed features as Wu et al. 2019",
           .always = {},
           .many_labels = {}},
          RidgeOptions{}),
      graph_row<WlModel>({.name = "wl",
                          .summary = "whole graphs only: histograms of Weisfeiler-Leman colors with a linear head",
                          .cost = "time K (N + E), memory N",
                          .source = "Shervashidze et al. 2011",
                          .always = {},
                          .many_labels = {},
                          .graphs = {{"learning_rate", 0.01}}},
                         WlOptions{}),
  };
  return kRows;
}

std::string_view model_made_of(std::type_index options, std::string_view convolution) {
  std::string_view first;
  for (const ModelRow& row : model_rows()) {
    if (row.options != options) {
      continue;
    }
    const Options defaults(row.info.options);
    if (defaults.has("convolution") && defaults.text("convolution") == convolution) {
      return row.info.name;
    }
    first = first.empty() ? row.info.name : first;
  }
  return first;
}

}  // namespace weft
