#include "weft/layers/weft_model.hpp"

#include "weft/layers/stack_model.hpp"

namespace weft {

WeftModel::WeftModel(const ModelShape& shape, const Options& options, const Random& random)
    : shape_(shape),
      activation_(activation_of(options.text("activation"))),
      residual_(options.flag("residual")),
      jumping_sum_(options.text("jumping_knowledge") == "sum"),
      dropout_(static_cast<float>(options.real("dropout"))),
      input_dropout_(static_cast<float>(options.real("input_dropout"))),
      warmup_(options.real("attention_warmup")) {
  const std::int64_t d = options.integer("hidden"), heads = options.integer("heads");
  require(d % heads == 0, "model weft: hidden ", d, " cannot be cut into ", heads, " heads");
  const bool has_attention = options.text("attention") != "none";
  const std::int64_t width = shape.feature_kind == "none" ? 2 : input_width(shape);
  input_ = Linear(width, d, random.stream(0), ParameterGroup::input);
  for (std::int64_t l = 0; l < options.integer("layers"); ++l) {
    const Random own = random.stream(static_cast<std::uint64_t>(l) + 1);
    Block block;
    block.norm = Norm(options.text("norm"), d);
    block.local =
        make_convolution({.kind = options.text("convolution"), .in = d, .out = d, .heads = heads}, own.stream(0));
    if (has_attention) {
      block.global = make_global_attention(options.text("attention"), options, l, own);
      block.gate = Linear(d, heads, own.stream(5));
      for (float& b : block.gate.bias().mutable_value().values()) {
        b = -2.0F;
      }
    }
    blocks_.push_back(std::move(block));
  }
  if (!has_attention) {
    warmup_ = 2.0;
  }
  last_norm_ = Norm(options.text("norm"), d);
  head_ = Linear(d, shape.num_outputs, random.stream(1000));
}

NodeModel::Output WeftModel::forward(const MessageBlock& block, const Features& features, Pass& pass) const {
  require_features(shape_, block, features);
  require(block.num_inputs() == block.num_outputs(), "model weft: the block has ", block.num_inputs(), " inputs and ",
          block.num_outputs(), " outputs; attention over all nodes needs a whole graph");
  if (pass.is_training()) {
    attends_(0, 0) = pass.progress() >= warmup_ ? 1.0F : 0.0F;
  }
  const bool attends = attends_(0, 0) > 0.0F;

  const LayerInput raw =
      shape_.feature_kind == "none" ? LayerInput(Variable::constant(degree_features(block))) : LayerInput(features);
  const auto drop = [&](const Variable& x) { return LayerInput(x).dropped(dropout_, pass).states(); };
  Variable x = drop(input_.forward(raw.dropped(input_dropout_, pass), pass, activation_));
  Variable total = x;
  for (const Block& layer : blocks_) {
    const Variable h = layer.norm.forward(x, pass);
    Variable y = layer.local->forward(block, h, pass);
    if (attends) {
      y = y + multiply_heads(layer.global->forward(block, h, pass), layer.gate.forward(h, pass, Activation::sigmoid));
    }
    y = drop(activate(y, activation_));
    x = residual_ ? x + y : y;
    if (jumping_sum_) {
      total = total + x;
    }
  }
  const Variable last = last_norm_.forward(jumping_sum_ ? total : x, pass);
  return {head_.forward(last, pass), last};
}

void WeftModel::list_parameters(ParameterList& list) {
  list.add_layer("input", input_);
  for (std::size_t l = 0; l < blocks_.size(); ++l) {
    const std::string name = "block" + std::to_string(l);
    Block& block = blocks_[l];
    list.add_layer(name + ".norm", block.norm);
    list.add_layer(name + ".local", *block.local);
    if (warmup_ <= 1.0) {
      list.add_layer(name, *block.global);
      list.add_layer(name + ".gate", block.gate);
    }
  }
  list.add_layer("last_norm", last_norm_);
  list.add_layer("head", head_);
  list.add_statistic("attends", attends_);
}

std::vector<Option> weft_options() {
  std::vector<std::string_view> attentions;
  for (const AttentionInfo& info : global_attentions()) {
    attentions.push_back(info.name);
  }
  attentions.emplace_back("none");
  std::vector<Option> options = {
      {"convolution",
       std::string("gcn"),
       "how a node reads its neighbors",
       {},
       {},
       {"gcn", "sage", "gat", "gatv2", "transformer", "none"}},
      {"attention", std::string("linear"), "how a node reads all nodes of its graph", {}, {}, attentions},
      {"attention_warmup", 0.5, "share of the training before attention joins", 0.0, 1.0},
      {"hidden", std::int64_t{64}, "width of every hidden layer, all heads together", 1, 65536},
      {"layers", std::int64_t{2}, "blocks: how far a node sees along edges", 1, 1000},
      {"heads", std::int64_t{4}, "attention heads; divides hidden", 1, 1024},
      {"dropout", 0.6, "share of hidden states dropped after each block", 0.0, 0.99},
      {"input_dropout", 0.5, "share of features dropped", 0.0, 0.99},
      {"norm", std::string("none"), "normalization at the start of each block", {}, {}, {"none", "layer", "batch"}},
      {"residual", true, "add a block's input to its output"},
      {"jumping_knowledge",
       std::string("none"),
       "what the head reads: the last block, or the sum of all",
       {},
       {},
       {"none", "sum"}},
      {"activation", std::string("relu"), "after every block", {}, {}, {"relu", "elu", "gelu"}},
      {"feature_norm",
       std::string("auto"),
       "auto: rows of sparse features are scaled to sum 1; row: of all features; none",
       {},
       {},
       {"auto", "row", "none"}},
  };
  for (Option& option : global_attention_options()) {
    options.push_back(std::move(option));
  }
  return options;
}

}  // namespace weft
