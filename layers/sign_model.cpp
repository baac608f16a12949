#include "weft/layers/sign_model.hpp"

#include "weft/layers/hop_features.hpp"

namespace weft {
namespace {

/// What draws its weights from which stream; hop k's from the k-th after the first of its kind (hop 0's map is the
/// input's), and so layer l's.
namespace stream {
enum OfModel : std::uint64_t { first_hop = 0, first_join = 1000, first_layer = 2000, head = 3000 };
}  // namespace stream

}  // namespace

SignModel::SignModel(const ModelShape& shape, const SignOptions& options, const Random& random)
    : shape_(shape),
      activation_(options.activation),
      dropout_(static_cast<float>(options.dropout)),
      input_dropout_(static_cast<float>(options.input_dropout)) {
  const std::int64_t d = options.hidden;
  input_ = InputLayer(shape, input_options(options), random.stream(stream::first_hop));
  for (std::int64_t k = 0; k <= options.hops; ++k) {
    const auto id = static_cast<std::uint64_t>(k);
    if (k > 0) {
      hops_.emplace_back(first_width(shape), d, random.stream(stream::first_hop + id), ParameterGroup::input);
    }
    norms_.emplace_back(options.norm, d);
    joins_.emplace_back(d, d, random.stream(stream::first_join + id));
  }
  for (std::int64_t l = 1; l < options.layers; ++l) {
    layers_.emplace_back(d, d, random.stream(stream::first_layer + static_cast<std::uint64_t>(l)));
  }
  head_ = Linear(d, shape.num_outputs, random.stream(stream::head));
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

}  // namespace weft
