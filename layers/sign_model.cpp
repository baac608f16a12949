#include "weft/layers/sign_model.hpp"

#include "weft/layers/hop_features.hpp"
#include "weft/layers/model_options.hpp"

namespace weft {

SignModel::SignModel(const ModelShape& shape, const Options& options, const Random& random)
    : shape_(shape),
      activation_(activation_of(options.text("activation"))),
      dropout_(static_cast<float>(options.real("dropout"))),
      input_dropout_(static_cast<float>(options.real("input_dropout"))) {
  const std::int64_t d = options.integer("hidden"), num_hops = options.integer("hops");
  input_ = InputLayer(shape, options, d, random.stream(0));
  for (std::int64_t k = 0; k <= num_hops; ++k) {
    const auto id = static_cast<std::uint64_t>(k);
    if (k > 0) {
      hops_.emplace_back(first_width(shape), d, random.stream(id), ParameterGroup::input);
    }
    norms_.emplace_back(options.text("norm"), d);
    joins_.emplace_back(d, d, random.stream(1000 + id));
  }
  for (std::int64_t l = 1; l < options.integer("layers"); ++l) {
    layers_.emplace_back(d, d, random.stream(2000 + static_cast<std::uint64_t>(l)));
  }
  head_ = Linear(d, shape.num_outputs, random.stream(3000));
}

NodeModel::Output SignModel::forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const {
  const MessageBlock& block = blocks.whole("sign");
  const auto drop = [&](const Variable& x) { return LayerInput(x).dropped(dropout_, pass).states(); };
  std::vector<const Linear*> maps;
  for (const Linear& hop : hops_) {
    maps.push_back(&hop);
  }
  std::vector<Variable> tokens = mapped_hops(shape_, block, input, input_dropout_, maps, pass);
  tokens.insert(tokens.begin(), input_.forward(block, input, pass, Activation::none));
  Variable x;
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    const Variable token = drop(norms_[k].forward(tokens[k], pass, activation_));
    // One bias is enough for the sum.
    x = k == 0 ? joins_[k].forward(token, pass) : x + joins_[k].forward_without_bias(token, pass);
  }
  x = drop(activate(x, activation_));
  for (const Linear& layer : layers_) {
    x = drop(layer.forward(x, pass, activation_));
  }
  return {head_.forward(x, pass), x};
}

void SignModel::list_parameters(ParameterList& list) {
  list.add_layer("input", input_);
  for (std::size_t k = 0; k < hops_.size(); ++k) {
    list.add_layer("hop" + std::to_string(k + 1), hops_[k]);
  }
  for (std::size_t k = 0; k < joins_.size(); ++k) {
    list.add_layer("norm" + std::to_string(k), norms_[k]);
    ParameterList own;
    joins_[k].list_parameters(own);
    list.add("join" + std::to_string(k) + ".weight", *own.parameters.front().parameter, ParameterGroup::weight);
  }
  list.add("join.bias", joins_.front().bias(), ParameterGroup::vector);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    list.add_layer("layer" + std::to_string(l + 1), layers_[l]);
  }
  list.add_layer("head", head_);
}

std::vector<Option> sign_options() {
  std::vector<Option> options = layer_options({.hidden = 64, .layers = 1, .dropout = 0.5, .input_dropout = 0.2});
  std::erase_if(options, [](const Option& option) { return option.name == "heads"; });
  for (Option& option : options) {
    if (option.name == "layers") {
      option.help = "linear maps after the hops are joined, the outputs' own not counted";
    }
  }
  options.insert(options.begin(), hops_option(3));
  return options;
}

}  // namespace weft
