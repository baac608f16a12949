#include "weft/layers/polynormer_model.hpp"

#include "weft/layers/kernels/mix_columns.hpp"
#include "weft/layers/option_tables.hpp"

namespace weft {
namespace {

/// What draws its weights from which stream; local and global layer l from the l-th after the first of its kind.
namespace stream {
enum OfModel : std::uint64_t {
  input = 0,
  first_local = 1,
  local_head = 1000,
  edges = 1001,
  global_head = 1002,
  first_global = 2000
};
enum OfLocal : std::uint64_t { convolution = 0, factor = 1, own = 2, balance = 3 };
}  // namespace stream

}  // namespace

PolynormerModel::PolynormerModel(const ModelShape& shape, const PolynormerOptions& options, const Random& random)
    : activation_(options.activation),
      dropout_(static_cast<float>(options.dropout)),
      warmup_(options.attention == "none" ? std::nullopt : std::optional(options.attention_warmup)) {
  const std::int64_t d = options.hidden, num_layers = options.layers;
  input_ = InputLayer(shape, input_options(options), random.stream(stream::input));
  edges_ = EdgeLayer(shape, d, random.stream(stream::edges));
  for (std::int64_t l = 0; l < num_layers; ++l) {
    const Random own = random.stream(stream::first_local + static_cast<std::uint64_t>(l));
    Local layer;
    layer.factor = Linear(d, d, own.stream(stream::factor));
    layer.own = Linear(d, d, own.stream(stream::own));
    layer.convolution = make_convolution({.kind = options.convolution,
                                          .in = d,
                                          .out = d,
                                          .heads = options.heads,
                                          .attention_dropout = static_cast<float>(options.attention_dropout),
                                          .edge_width = shape.edge_kind != FeatureKind::none ? d : 0,
                                          .passes_edges = l + 1 < num_layers,
                                          .edge_norm = options.norm},
                                         own.stream(stream::convolution));
    layer.norm = Norm(options.norm, d);
    layer.product_norm = Norm(NormKind::layer, d);
    // As the paper starts it: numbers of about 1 / sqrt(d) before the sigmoid.
    layer.balance = Parameter(glorot_uniform(1, d, own.stream(stream::balance)));
    local_.push_back(std::move(layer));
  }
  local_head_ = Linear(d, shape.num_outputs, random.stream(stream::local_head));
  if (warmup_.is_never()) {
    return;
  }
  const Options attention = mechanism_options(d, options.heads, options.attention_options);
  for (std::int64_t l = 0; l < options.global_layers; ++l) {
    const Random own = random.stream(stream::first_global + static_cast<std::uint64_t>(l));
    global_.push_back(make_global_attention(options.attention, attention, l, own));
  }
  global_norm_ = Norm(NormKind::layer, d);
  global_head_ = Linear(d, shape.num_outputs, random.stream(stream::global_head));
}

ModelTraits PolynormerModel::traits(const PolynormerOptions& options, FeatureKind edge_kind) {
  return {.reads = options.convolution == "none" && options.attention == "none" ? Reads::own_row : Reads::graph,
          .reads_edge_features = reads_edge_features(options.convolution, edge_kind)};
}

NodeModel::Output PolynormerModel::forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const {
  const MessageBlock& block = blocks.whole("polynormer");
  const bool attends = warmup_.has_joined(pass);
  const auto drop = [&](const Variable& x) { return LayerInput(x).dropped(dropout_, pass).states(); };
  Variable x = drop(input_.forward(block, input, pass, Activation::none));
  EdgeStates edges = edges_.forward(input, pass);
  Variable total;
  pass.keep(x);
  for (const Local& layer : local_) {
    const Variable h = layer.factor.forward(x, pass, activation_);
    const Variable read = layer.convolution->forward(block, x, edges, pass) + layer.own.forward(x, pass);
    const Variable z = drop(layer.norm.forward(read, pass, activation_));
    x = mix_columns(layer.product_norm.forward(h * z, pass), z, pass.use(layer.balance));
    total = total.rows() == 0 ? x : total + x;
    pass.keep(x);
  }
  if (!attends) {
    return {local_head_.forward(total, pass), total};
  }
  x = global_norm_.forward(total, pass);
  for (const auto& attention : global_) {
    x = drop(activate(attention->forward(block, x, pass), activation_));
  }
  return {global_head_.forward(x, pass), x};
}

void PolynormerModel::list_parameters(ParameterList& list) {
  list.add_layer("input", input_);
  list.add_layer("edges", edges_);
  for (std::size_t l = 0; l < local_.size(); ++l) {
    const std::string name = "local" + std::to_string(l);
    Local& layer = local_[l];
    list.add_layer(name + ".factor", layer.factor);
    list.add_layer(name + ".own", layer.own);
    list.add_layer(name + ".convolution", *layer.convolution);
    list.add_layer(name + ".norm", layer.norm);
    list.add_layer(name + ".product_norm", layer.product_norm);
    list.add(name + ".balance", layer.balance, ParameterGroup::vector);
  }
  list.add_layer("local_head", local_head_);
  if (!global_.empty()) {
    list.add_layer("global_norm", global_norm_);
    for (std::size_t l = 0; l < global_.size(); ++l) {
      list.add_layer("global" + std::to_string(l), *global_[l]);
    }
    list.add_layer("global_head", global_head_);
  }
  warmup_.list_parameters(list);
}

}  // namespace weft
