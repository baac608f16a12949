#include "weft/layers/models.hpp"

#include <functional>

#include "weft/core/named_rows.hpp"
#include "weft/layers/convolutions.hpp"
#include "weft/layers/gps_model.hpp"
#include "weft/layers/nagphormer_model.hpp"
#include "weft/layers/polynormer_model.hpp"
#include "weft/layers/sign_model.hpp"
#include "weft/layers/stack_model.hpp"
#include "weft/layers/weft_model.hpp"
#include "weft/layers/wl_model.hpp"

namespace weft {
namespace {

using Make = std::function<std::unique_ptr<NodeModel>(const ModelShape&, const Options&, const Random&)>;

struct Row {
  ModelInfo info;
  Make make;
};

template <class Model>
std::unique_ptr<NodeModel> make(const ModelShape& shape, const Options& options, const Random& random) {
  return std::make_unique<Model>(shape, options, random);
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

const std::vector<Row>& table() {
  static const std::vector<Row> kRows = {
      {{.name = "weft",
        .summary = "neighbors and, gated, linear attention over all nodes of the graph; the default",
        .cost = "time N d^2 + E d, memory N d",
        .source = "this project; Katharopoulos et al. 2020, Deng et al. 2024",
        .options = weft_options(),
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
       make<WeftModel>},
      {{.name = "gcn",
        .summary = "graph convolution with symmetric normalization",
        .cost = "time N d^2 + E d, memory N d",
        .source = "Kipf, Welling 2017",
        .options = stack_options("gcn"),
        .always = {{"weight_decay", 5e-4}, {"decay", std::string("input")}},
        .many_labels = tuned()},
       make<StackModel>},
      {{.name = "sage",
        .summary = "GraphSAGE: own state and the mean of the neighbors",
        .cost = "time N d^2 + E d, memory N d",
        .source = "Hamilton, Ying, Leskovec 2017",
        .options = stack_options("sage"),
        .always = {{"weight_decay", 5e-4}},
        .many_labels = tuned()},
       make<StackModel>},
      {{.name = "gat",
        .summary = "graph attention, scores from a sum",
        .cost = "time N d^2 + E d, memory N d + E h",
        .source = "Velickovic et al. 2018",
        .options = stack_options("gat"),
        .always = {{"learning_rate", 0.005}, {"weight_decay", 5e-4}},
        .many_labels = tuned()},
       make<StackModel>},
      {{.name = "gatv2",
        .summary = "graph attention, scores from a hidden layer",
        .cost = "time N d^2 + E d, memory N d + E h",
        .source = "Brody, Alon, Yahav 2022",
        .options = stack_options("gatv2"),
        .always = {{"learning_rate", 0.005}, {"weight_decay", 5e-4}},
        .many_labels = tuned()},
       make<StackModel>},
      {{.name = "gin",
        .summary = "graph isomorphism network: a small network of the sum over the neighbors",
        .cost = "time N d^2 + E d, memory N d",
        .source = "Xu, Hu, Leskovec, Jegelka 2019",
        .options = stack_options("gin"),
        .always = {{"weight_decay", 5e-4}},
        .many_labels = tuned()},
       make<StackModel>},
      {{.name = "gine",
        .summary = "GIN with features of edges",
        .cost = "time N d^2 + E d, memory N d; with features of edges E d^2, E d",
        .source = "Hu et al. 2020",
        .options = stack_options("gine"),
        .always = {{"weight_decay", 5e-4}},
        .many_labels = tuned()},
       make<StackModel>},
      {{.name = "gatedgcn",
        .summary = "a gate for every neighbor and column; edges may have features, and then states",
        .cost = "time N d^2 + E d, memory N d; with features of edges E d^2, E d",
        .source = "Bresson, Laurent 2017",
        .options = stack_options("gatedgcn"),
        .always = {{"weight_decay", 5e-4}},
        .many_labels = tuned()},
       make<StackModel>},
      {{.name = "gps",
        .summary = "a convolution and an attention over all nodes side by side in every block",
        .cost = "time N d^2 + E d, memory N d; with features of edges E d^2, E d",
        .source = "Rampasek et al. 2022",
        .options = gps_options(),
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
       make<GpsModel>},
      {{.name = "polynormer",
        .summary = "layers that multiply states: along edges first, over all nodes when those have settled",
        .cost = "time N d^2 + E d, memory N d",
        .source = "Deng, Yue, Zhang 2024",
        .options = polynormer_options(),
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
       make<PolynormerModel>},
      {{.name = "sign",
        .summary = "a linear map for each number of hops, joined; epochs cost the same with any number of edges",
        .cost = "once K E f, then time K N f d, memory K N f for f dense features",
        .source = "Frasca et al. 2020",
        .options = sign_options(),
        .always = {{"weight_decay", 5e-4}},
        .many_labels = {{"hidden", std::int64_t{256}},
                        {"norm", std::string("batch")},
                        {"dropout", 0.3},
                        {"learning_rate", 0.005},
                        {"weight_decay", 0.0}}},
       make<SignModel>},
      {{.name = "nagphormer",
        .summary = "a transformer over what each node reads at each distance; epochs cost the same with any edges",
        .cost = "once K E f, then time K N (f d + d^2 + K d), memory K N (f + d) for f dense features",
        .source = "Chen, Gao, Li, He 2023",
        .options = nagphormer_options(),
        .always = {{"learning_rate", 0.005}, {"weight_decay", 5e-4}},
        .many_labels = {{"dropout", 0.2}, {"input_dropout", 0.0}, {"learning_rate", 0.003}, {"weight_decay", 1e-5}}},
       make<NagphormerModel>},
      {{.name = "mlp",
        .summary = "the features of each node alone: the baseline without edges",
        .cost = "time N d^2, memory N d",
        .source = "-",
        .options = stack_options("mlp"),
        .always = {{"weight_decay", 5e-4}},
        .many_labels = tuned()},
       make<StackModel>},
      {{.name = "wl",
        .summary = "whole graphs only: histograms of Weisfeiler-Leman colors with a linear head",
        .cost = "time K (N + E), memory N",
        .source = "Shervashidze et al. 2011",
        .options = wl_options(),
        .always = {},
        .many_labels = {},
        .graphs = {{"learning_rate", 0.01}},
        .needs_graphs = true},
       [](const ModelShape&, const Options&, const Random&) -> std::unique_ptr<NodeModel> {
         throw ArgumentError("model wl: made for whole graphs, the task is about nodes");
       }},
  };
  return kRows;
}

const Row& row_of(std::string_view name) {
  return row_named(table(), "model", name);
}

}  // namespace

bool reads_edge_features(const Options& options) {
  if (options.has("edges") && !options.flag("edges")) {
    return false;
  }
  if (!options.has("convolution")) {
    return options.has("edge_features") && options.flag("edge_features");
  }
  return convolution_info(options.text("convolution")).reads_edges;
}

std::span<const ModelInfo> models() {
  static const std::vector<ModelInfo> kInfos = infos_of(table());
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

std::unique_ptr<NodeModel> make_model(std::string_view name, const ModelShape& shape, const Options& options,
                                      const Random& random) {
  require(shape.num_outputs >= 0, "make_model: num_outputs is ", shape.num_outputs, ", expected at least 0");
  return row_of(name).make(shape, options, random);
}

}  // namespace weft
