// A model whose dense features are read in the unit of the training part (input_scale.hpp).
#pragma once

#include <memory>
#include <utility>

#include "weft/layers/input_scale.hpp"
#include "weft/layers/models.hpp"

namespace weft {

class StandardizedModel final : public NodeModel, private HopLayers {
 public:
  StandardizedModel(std::unique_ptr<NodeModel> inner, InputScale scale)
      : inner_(std::move(inner)), scale_(std::move(scale)) {}

  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override {
    return inner_->forward(blocks, scaled(input), pass);
  }
  [[nodiscard]] std::shared_ptr<const InputKinds> kinds_in(const Blocks& blocks, const NodeInput& input,
                                                           bool is_training) const override {
    return inner_->kinds_in(blocks, input, is_training);
  }
  [[nodiscard]] const HopLayers* hop_layers() const override {
    return inner_->hop_layers() == nullptr ? nullptr : this;
  }
  void list_parameters(ParameterList& list) override {
    inner_->list_parameters(list);
    const auto add = [&](const std::string& name, ColumnScale& scale) {
      if (!scale.is_empty()) {
        list.add_layer(name, scale);
      }
    };
    add("feature_scale", scale_.features);
    add("edge_feature_scale", scale_.edge_features);
    for (std::size_t k = 0; k < scale_.hops.size(); ++k) {
      add("hop_scale_" + std::to_string(k), scale_.hops[k]);
    }
  }
  [[nodiscard]] OutputScale* output_scale() override { return inner_->output_scale(); }
  [[nodiscard]] std::int64_t embedding_width() const override { return inner_->embedding_width(); }
  [[nodiscard]] std::vector<std::int64_t> kept_widths() const override { return inner_->kept_widths(); }

 private:
  [[nodiscard]] NodeInput scaled(const NodeInput& input) const {
    NodeInput read = input;
    read.scale = &scale_;
    return read;
  }
  [[nodiscard]] std::size_t num_layers() const override { return inner_->hop_layers()->num_layers(); }
  [[nodiscard]] Carried run_layer(std::size_t l, const MessageBlock& block, const NodeInput* input,
                                  const Carried& before, Pass& pass) const override {
    if (input == nullptr) {
      return inner_->hop_layers()->run_layer(l, block, nullptr, before, pass);
    }
    const NodeInput read = scaled(*input);
    return inner_->hop_layers()->run_layer(l, block, &read, before, pass);
  }
  [[nodiscard]] ModelOutput finish(const Carried& last, Pass& pass) const override {
    return inner_->hop_layers()->finish(last, pass);
  }

  std::unique_ptr<NodeModel> inner_;
  InputScale scale_;
};

}  // namespace weft
