// A model of nodes around another: what passes on every call, so that one that changes a thing says that thing alone.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "weft/layers/models.hpp"

namespace weft {

class WrappedModel : public NodeModel, protected HopLayers {
 public:
  explicit WrappedModel(std::unique_ptr<NodeModel> inner) : inner_(std::move(inner)) {}

  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override {
    return inner_->forward(blocks, input, pass);
  }
  [[nodiscard]] std::shared_ptr<const InputKinds> kinds_in(const Blocks& blocks, const NodeInput& input,
                                                           bool is_training) const override {
    return inner_->kinds_in(blocks, input, is_training);
  }
  [[nodiscard]] const HopLayers* hop_layers() const override {
    return inner_->hop_layers() == nullptr ? nullptr : this;
  }
  void list_parameters(ParameterList& list) override { inner_->list_parameters(list); }
  [[nodiscard]] OutputScale* output_scale() override { return inner_->output_scale(); }
  [[nodiscard]] std::int64_t embedding_width() const override { return inner_->embedding_width(); }
  [[nodiscard]] std::vector<std::int64_t> kept_widths() const override { return inner_->kept_widths(); }

 protected:
  [[nodiscard]] std::size_t num_layers() const override { return inner_->hop_layers()->num_layers(); }
  [[nodiscard]] Carried run_layer(std::size_t l, const MessageBlock& block, const NodeInput* input,
                                  const Carried& before, Pass& pass) const override {
    return inner_->hop_layers()->run_layer(l, block, input, before, pass);
  }
  [[nodiscard]] ModelOutput finish(const Carried& last, Pass& pass) const override {
    return inner_->hop_layers()->finish(last, pass);
  }

 private:
  std::unique_ptr<NodeModel> inner_;
};

}  // namespace weft
