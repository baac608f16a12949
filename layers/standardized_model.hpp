// A model whose dense features are read in the unit of the training part (input_scale.hpp).
#pragma once

#include <memory>
#include <utility>

#include "weft/layers/input_scale.hpp"
#include "weft/layers/wrapped_model.hpp"

namespace weft {

class StandardizedModel final : public WrappedModel {
 public:
  StandardizedModel(std::unique_ptr<NodeModel> inner, InputScale scale)
      : WrappedModel(std::move(inner)), scale_(std::move(scale)) {}

  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override {
    return WrappedModel::forward(blocks, scaled(input), pass);
  }
  void list_parameters(ParameterList& list) override {
    WrappedModel::list_parameters(list);
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

 private:
  [[nodiscard]] NodeInput scaled(const NodeInput& input) const {
    NodeInput read = input;
    read.scale = &scale_;
    return read;
  }
  [[nodiscard]] Carried run_layer(std::size_t l, const MessageBlock& block, const NodeInput* input,
                                  const Carried& before, Pass& pass) const override {
    if (input == nullptr) {
      return WrappedModel::run_layer(l, block, nullptr, before, pass);
    }
    const NodeInput read = scaled(*input);
    return WrappedModel::run_layer(l, block, &read, before, pass);
  }

  InputScale scale_;
};

}  // namespace weft
