#include "weft/layers/gps_model.hpp"

#include "weft/layers/model_options.hpp"

namespace weft {

GpsModel::GpsModel(const ModelShape& shape, const Options& options, const Random& random)
    : activation_(activation_of(options.text("activation"))), dropout_(static_cast<float>(options.real("dropout"))) {
  const std::int64_t d = options.integer("hidden"), num_layers = options.integer("layers");
  const std::string &convolution = options.text("convolution"), &attention = options.text("attention"),
                    &norm = options.text("norm");
  require(convolution != "none" || attention != "none",
          "model gps: convolution and attention are both none, expected at least one of them");
  input_ = InputLayer(shape, options, d, random.stream(0));
  edges_ = EdgeLayer(shape, d, random.stream(1001));
  for (std::int64_t l = 0; l < num_layers; ++l) {
    const Random own = random.stream(static_cast<std::uint64_t>(l) + 1);
    Block block;
    if (convolution != "none") {
      block.local = make_convolution({.kind = convolution,
                                      .in = d,
                                      .out = d,
                                      .heads = options.integer("heads"),
                                      .attention_dropout = static_cast<float>(options.real("attention_dropout")),
                                      .edge_width = shape.edge_kind != FeatureKind::none ? d : 0,
                                      .passes_edges = l + 1 < num_layers,
                                      .edge_norm = norm},
                                     own.stream(0));
      block.local_norm = Norm(norm, d);
    }
    if (attention != "none") {
      block.global = make_global_attention(attention, options, l, own);
      block.global_norm = Norm(norm, d);
    }
    if (options.flag("feed_forward")) {
      block.feed_forward = std::make_unique<TwoLinears>(d, dropout_, own.stream(6));
      block.last_norm = Norm(norm, d);
    }
    blocks_.push_back(std::move(block));
  }
  head_ = Linear(d, shape.num_outputs, random.stream(1000));
}

NodeModel::Output GpsModel::forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const {
  const MessageBlock& block = blocks.whole("gps");
  const auto drop = [&](const Variable& x) { return LayerInput(x).dropped(dropout_, pass).states(); };
  Variable x = input_.forward(block, input, pass, Activation::none);
  EdgeStates edges = edges_.forward(input, pass);
  pass.keep(x);
  for (const Block& layer : blocks_) {
    Variable y;
    if (layer.local) {
      const Variable read = activate(layer.local->forward(block, x, edges, pass), activation_);
      y = layer.local_norm.forward(x + drop(read), pass);
    }
    if (layer.global) {
      const Variable global = layer.global_norm.forward(x + drop(layer.global->forward(block, x, pass)), pass);
      y = layer.local ? y + global : global;
    }
    x = layer.feed_forward ? layer.last_norm.forward(y + layer.feed_forward->forward(y, pass, activation_), pass) : y;
    pass.keep(x);
  }
  return {head_.forward(x, pass), x};
}

void GpsModel::list_parameters(ParameterList& list) {
  list.add_layer("input", input_);
  list.add_layer("edges", edges_);
  for (std::size_t l = 0; l < blocks_.size(); ++l) {
    const std::string name = "block" + std::to_string(l);
    Block& block = blocks_[l];
    if (block.local) {
      list.add_layer(name + ".local", *block.local);
      list.add_layer(name + ".local_norm", block.local_norm);
    }
    if (block.global) {
      list.add_layer(name + ".global", *block.global);
      list.add_layer(name + ".global_norm", block.global_norm);
    }
    if (block.feed_forward) {
      list.add_layer(name + ".feed_forward", *block.feed_forward);
      list.add_layer(name + ".last_norm", block.last_norm);
    }
  }
  list.add_layer("head", head_);
}

std::vector<Option> gps_options() {
  // For few labels: what is small and not normalized. Models for many turn the rest on.
  std::vector<Option> options =
      layer_options({.hidden = 64, .layers = 2, .heads = 4, .dropout = 0.6, .input_dropout = 0.5});
  options.insert(options.begin(), {convolution_option("gcn"), attention_option("linear")});
  options.push_back({"feed_forward", false, "a network of two linear maps at the end of each block"});
  options.push_back({"attention_dropout", 0.0, "convolutions that attend: share of edges left out", 0.0, 0.99});
  for (Option& option : global_attention_options()) {
    options.push_back(std::move(option));
  }
  return options;
}

}  // namespace weft
