#include "weft/layers/nagphormer_model.hpp"

#include "weft/layers/hop_features.hpp"
#include "weft/layers/kernels/token_attention.hpp"

namespace weft {
namespace {

/// What draws its weights from which stream; layer l from the l-th after the first.
namespace stream {
enum OfModel : std::uint64_t { input = 0, first_layer = 1, score = 1000, hidden = 1001, head = 1002 };
enum OfLayer : std::uint64_t { query = 1, key = 2, value = 3, out = 4, feed_forward = 5 };
}  // namespace stream

}  // namespace

NagphormerModel::NagphormerModel(const ModelShape& shape, const NagphormerOptions& options, const Random& random)
    : shape_(shape),
      activation_(options.activation),
      dropout_(static_cast<float>(options.dropout)),
      input_dropout_(static_cast<float>(options.input_dropout)),
      num_tokens_(options.hops + 1),
      heads_(options.heads) {
  const std::int64_t d = options.hidden;
  require(d % heads_ == 0, "model nagphormer: hidden ", d, " cannot be cut into ", heads_, " heads");
  input_ = InputLayer(shape, input_options(options), random.stream(stream::input));
  for (std::int64_t l = 0; l < options.layers; ++l) {
    const Random own = random.stream(stream::first_layer + static_cast<std::uint64_t>(l));
    Layer layer;
    layer.norm = Norm(options.norm, d);
    layer.query = Linear(d, d, own.stream(stream::query));
    layer.key = Linear(d, d, own.stream(stream::key));
    layer.value = Linear(d, d, own.stream(stream::value));
    layer.out = Linear(d, d, own.stream(stream::out));
    layer.feed_forward = std::make_unique<FeedForward>(options.norm, d, dropout_, own.stream(stream::feed_forward));
    layers_.push_back(std::move(layer));
  }
  last_norm_ = Norm(options.norm, d);
  score_ = Parameter(glorot_uniform(1, d, random.stream(stream::score)));
  hidden_ = Linear(d, d, random.stream(stream::hidden));
  head_ = Linear(d, shape.num_outputs, random.stream(stream::head));
}

NodeModel::Output NagphormerModel::forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const {
  const MessageBlock& block = blocks.whole("nagphormer");
  const auto drop = [&](const Variable& x) { return LayerInput(x).dropped(dropout_, pass).states(); };
  const std::vector<const Linear*> maps(static_cast<std::size_t>(num_tokens_ - 1), &input_.features());
  std::vector<Variable> hops = mapped_hops(shape_, block, input, input_dropout_, maps, pass);
  hops.insert(hops.begin(), input_.forward(block, input, pass, Activation::none));
  Variable t = interleave_tokens(hops);
  hops.clear();
  for (const Layer& layer : layers_) {
    const Variable h = layer.norm.forward(t, pass);
    const Variable read = token_attention(layer.query.forward(h, pass), layer.key.forward(h, pass),
                                          layer.value.forward(h, pass), num_tokens_, heads_);
    t = layer.feed_forward->forward(t + drop(layer.out.forward(read, pass)), pass);
  }
  t = last_norm_.forward(t, pass);
  const Variable read = token_readout(t, head_scores(t, pass.use(score_), 1), num_tokens_);
  const Variable x = drop(hidden_.forward(read, pass, activation_));
  return {head_.forward(x, pass), x};
}

void NagphormerModel::list_parameters(ParameterList& list) {
  list.add_layer("input", input_);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const std::string name = "layer" + std::to_string(l);
    Layer& layer = layers_[l];
    list.add_layer(name + ".norm", layer.norm);
    list.add_layer(name + ".query", layer.query);
    list.add_layer(name + ".key", layer.key);
    list.add_layer(name + ".value", layer.value);
    list.add_layer(name + ".out", layer.out);
    list.add_layer(name + ".feed_forward", *layer.feed_forward);
  }
  list.add_layer("last_norm", last_norm_);
  list.add("score", score_, ParameterGroup::weight);
  list.add_layer("hidden", hidden_);
  list.add_layer("head", head_);
}

}  // namespace weft
