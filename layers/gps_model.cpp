#include "weft/layers/gps_model.hpp"

#include "weft/layers/option_tables.hpp"

namespace weft {
namespace {

/// What draws its weights from which stream; block l from the l-th after the first. A block's attention has 1 to 4, and
/// 6 and 7.
namespace stream {
enum OfModel : std::uint64_t { input = 0, first_block = 1, head = 1000, edges = 1001 };
enum OfBlock : std::uint64_t { convolution = 0, feed_forward = 6 };
}  // namespace stream

}  // namespace

GpsModel::GpsModel(const ModelShape& shape, const GpsOptions& options, const Random& random)
    : activation_(options.activation), dropout_(static_cast<float>(options.dropout)) {
  const std::int64_t d = options.hidden, num_layers = options.layers;
  require(options.convolution != "none" || options.attention != "none",
          "model gps: convolution and attention are both none, expected at least one of them");
  const Options attention = mechanism_options(d, options.heads, options.attention_options);
  input_ = InputLayer(shape, input_options(options), random.stream(stream::input));
  edges_ = EdgeLayer(shape, d, random.stream(stream::edges));
  for (std::int64_t l = 0; l < num_layers; ++l) {
    const Random own = random.stream(stream::first_block + static_cast<std::uint64_t>(l));
    Block block;
    if (options.convolution != "none") {
      block.local = make_convolution({.kind = options.convolution,
                                      .in = d,
                                      .out = d,
                                      .heads = options.heads,
                                      .attention_dropout = static_cast<float>(options.attention_dropout),
                                      .edge_width = shape.edge_kind != FeatureKind::none ? d : 0,
                                      .passes_edges = l + 1 < num_layers,
                                      .edge_norm = options.norm},
                                     own.stream(stream::convolution));
      block.local_norm = Norm(options.norm, d);
    }
    if (options.attention != "none") {
      block.global = make_global_attention(options.attention, attention, l, own);
      block.global_norm = Norm(options.norm, d);
    }
    if (options.feed_forward) {
      block.feed_forward = std::make_unique<TwoLinears>(d, dropout_, own.stream(stream::feed_forward));
      block.last_norm = Norm(options.norm, d);
    }
    blocks_.push_back(std::move(block));
  }
  head_ = Linear(d, shape.num_outputs, random.stream(stream::head));
}

ModelTraits GpsModel::traits(const GpsOptions& options, FeatureKind edge_kind) {
  return {.reads_edge_features = reads_edge_features(options.convolution, edge_kind)};
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

}  // namespace weft
