#include "weft/layers/weft_model.hpp"

#include "weft/layers/kernels/aggregation.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/layers/kernels/weighted_sum.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

/// What each power of the propagation matrix has in `steps` steps of personalized PageRank. [1, steps + 1]
Tensor page_rank_weights(std::int64_t steps, double restart) {
  Tensor weights(1, steps + 1);
  double left = 1.0;
  for (std::int64_t k = 0; k < steps; ++k) {
    weights(0, k) = static_cast<float>(left * restart);
    left *= 1.0 - restart;
  }
  weights(0, steps) = static_cast<float>(left);
  return weights;
}

}  // namespace

WeftModel::WeftModel(const ModelShape& shape, const Options& options, const Random& random)
    : activation_(activation_of(options.text("activation"))),
      residual_(options.flag("residual")),
      jumping_sum_(options.text("jumping_knowledge") == "sum"),
      dropout_(static_cast<float>(options.real("dropout"))),
      warmup_(options.real("attention_warmup")),
      // States for a readout have no outputs of nodes.
      propagation_(shape.num_outputs > 0 ? options.integer("propagation") : 0),
      powers_(page_rank_weights(options.integer("propagation"), options.real("restart"))) {
  const std::int64_t d = options.integer("hidden"), heads = options.integer("heads");
  require(d % heads == 0, "model weft: hidden ", d, " cannot be cut into ", heads, " heads");
  const bool has_attention = options.text("attention") != "none";
  const std::int64_t num_layers = options.integer("layers");
  const bool has_edges = shape.edge_kind != FeatureKind::none;
  input_ = InputLayer(shape, options, d, random.stream(0));
  edges_ = EdgeLayer(shape, d, random.stream(1001));
  for (std::int64_t l = 0; l < num_layers; ++l) {
    const Random own = random.stream(static_cast<std::uint64_t>(l) + 1);
    Block block;
    block.norm = Norm(options.text("norm"), d);
    block.local = make_convolution({.kind = options.text("convolution"),
                                    .in = d,
                                    .out = d,
                                    .heads = heads,
                                    .edge_width = has_edges ? d : 0,
                                    .passes_edges = l + 1 < num_layers,
                                    .edge_norm = options.text("norm")},
                                   own.stream(0));
    if (has_attention) {
      block.global = make_global_attention(options.text("attention"), options, l, own);
      block.gate = Linear(d, heads, own.stream(5));
      for (float& b : block.gate.bias().mutable_value().values()) {
        b = -2.0F;
      }
    }
    if (options.flag("feed_forward")) {
      block.feed_forward = std::make_unique<FeedForward>(options.text("norm"), d, dropout_, own.stream(6));
    }
    blocks_.push_back(std::move(block));
  }
  if (!has_attention) {
    warmup_ = 2.0;
  }
  last_norm_ = Norm(options.text("norm"), d);
  head_ = Linear(d, shape.num_outputs, random.stream(1000));
}

NodeModel::Output WeftModel::forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const {
  const MessageBlock& block = blocks.whole("weft");
  if (pass.is_training()) {
    attends_(0, 0) = pass.progress() >= warmup_ ? 1.0F : 0.0F;
  }
  const bool attends = attends_(0, 0) > 0.0F;

  const auto drop = [&](const Variable& x) { return LayerInput(x).dropped(dropout_, pass).states(); };
  Variable x = drop(input_.forward(block, input, pass, activation_));
  EdgeStates edges = edges_.forward(input, pass);
  Variable total = x;
  pass.keep(x);
  for (const Block& layer : blocks_) {
    const Variable h = layer.norm.forward(x, pass);
    Variable y = layer.local->forward(block, h, edges, pass);
    if (attends) {
      y = y + multiply_heads(layer.global->forward(block, h, pass), layer.gate.forward(h, pass, Activation::sigmoid));
    }
    y = drop(activate(y, activation_));
    x = residual_ ? x + y : y;
    if (layer.feed_forward) {
      x = layer.feed_forward->forward(x, pass);
    }
    pass.keep(x);
    if (jumping_sum_) {
      total = total + x;
    }
  }
  const Variable last = last_norm_.forward(jumping_sum_ ? total : x, pass);
  return {propagated(block, head_.forward(last, pass), pass), last};
}

Variable WeftModel::propagated(const MessageBlock& block, const Variable& logits, const Pass& pass) const {
  if (propagation_ == 0) {
    return logits;
  }
  const GcnNorm norm(block);
  std::vector<Variable> powers = {logits};
  for (std::int64_t step = 0; step < propagation_; ++step) {
    powers.push_back(aggregate_gcn(norm, powers.back()));
  }
  return weighted_sum(powers, pass.use(powers_));
}

void WeftModel::list_parameters(ParameterList& list) {
  list.add_layer("input", input_);
  list.add_layer("edges", edges_);
  for (std::size_t l = 0; l < blocks_.size(); ++l) {
    const std::string name = "block" + std::to_string(l);
    Block& block = blocks_[l];
    list.add_layer(name + ".norm", block.norm);
    list.add_layer(name + ".local", *block.local);
    if (warmup_ <= 1.0) {
      list.add_layer(name, *block.global);
      list.add_layer(name + ".gate", block.gate);
    }
    if (block.feed_forward) {
      list.add_layer(name + ".feed_forward", *block.feed_forward);
    }
  }
  list.add_layer("last_norm", last_norm_);
  list.add_layer("head", head_);
  if (propagation_ > 0) {
    list.add("propagation", powers_, ParameterGroup::vector);
  }
  list.add_statistic("attends", attends_);
}

std::vector<Option> weft_options() {
  std::vector<Option> options = layer_options({.hidden = 64,
                                               .layers = 1,
                                               .heads = 4,
                                               .dropout = 0.7,
                                               .input_dropout = 0.7,
                                               .norm = "none",
                                               .activation = "relu"});
  options.insert(options.begin(), {convolution_option("gcn"), attention_option("linear"), warmup_option(0.5)});
  const std::vector<Option> own = {
      {"residual", true, "add a block's input to its output"},
      {"feed_forward", false, "a network of two linear maps after each block, added to it"},
      {"jumping_knowledge",
       std::string("none"),
       "what the head reads: the last block, or the sum of all",
       {},
       {},
       {"none", "sum"}},
      {"propagation", std::int64_t{10},
       "outputs are a learned sum of those 0 to so many steps away, as graph convolution weighs them", 0, 1000},
      {"restart", 1.0,
       "propagation: the sum learning starts from is personalized PageRank with this restart; 1: a node's own outputs",
       0.0, 1.0},
  };
  options.insert(options.end(), own.begin(), own.end());
  for (Option& option : global_attention_options()) {
    options.push_back(std::move(option));
  }
  return options;
}

}  // namespace weft
