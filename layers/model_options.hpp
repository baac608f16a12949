// What can be set of each model, as a struct with defaults for few labels: make_model(shape, StackOptions{.hidden =
// 32}, random). Names and ranges of the command line are those of the members (option_tables.cpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/layers/kinds.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Options of attentions that differ from their defaults, by the names that global_attentions() lists: a mechanism is a
/// row of that table, and so are its options. As {{"window", 128}}.
using AttentionOptions = std::map<std::string, OptionValue, std::less<>>;

/// StackModel: convolutions one after the other. The defaults are those of the model gcn; a model of the table that
/// has another convolution has other ones (models()).
struct StackOptions {
  /// A row of convolutions(): how a node reads its neighbors; "none": not at all.
  std::string convolution = "gcn";
  /// Width of every hidden layer, all heads together.
  std::int64_t hidden = 64;
  /// Layers: how far a node sees along edges.
  std::int64_t layers = 2;
  /// Attention heads; divides hidden.
  std::int64_t heads = 1;
  /// Share of hidden states dropped after each layer.
  double dropout = 0.5;
  /// Share of features dropped.
  double input_dropout = 0.5;
  /// Of hidden states.
  NormKind norm = NormKind::none;
  /// After every layer.
  Activation activation = Activation::relu;
  /// Which features are scaled before training.
  FeatureNorm feature_norm = FeatureNorm::automatic;
  /// What a node is told of its place.
  NodeEncoding encoding = NodeEncoding::none;
  /// Steps of the walk or eigenvectors; 0: 20 steps, 8 eigenvectors.
  std::int64_t encoding_size = 0;
  /// Attention heads of an output convolution; they are averaged.
  std::int64_t output_heads = 1;
  /// Share of edges whose message is left out, where the convolution attends.
  double attention_dropout = 0.0;
  /// Add a linear map of a layer's input to its output.
  bool residual = false;
  /// What the head reads.
  JumpingKnowledge jumping_knowledge = JumpingKnowledge::none;
  /// A linear map of the features before the first hop.
  bool pre_linear = false;
  /// One more node for each graph that all others read and are read by.
  bool virtual_node = false;
  /// What makes the outputs.
  HeadKind head = HeadKind::convolution;

  friend bool operator==(const StackOptions&, const StackOptions&) = default;
};

/// WeftModel: neighbors and, gated, an attention over all nodes.
struct WeftOptions {
  /// A row of convolutions().
  std::string convolution = "gcn";
  /// A row of global_attentions(): how a node reads all nodes of its graph; "none": not at all.
  std::string attention = "linear";
  /// Share of the training before attention joins.
  double attention_warmup = 0.5;
  /// Width of every hidden layer, all heads together.
  std::int64_t hidden = 64;
  /// Blocks: how far a node sees along edges.
  std::int64_t layers = 1;
  /// Attention heads; divides hidden.
  std::int64_t heads = 4;
  /// Share of hidden states dropped after each layer.
  double dropout = 0.7;
  /// Share of features dropped.
  double input_dropout = 0.7;
  /// Of hidden states.
  NormKind norm = NormKind::none;
  /// After every layer.
  Activation activation = Activation::relu;
  /// Which features are scaled before training.
  FeatureNorm feature_norm = FeatureNorm::automatic;
  /// What a node is told of its place.
  NodeEncoding encoding = NodeEncoding::none;
  /// Steps of the walk or eigenvectors; 0: 20 steps, 8 eigenvectors.
  std::int64_t encoding_size = 0;
  /// Add a block's input to its output.
  bool residual = true;
  /// A network of two linear maps after each block, added to it.
  bool feed_forward = false;
  /// What the head reads: the last block, or the sum of all.
  JumpingKnowledge jumping_knowledge = JumpingKnowledge::none;
  /// Outputs are a learned sum of those 0 to so many steps away, as graph convolution weighs them.
  std::int64_t propagation = 10;
  /// The sum learning starts from is personalized PageRank with this restart; 1: a node's own outputs.
  double restart = 1.0;
  /// Of the attention.
  AttentionOptions attention_options = {};

  friend bool operator==(const WeftOptions&, const WeftOptions&) = default;
};

/// GpsModel: a convolution and an attention side by side. The defaults are for few labels: what is small and not
/// normalized.
struct GpsOptions {
  /// A row of convolutions(), or "none".
  std::string convolution = "gcn";
  /// A row of global_attentions(), or "none", but not both none.
  std::string attention = "linear";
  /// Width of every hidden layer, all heads together.
  std::int64_t hidden = 64;
  /// Blocks: how far a node sees along edges.
  std::int64_t layers = 2;
  /// Attention heads; divides hidden.
  std::int64_t heads = 4;
  /// Share of hidden states dropped after each layer.
  double dropout = 0.6;
  /// Share of features dropped.
  double input_dropout = 0.5;
  /// Of hidden states.
  NormKind norm = NormKind::none;
  /// After every layer.
  Activation activation = Activation::relu;
  /// Which features are scaled before training.
  FeatureNorm feature_norm = FeatureNorm::automatic;
  /// What a node is told of its place.
  NodeEncoding encoding = NodeEncoding::none;
  /// Steps of the walk or eigenvectors; 0: 20 steps, 8 eigenvectors.
  std::int64_t encoding_size = 0;
  /// A network of two linear maps at the end of each block.
  bool feed_forward = false;
  /// Convolutions that attend: share of edges left out.
  double attention_dropout = 0.0;
  /// Of the attention.
  AttentionOptions attention_options = {};

  friend bool operator==(const GpsOptions&, const GpsOptions&) = default;
};

/// PolynormerModel: layers that multiply states, along edges and then over all nodes.
struct PolynormerOptions {
  /// A row of convolutions(), or "none".
  std::string convolution = "gcn";
  /// A row of global_attentions(), or "none".
  std::string attention = "polynormer";
  /// Share of the training before attention joins.
  double attention_warmup = 0.8;
  /// Layers of attention after the local ones.
  std::int64_t global_layers = 1;
  /// Width of every hidden layer, all heads together.
  std::int64_t hidden = 64;
  /// Layers along edges: how far a node sees.
  std::int64_t layers = 2;
  /// Attention heads; divides hidden.
  std::int64_t heads = 4;
  /// Share of hidden states dropped after each layer.
  double dropout = 0.7;
  /// Share of features dropped.
  double input_dropout = 0.5;
  /// Of hidden states.
  NormKind norm = NormKind::none;
  /// After every layer.
  Activation activation = Activation::relu;
  /// Rows of sum 1 have products so small that layer norm's epsilon hides them.
  FeatureNorm feature_norm = FeatureNorm::none;
  /// What a node is told of its place.
  NodeEncoding encoding = NodeEncoding::none;
  /// Steps of the walk or eigenvectors; 0: 20 steps, 8 eigenvectors.
  std::int64_t encoding_size = 0;
  /// Convolutions that attend: share of edges left out.
  double attention_dropout = 0.0;
  /// Of the attention.
  AttentionOptions attention_options = {};

  friend bool operator==(const PolynormerOptions&, const PolynormerOptions&) = default;
};

/// SignModel: a linear map for each number of hops.
struct SignOptions {
  /// How far a node sees along edges; each distance is a token.
  std::int64_t hops = 3;
  /// Width of every hidden layer.
  std::int64_t hidden = 64;
  /// Linear maps after the hops are joined, the outputs' own not counted.
  std::int64_t layers = 1;
  /// Share of hidden states dropped after each layer.
  double dropout = 0.5;
  /// Share of features dropped.
  double input_dropout = 0.2;
  /// Of hidden states.
  NormKind norm = NormKind::none;
  /// After every layer.
  Activation activation = Activation::relu;
  /// Which features are scaled before training.
  FeatureNorm feature_norm = FeatureNorm::automatic;
  /// What a node is told of its place.
  NodeEncoding encoding = NodeEncoding::none;
  /// Steps of the walk or eigenvectors; 0: 20 steps, 8 eigenvectors.
  std::int64_t encoding_size = 0;

  friend bool operator==(const SignOptions&, const SignOptions&) = default;
};

/// NagphormerModel: a transformer over what each node reads at each distance.
struct NagphormerOptions {
  /// How far a node sees along edges; each distance is a token.
  std::int64_t hops = 3;
  /// Width of every hidden layer, all heads together.
  std::int64_t hidden = 64;
  /// Layers of the transformer over the tokens.
  std::int64_t layers = 1;
  /// Attention heads; divides hidden.
  std::int64_t heads = 4;
  /// Share of hidden states dropped after each layer.
  double dropout = 0.3;
  /// Share of features dropped.
  double input_dropout = 0.3;
  /// Of hidden states.
  NormKind norm = NormKind::layer;
  /// Of the network after the tokens are read.
  Activation activation = Activation::relu;
  /// Which features are scaled before training.
  FeatureNorm feature_norm = FeatureNorm::automatic;
  /// What a node is told of its place.
  NodeEncoding encoding = NodeEncoding::none;
  /// Steps of the walk or eigenvectors; 0: 20 steps, 8 eigenvectors.
  std::int64_t encoding_size = 0;

  friend bool operator==(const NagphormerOptions&, const NagphormerOptions&) = default;
};

/// WlModel: histograms of Weisfeiler-Leman colors, of whole graphs only.
struct WlOptions {
  /// Rounds of refinement: how far a color sees.
  std::int64_t rounds = 3;
  /// Columns of the histogram.
  std::int64_t buckets = 16384;
  /// How counts are scaled.
  HistogramScale histogram = HistogramScale::root;
  /// Share of a histogram's entries dropped.
  double dropout = 0.0;
  /// Whether colors see the features of edges.
  bool edge_features = true;

  friend bool operator==(const WlOptions&, const WlOptions&) = default;
};

/// LabelPropagationModel: labels of the training part carried along edges.
struct LabelPropagationOptions {
  /// Of what a node has after a step that comes from its neighbors; 0: the best on the validation part of a few.
  double spread_share = 0.0;
  /// How far labels are carried.
  std::int64_t spread_steps = 50;

  friend bool operator==(const LabelPropagationOptions&, const LabelPropagationOptions&) = default;
};

/// RidgeModel: linear regression on features that are means over the hops around a node.
struct RidgeOptions {
  /// How far a node sees along edges.
  std::int64_t smooth_hops = 2;
  /// Of the squared weights, in the unit of the columns; 0: the best on the validation part of a few.
  double penalty = 0.0;

  friend bool operator==(const RidgeOptions&, const RidgeOptions&) = default;
};

/// GraphModel, and the training of every model of whole graphs.
struct GraphModelOptions {
  /// How the states of a graph's nodes become its own.
  Pooling pooling = Pooling::mean;
  /// What is pooled.
  Readout readout = Readout::last;
  /// Linear maps between the pooled states and the outputs.
  std::int64_t head_layers = 2;
  /// Share of what each of them reads that is dropped.
  double head_dropout = 0.0;
  /// Graphs without features: a learned row for each in-degree below this; 0: the degree as a number.
  std::int64_t degree_categories = 64;
  /// Graphs in a step, about: batches are even in nodes and edges.
  std::int64_t batch_size = 128;

  friend bool operator==(const GraphModelOptions&, const GraphModelOptions&) = default;
};

/// A model by its options: any of the structs above, as the name and the options that the table of models has.
class ModelOptions {
 public:
  // Each throws ArgumentError naming the option if a value is out of its range.
  // NOLINTBEGIN(google-explicit-constructor)
  ModelOptions(const StackOptions& options);
  ModelOptions(const WeftOptions& options);
  ModelOptions(const GpsOptions& options);
  ModelOptions(const PolynormerOptions& options);
  ModelOptions(const SignOptions& options);
  ModelOptions(const NagphormerOptions& options);
  ModelOptions(const WlOptions& options);
  ModelOptions(const LabelPropagationOptions& options);
  ModelOptions(const RidgeOptions& options);
  // NOLINTEND(google-explicit-constructor)

  /// Its row of models(). Of StackOptions the one with their convolution, or gcn if none has it.
  [[nodiscard]] const std::string& model() const { return model_; }
  /// Every option of the model: exactly the struct.
  [[nodiscard]] const Options& options() const { return options_; }
  /// Those that differ from the struct's defaults: what someone has set who leaves the rest to the model's row and to
  /// how much there is to learn from, as `weft train --set` does.
  [[nodiscard]] const std::vector<std::pair<std::string, OptionValue>>& changes() const { return changes_; }

 private:
  std::string model_;
  Options options_;
  std::vector<std::pair<std::string, OptionValue>> changes_;
};

}  // namespace weft
#pragma GCC visibility pop
