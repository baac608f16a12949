// Label propagation as a model: what a node is called is what labels of the training part around it are. The labels are
// kept with the model, which therefore is one of this graph alone; no other labels are read, be it in training or
// later. Sources: label_spread.hpp.
#pragma once

#include "weft/layers/known_labels.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/layers/solved_model.hpp"

namespace weft {

class LabelPropagationModel final : public SolvedModel {
 public:
  LabelPropagationModel(const ModelShape& shape, const LabelPropagationOptions& options, const Random& random);

  [[nodiscard]] static ModelTraits traits(const LabelPropagationOptions&, FeatureKind) { return {}; }

  void solve(const Given& given) override;
  /// Throws ArgumentError for another graph than that of the labels.
  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override;
  void list_parameters(ParameterList& list) override;
  [[nodiscard]] std::int64_t embedding_width() const override { return num_outputs_; }

  /// To be given room before it is read from a file.
  [[nodiscard]] KnownLabels& known() { return known_; }

 private:
  [[nodiscard]] Tensor logits(const MessageBlock& block, const Tensor& targets, float share) const;

  std::int64_t num_outputs_;
  LabelPropagationOptions options_;
  KnownLabels known_;
  /// The share of neighbors, and 1 where labels are classes that exclude each other.
  Tensor chosen_ = Tensor(1, 2);
};

}  // namespace weft
