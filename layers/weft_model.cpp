#include "weft/layers/weft_model.hpp"

#include "weft/layers/kernels/aggregation.hpp"
#include "weft/layers/kernels/weighted_sum.hpp"
#include "weft/layers/option_tables.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

/// What draws its weights from which stream; block l from the l-th after the first. A block's attention has 1 to 4, and
/// 6 and 7.
namespace stream {
enum OfModel : std::uint64_t { input = 0, first_block = 1, head = 1000, edges = 1001 };
enum OfBlock : std::uint64_t { convolution = 0, gate = 5, feed_forward = 6 };
}  // namespace stream

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

WeftModel::WeftModel(const ModelShape& shape, const WeftOptions& options, const Random& random)
    : activation_(options.activation),
      residual_(options.residual),
      jumping_sum_(options.jumping_knowledge == JumpingKnowledge::sum),
      dropout_(static_cast<float>(options.dropout)),
      warmup_(options.attention == "none" ? std::nullopt : std::optional(options.attention_warmup)),
      // States for a readout have no outputs of nodes.
      propagation_(shape.num_outputs > 0 ? options.propagation : 0),
      powers_(page_rank_weights(options.propagation, options.restart)) {
  const std::int64_t d = options.hidden, heads = options.heads, num_layers = options.layers;
  require(d % heads == 0, "model weft: hidden ", d, " cannot be cut into ", heads, " heads");
  require(options.jumping_knowledge != JumpingKnowledge::concat,
          "model weft: jumping_knowledge is concat, expected none or sum");
  const Options attention = mechanism_options(d, heads, options.attention_options);
  const bool has_edges = shape.edge_kind != FeatureKind::none;
  input_ = InputLayer(shape, input_options(options), random.stream(stream::input));
  edges_ = EdgeLayer(shape, d, random.stream(stream::edges));
  for (std::int64_t l = 0; l < num_layers; ++l) {
    const Random own = random.stream(stream::first_block + static_cast<std::uint64_t>(l));
    Block block;
    block.norm = Norm(options.norm, d);
    block.local = make_convolution({.kind = options.convolution,
                                    .in = d,
                                    .out = d,
                                    .heads = heads,
                                    .edge_width = has_edges ? d : 0,
                                    .passes_edges = l + 1 < num_layers,
                                    .edge_norm = options.norm},
                                   own.stream(stream::convolution));
    if (!warmup_.is_never()) {
      block.global = make_global_attention(options.attention, attention, l, own);
      block.gate = Linear(d, heads, own.stream(stream::gate));
      for (float& b : block.gate.bias().mutable_value().values()) {
        b = -2.0F;
      }
    }
    if (options.feed_forward) {
      block.feed_forward = std::make_unique<FeedForward>(options.norm, d, dropout_, own.stream(stream::feed_forward));
    }
    blocks_.push_back(std::move(block));
  }
  last_norm_ = Norm(options.norm, d);
  head_ = Linear(d, shape.num_outputs, random.stream(stream::head));
}

ModelTraits WeftModel::traits(const WeftOptions& options, FeatureKind edge_kind) {
  const bool reads_own_row = options.convolution == "none" && options.attention == "none" && options.propagation == 0;
  return {.reads = reads_own_row ? Reads::own_row : Reads::graph,
          .reads_edge_features = reads_edge_features(options.convolution, edge_kind)};
}

NodeModel::Output WeftModel::forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const {
  const MessageBlock& block = blocks.whole("weft");
  const bool attends = warmup_.has_joined(pass);
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
    if (block.global) {
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
  warmup_.list_parameters(list);
}

}  // namespace weft
