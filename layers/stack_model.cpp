#include "weft/layers/stack_model.hpp"

#include <algorithm>
#include <cmath>

namespace weft {
namespace {

ConvolutionOptions hop_options(const Options& options, std::int64_t in, std::int64_t out, bool is_first,
                               bool is_output) {
  const std::string& kind = options.text("convolution");
  return {.kind = kind,
          .in = in,
          .out = out,
          .heads = options.integer(is_output ? "output_heads" : "heads"),
          .concat = !is_output,
          .attention_dropout = static_cast<float>(options.real("attention_dropout")),
          .group = is_first ? ParameterGroup::input : ParameterGroup::weight};
}

}  // namespace

Tensor degree_features(const MessageBlock& block) {
  Tensor x(block.num_inputs(), 2);
  for (std::int64_t v = 0; v < x.rows(); ++v) {
    x(v, 0) = 1.0F;
    if (v < block.num_outputs()) {
      x(v, 1) = std::log1p(static_cast<float>(block.graph().in_degree(static_cast<NodeId>(v))));
    }
  }
  return x;
}

void require_features(const ModelShape& shape, const MessageBlock& block, const Features& features) {
  const ModelShape given = shape_for(features, shape.num_outputs);
  require(given == shape, "model: made for ", shape.num_features, " ", shape.feature_kind, " features, given ",
          given.num_features, " ", given.feature_kind,
          given.num_features == shape.num_features && given.feature_kind == shape.feature_kind
              ? " with other numbers of categories"
              : "");
  require(shape.feature_kind == "none" || shape_of(features).rows == block.num_inputs(),
          "model: there are features of ", shape_of(features).rows, " nodes, the graph has ", block.num_inputs());
}

StackModel::StackModel(const ModelShape& shape, const Options& options, const Random& random)
    : shape_(shape),
      activation_(activation_of(options.text("activation"))),
      dropout_(static_cast<float>(options.real("dropout"))),
      input_dropout_(static_cast<float>(options.real("input_dropout"))),
      jumping_sum_(options.text("jumping_knowledge") == "sum") {
  const std::int64_t hidden = options.integer("hidden");
  const std::int64_t num_layers = options.integer("layers");
  const bool conv_head = options.text("head") == "convolution";
  require(!(conv_head && jumping_sum_), "model: jumping_knowledge sum needs head linear");

  std::int64_t width = shape.feature_kind == "none" ? 2 : input_width(shape);
  bool is_first = true;
  if (options.flag("pre_linear")) {
    before_ = std::make_unique<Linear>(width, hidden, random.stream(0), ParameterGroup::input);
    width = hidden;
    is_first = false;
  }
  for (std::int64_t l = 0; l < num_layers; ++l) {
    const bool is_output = conv_head && l + 1 == num_layers;
    const std::int64_t out = is_output ? shape.num_outputs : hidden;
    const Random own = random.stream(static_cast<std::uint64_t>(l) + 1);
    Hop hop;
    hop.convolution = make_convolution(hop_options(options, width, out, is_first, is_output), own.stream(0));
    if (options.flag("residual") && !is_output) {
      hop.residual = std::make_unique<Linear>(width, out, own.stream(1),
                                              is_first ? ParameterGroup::input : ParameterGroup::weight);
    }
    hop.norm = Norm(is_output ? "none" : options.text("norm"), out);
    hops_.push_back(std::move(hop));
    width = out;
    is_first = false;
  }
  if (!conv_head) {
    head_ = std::make_unique<Linear>(width, shape.num_outputs, random.stream(1000));
  }
}

LayerInput StackModel::first_input(const MessageBlock& block, const Features& features) const {
  require_features(shape_, block, features);
  return shape_.feature_kind == "none" ? LayerInput(Variable::constant(degree_features(block))) : LayerInput(features);
}

NodeModel::Output StackModel::forward(const MessageBlock& block, const Features& features, Pass& pass) const {
  LayerInput x = first_input(block, features).dropped(input_dropout_, pass);
  if (before_) {
    x = before_->forward(x, pass, activation_);
    x = x.dropped(dropout_, pass);
  }
  Variable embedding, total;
  for (std::size_t l = 0; l < hops_.size(); ++l) {
    const Hop& hop = hops_[l];
    Variable y = hop.convolution->forward(block, x, pass);
    const bool makes_output = !head_ && l + 1 == hops_.size();
    if (makes_output) {
      return {y, embedding.rows() > 0 ? embedding : y};
    }
    if (hop.residual) {
      y = y + hop.residual->forward(x, pass);
    }
    embedding = activate(hop.norm.forward(y, pass), activation_);
    x = LayerInput(embedding).dropped(dropout_, pass);
    if (jumping_sum_) {
      total = l == 0 ? x.states() : total + x.states();
    }
  }
  const Variable last = jumping_sum_ ? total : x.states();
  return {head_->forward(last, pass), last};
}

void StackModel::list_parameters(ParameterList& list) {
  if (before_) {
    list.add_layer("before", *before_);
  }
  for (std::size_t l = 0; l < hops_.size(); ++l) {
    const std::string name = "hop" + std::to_string(l);
    list.add_layer(name + ".convolution", *hops_[l].convolution);
    if (hops_[l].residual) {
      list.add_layer(name + ".residual", *hops_[l].residual);
    }
    list.add_layer(name + ".norm", hops_[l].norm);
  }
  if (head_) {
    list.add_layer("head", *head_);
  }
}

std::vector<Option> stack_options(std::string_view name) {
  const bool attends = name == "gat" || name == "gatv2";
  const bool is_mlp = name == "mlp";
  const bool is_paper_style = name == "gcn" || attends;
  return {
      {"convolution",
       std::string(is_mlp ? "none" : name),
       "how a node reads its neighbors",
       {},
       {},
       {"gcn", "sage", "gat", "gatv2", "transformer", "none"}},
      {"hidden", std::int64_t{attends || name == "gcn" ? 64 : 128}, "width of every hidden layer, all heads together",
       1, 65536},
      {"layers", std::int64_t{2}, "hops: how far a node sees", 1, 1000},
      {"heads", std::int64_t{attends ? 8 : 1}, "attention heads of hidden layers; divides hidden", 1, 1024},
      {"output_heads", std::int64_t{1}, "attention heads of an output convolution; they are averaged", 1, 1024},
      {"dropout", attends ? 0.6 : 0.5, "share of hidden states dropped after each layer", 0.0, 0.99},
      {"input_dropout",
       attends         ? 0.6
       : name == "gcn" ? 0.5
                       : 0.0,
       "share of features dropped", 0.0, 0.99},
      {"attention_dropout", attends ? 0.6 : 0.0, "share of edges whose message is left out", 0.0, 0.99},
      {"norm", std::string("none"), "normalization of hidden states", {}, {}, {"none", "layer", "batch"}},
      {"residual", false, "add a linear map of a layer's input to its output"},
      {"jumping_knowledge",
       std::string("none"),
       "what the head reads: the last layer, or the sum of all",
       {},
       {},
       {"none", "sum"}},
      {"pre_linear", false, "a linear map of the features before the first hop"},
      {"head",
       std::string(is_paper_style ? "convolution" : "linear"),
       "what makes the outputs: the last hop itself, or a linear map after it",
       {},
       {},
       {"convolution", "linear"}},
      {"activation",
       std::string(attends ? "elu" : "relu"),
       "after every hidden layer",
       {},
       {},
       {"relu", "elu", "gelu"}},
      {"feature_norm",
       std::string("auto"),
       "auto: rows of sparse features are scaled to sum 1; row: of all features; none",
       {},
       {},
       {"auto", "row", "none"}},
  };
}

}  // namespace weft
