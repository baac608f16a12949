// GPS (Rampasek, Galkin, Dwivedi, Luu, Wolf, Beaini, "Recipe for a general, powerful, scalable graph transformer",
// 2022): in every block a node reads its neighbors and all nodes of its graph side by side. O(N d² + E d) time.
//
//   local  = norm(x + dropout(convolution(x)));  global = norm(x + dropout(attention(x)))
//   y = local + global;  x = norm(y + dropout(two linear maps of y))
#pragma once

#include <memory>
#include <vector>

#include "weft/layers/convolutions.hpp"
#include "weft/layers/feed_forward.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/layers/models.hpp"

namespace weft {

class GpsModel final : public NodeModel {
 public:
  GpsModel(const ModelShape& shape, const GpsOptions& options, const Random& random);

  [[nodiscard]] static ModelTraits traits(const GpsOptions& options, FeatureKind edge_kind);

  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override;
  void list_parameters(ParameterList& list) override;
  [[nodiscard]] std::int64_t embedding_width() const override { return head_.in(); }
  [[nodiscard]] std::vector<std::int64_t> kept_widths() const override {
    return std::vector<std::int64_t>(blocks_.size() + 1, head_.in());
  }

 private:
  /// What the options left out is null.
  struct Block {
    std::unique_ptr<Convolution> local;
    std::unique_ptr<GlobalAttention> global;
    std::unique_ptr<TwoLinears> feed_forward;
    Norm local_norm, global_norm, last_norm;
  };

  Activation activation_;
  float dropout_;
  InputLayer input_;
  EdgeLayer edges_;
  std::vector<Block> blocks_;
  Linear head_;
};

}  // namespace weft
