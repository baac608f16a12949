// Polynormer (Deng, Yue, Zhang, "Polynomial-expressive graph transformer in linear time", 2024): layers whose output
// is multiplied by a map of their input, so that L of them make polynomials of degree 2^L of the features; first
// along edges, then, when a share of the training has passed, over all nodes. O(N d² + E d) time, O(N d) memory.
//
//   local:   h = act(x W_h);  z = dropout(act(norm(convolution(x) + x W)));
//            x = (1 - s) layer_norm(h z) + s z, s = sigmoid(beta) a column;  the local part is the sum of all x
//   global:  x = layer_norm(sum), then x = dropout(act(attention(x))) in every layer
//
// Local and global part have a head each; that of the global part is read as soon as attention has joined.
#pragma once

#include <memory>
#include <vector>

#include "weft/layers/attention_warmup.hpp"
#include "weft/layers/convolutions.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/layers/models.hpp"

namespace weft {

class PolynormerModel final : public NodeModel {
 public:
  PolynormerModel(const ModelShape& shape, const PolynormerOptions& options, const Random& random);

  [[nodiscard]] static ModelTraits traits(const PolynormerOptions& options, FeatureKind edge_kind);

  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override;
  void list_parameters(ParameterList& list) override;
  [[nodiscard]] std::int64_t embedding_width() const override { return local_head_.in(); }
  [[nodiscard]] std::vector<std::int64_t> kept_widths() const override {
    return std::vector<std::int64_t>(local_.size() + 1, local_head_.in());
  }

 private:
  struct Local {
    Linear factor, own;
    std::unique_ptr<Convolution> convolution;
    Norm norm, product_norm;
    Parameter balance;
  };

  Activation activation_;
  float dropout_;
  AttentionWarmup warmup_;
  InputLayer input_;
  EdgeLayer edges_;
  std::vector<Local> local_;
  std::vector<std::unique_ptr<GlobalAttention>> global_;
  Norm global_norm_;
  Linear local_head_, global_head_;
};

}  // namespace weft
