#include "weft/layers/polynormer_model.hpp"

#include "weft/layers/kernels/mix_columns.hpp"
#include "weft/layers/model_options.hpp"

namespace weft {

PolynormerModel::PolynormerModel(const ModelShape& shape, const Options& options, const Random& random)
    : activation_(activation_of(options.text("activation"))),
      dropout_(static_cast<float>(options.real("dropout"))),
      warmup_(options.real("attention_warmup")) {
  const std::int64_t d = options.integer("hidden"), num_layers = options.integer("layers");
  input_ = InputLayer(shape, options, d, random.stream(0));
  edges_ = EdgeLayer(shape, d, random.stream(1001));
  for (std::int64_t l = 0; l < num_layers; ++l) {
    const Random own = random.stream(static_cast<std::uint64_t>(l) + 1);
    Local layer;
    layer.factor = Linear(d, d, own.stream(1));
    layer.own = Linear(d, d, own.stream(2));
    layer.convolution = make_convolution({.kind = options.text("convolution"),
                                          .in = d,
                                          .out = d,
                                          .heads = options.integer("heads"),
                                          .attention_dropout = static_cast<float>(options.real("attention_dropout")),
                                          .edge_width = shape.edge_kind != FeatureKind::none ? d : 0,
                                          .passes_edges = l + 1 < num_layers,
                                          .edge_norm = options.text("norm")},
                                         own.stream(0));
    layer.norm = Norm(options.text("norm"), d);
    layer.product_norm = Norm("layer", d);
    // As the paper starts it: numbers of about 1 / sqrt(d) before the sigmoid.
    layer.balance = Parameter(glorot_uniform(1, d, own.stream(3)));
    local_.push_back(std::move(layer));
  }
  local_head_ = Linear(d, shape.num_outputs, random.stream(1000));
  if (options.text("attention") == "none") {
    warmup_ = 2.0;
    return;
  }
  for (std::int64_t l = 0; l < options.integer("global_layers"); ++l) {
    const Random own = random.stream(2000 + static_cast<std::uint64_t>(l));
    global_.push_back(make_global_attention(options.text("attention"), options, l, own));
  }
  global_norm_ = Norm("layer", d);
  global_head_ = Linear(d, shape.num_outputs, random.stream(1002));
}

NodeModel::Output PolynormerModel::forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const {
  const MessageBlock& block = blocks.whole("polynormer");
  if (pass.is_training()) {
    attends_(0, 0) = pass.progress() >= warmup_ ? 1.0F : 0.0F;
  }
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
  if (attends_(0, 0) == 0.0F) {
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
  list.add_statistic("attends", attends_);
}

std::vector<Option> polynormer_options() {
  std::vector<Option> options =
      layer_options({.hidden = 64, .layers = 2, .heads = 4, .dropout = 0.7, .input_dropout = 0.5, .norm = "none"});
  options.insert(options.begin(),
                 {convolution_option("gcn"), attention_option("polynormer"), warmup_option(0.8),
                  Option{"global_layers", std::int64_t{1}, "layers of attention after the local ones", 1, 1000}});
  for (Option& option : options) {
    // Rows of sum 1 have products so small that layer norm's epsilon hides them.
    if (option.name == "feature_norm") {
      option.fallback = std::string("none");
    }
  }
  options.push_back({"attention_dropout", 0.0, "convolutions that attend: share of edges left out", 0.0, 0.99});
  for (Option& option : global_attention_options()) {
    options.push_back(std::move(option));
  }
  return options;
}

}  // namespace weft
