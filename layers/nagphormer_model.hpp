// NAGphormer (Chen, Gao, Li, He, "NAGphormer: a tokenized graph transformer for node classification in large graphs",
// 2023): what a node reads at each number of hops is a token, and a small transformer goes over each node's tokens
// alone. Hops are made once, so an epoch costs O(K N (f d + d² + K d)), whatever the number of edges.
//
//   t_k = Â^k X W + b;  in every layer t = t + attention(layer_norm(t)), t = t + two linear maps of layer_norm(t);
//   y = t_0 + sum over k >= 1 of softmax_k(w t_k) t_k
//
// The paper's score of a token also reads t_0; what t_0 adds is the same for all tokens and cancels in the softmax.
#pragma once

#include <memory>
#include <vector>

#include "weft/layers/feed_forward.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/layers/models.hpp"

namespace weft {

class NagphormerModel final : public NodeModel {
 public:
  NagphormerModel(const ModelShape& shape, const NagphormerOptions& options, const Random& random);

  [[nodiscard]] static ModelTraits traits(const NagphormerOptions&, FeatureKind) { return {.reads = Reads::hops}; }

  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override;
  void list_parameters(ParameterList& list) override;
  [[nodiscard]] std::int64_t embedding_width() const override { return head_.in(); }

 private:
  struct Layer {
    Norm norm;
    Linear query, key, value, out;
    std::unique_ptr<FeedForward> feed_forward;
  };

  ModelShape shape_;
  Activation activation_;
  float dropout_, input_dropout_;
  std::int64_t num_tokens_, heads_;
  InputLayer input_;
  std::vector<Layer> layers_;
  Norm last_norm_;
  Parameter score_;
  Linear hidden_, head_;
};

}  // namespace weft
