// A model of nodes whose outputs are numbers in a unit of their own: what it learns at mean 0 and deviation 1 comes
// back in the unit of the data (output_scale.hpp).
#pragma once

#include <memory>
#include <utility>

#include "weft/layers/models.hpp"
#include "weft/layers/output_scale.hpp"

namespace weft {

class ScaledModel final : public NodeModel, private HopLayers {
 public:
  ScaledModel(std::unique_ptr<NodeModel> inner, std::int64_t num_outputs)
      : inner_(std::move(inner)), output_(num_outputs) {}

  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override {
    return scaled(inner_->forward(blocks, input, pass), pass);
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
    list.add_layer("output", output_);
  }
  [[nodiscard]] OutputScale* output_scale() override { return &output_; }
  [[nodiscard]] std::int64_t embedding_width() const override { return inner_->embedding_width(); }
  [[nodiscard]] std::vector<std::int64_t> kept_widths() const override { return inner_->kept_widths(); }

 private:
  [[nodiscard]] std::size_t num_layers() const override { return inner_->hop_layers()->num_layers(); }
  [[nodiscard]] Carried run_layer(std::size_t l, const MessageBlock& block, const NodeInput* input,
                                  const Carried& before, Pass& pass) const override {
    return inner_->hop_layers()->run_layer(l, block, input, before, pass);
  }
  [[nodiscard]] ModelOutput finish(const Carried& last, Pass& pass) const override {
    return scaled(inner_->hop_layers()->finish(last, pass), pass);
  }
  [[nodiscard]] Output scaled(Output output, const Pass& pass) const {
    output.logits = output_.forward(output.logits, pass);
    return output;
  }

  std::unique_ptr<NodeModel> inner_;
  OutputScale output_;
};

}  // namespace weft
