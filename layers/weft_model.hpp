// The default model: in every block a node reads its neighbors (GraphSAGE with its own state apart) and, through
// a gate, all nodes of its graph by one of the attentions of global_attention.hpp. O(N d² + E d) time, O(N d) memory.
//
//   x⁰ = dropout(act(X W_in))
//   h  = norm(xˡ⁻¹);  local = [h, mean of neighbors h] W;  global = attention(h) W_o
//   xˡ = xˡ⁻¹ + dropout(relu(local + sigmoid(h W_g + b_g) global)),  one gate for each head, b_g = -2
//   and, if asked for, xˡ = xˡ + a small network of norm(xˡ)
//   y  = z^K of z^0 = norm(xᴸ) W_out, z^k = (1 - a) S (A + I) S z^(k-1) + a z^0: if asked for, the outputs are
//        smoothed along the edges
//
// Linear attention: Katharopoulos, Vyas, Pappas, Fleuret 2020. Local first, global later: Deng, Yue, Zhang,
// "Polynormer", 2024: the global part joins after a share of the training has passed.
// Smoothed outputs: Gasteiger, Bojchevski, Günnemann, "Predict then propagate", 2019.
#pragma once

#include <memory>
#include <vector>

#include "weft/layers/attention_warmup.hpp"
#include "weft/layers/convolutions.hpp"
#include "weft/layers/feed_forward.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/layers/models.hpp"

namespace weft {

class WeftModel final : public NodeModel {
 public:
  WeftModel(const ModelShape& shape, const WeftOptions& options, const Random& random);

  [[nodiscard]] static ModelTraits traits(const WeftOptions& options, FeatureKind edge_kind);

  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override;
  void list_parameters(ParameterList& list) override;
  [[nodiscard]] std::int64_t embedding_width() const override { return head_.in(); }
  [[nodiscard]] std::vector<std::int64_t> kept_widths() const override {
    return std::vector<std::int64_t>(blocks_.size() + 1, head_.in());
  }

 private:
  /// A weighted sum of the outputs at each distance, the weights learned (generalized PageRank; Chien et al. 2021).
  [[nodiscard]] Variable propagated(const MessageBlock& block, const Variable& logits, const Pass& pass) const;

  struct Block {
    Norm norm;
    std::unique_ptr<Convolution> local;
    /// Null where the model has no attention.
    std::unique_ptr<GlobalAttention> global;
    Linear gate;
    /// Null where the model has none.
    std::unique_ptr<FeedForward> feed_forward;
  };

  Activation activation_;
  bool residual_, jumping_sum_;
  float dropout_;
  AttentionWarmup warmup_;
  std::int64_t propagation_;
  /// The weights of the outputs 0, 1, … propagation_ steps away.
  Parameter powers_;
  InputLayer input_;
  EdgeLayer edges_;
  std::vector<Block> blocks_;
  Norm last_norm_;
  Linear head_;
};

}  // namespace weft
