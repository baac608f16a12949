// A model of nodes whose outputs are numbers in a unit of their own: what it learns at mean 0 and deviation 1 comes
// back in the unit of the data (output_scale.hpp).
#pragma once

#include <memory>
#include <utility>

#include "weft/layers/output_scale.hpp"
#include "weft/layers/wrapped_model.hpp"

namespace weft {

class ScaledModel final : public WrappedModel {
 public:
  ScaledModel(std::unique_ptr<NodeModel> inner, std::int64_t num_outputs)
      : WrappedModel(std::move(inner)), output_(num_outputs) {}

  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override {
    return scaled(WrappedModel::forward(blocks, input, pass), pass);
  }
  void list_parameters(ParameterList& list) override {
    WrappedModel::list_parameters(list);
    list.add_layer("output", output_);
  }
  [[nodiscard]] OutputScale* output_scale() override { return &output_; }

 private:
  [[nodiscard]] ModelOutput finish(const Carried& last, Pass& pass) const override {
    return scaled(WrappedModel::finish(last, pass), pass);
  }
  [[nodiscard]] Output scaled(Output output, const Pass& pass) const {
    output.logits = output_.forward(output.logits, pass);
    return output;
  }

  OutputScale output_;
};

}  // namespace weft
