// Convolutions one after the other, with every switch that tuned message-passing networks turn: norm,
// residual, dropout, jumping knowledge, a linear map before and after (Luo, Shi, Wu, "Classic GNNs are strong
// baselines", 2024). The models gcn, sage, gat, gatv2, gin, gine, gatedgcn and mlp are this with different defaults.
// Every layer may read a hop of its own. Where there are an encoding, features of edges or a virtual node, where the
// convolution needs states, or where the model makes states only, a linear map comes before it. Where nothing tells
// nodes of one color apart, as in sums over atoms without dropout, the first layers compute a row a color.
#pragma once

#include <memory>
#include <vector>

#include "weft/layers/convolutions.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/layers/models.hpp"
#include "weft/layers/shared_states.hpp"
#include "weft/layers/virtual_node.hpp"

namespace weft {

class StackModel final : public NodeModel, public HopLayers {
 public:
  StackModel(const ModelShape& shape, const StackOptions& options, const Random& random);

  [[nodiscard]] static ModelTraits traits(const StackOptions& options, FeatureKind edge_kind);

  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override;
  [[nodiscard]] std::shared_ptr<const InputKinds> kinds_in(const Blocks& blocks, const NodeInput& input,
                                                           bool is_training) const override;
  /// Null where states of edges or of a virtual node go from layer to layer.
  [[nodiscard]] const HopLayers* hop_layers() const override { return reads_edges_ || virtual_node_ ? nullptr : this; }
  [[nodiscard]] std::size_t num_layers() const override { return hops_.size(); }
  [[nodiscard]] Carried run_layer(std::size_t l, const MessageBlock& block, const NodeInput* input,
                                  const Carried& before, Pass& pass) const override;
  [[nodiscard]] Output finish(const Carried& last, Pass& pass) const override;
  void list_parameters(ParameterList& list) override;
  [[nodiscard]] std::int64_t embedding_width() const override { return embedding_width_; }
  [[nodiscard]] std::vector<std::int64_t> kept_widths() const override { return kept_widths_; }

 private:
  struct Hop {
    std::unique_ptr<Convolution> convolution;
    /// x + ... : the identity's linear map, or null.
    std::unique_ptr<Linear> residual;
    Norm norm;
  };

  /// Whether layers give nodes of one color the same states, if the pass does not tell them apart.
  [[nodiscard]] bool shares_states(bool is_training) const;
  [[nodiscard]] InputKinds find_kinds(const Blocks& blocks, const NodeInput& input, bool of_nodes) const;
  [[nodiscard]] LayerInput read_features(const MessageBlock& block, const NodeInput& input, Pass& pass) const;
  [[nodiscard]] Carried run_hop(std::size_t l, const MessageBlock& block, const LayerInput& x, const Variable& total,
                                EdgeStates& edges, Pass& pass) const;

  ModelShape shape_;
  Activation activation_;
  float dropout_, input_dropout_;
  JumpingKnowledge jumping_;
  bool follows_from_colors_;
  bool reads_edges_;
  /// Null where the first hop reads the features as they come.
  std::unique_ptr<InputLayer> before_;
  EdgeLayer edges_;
  std::vector<Hop> hops_;
  /// Null where there is none.
  std::unique_ptr<VirtualNode> virtual_node_;
  std::int64_t embedding_width_;
  std::vector<std::int64_t> kept_widths_;
  /// The linear map to the outputs; null where the last hop's convolution makes them.
  std::unique_ptr<Linear> head_;
};

}  // namespace weft
