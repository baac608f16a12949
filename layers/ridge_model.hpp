// Ridge regression on smoothed features: what a linear model makes of the means of the features over 0 to K hops,
// solved for by the normal equations of the smaller side (rows of the training part, or columns). The smoothing is that
// of Wu et al., "Simplifying graph convolutional networks", 2019, with all powers up to K; the model is that of Hoerl,
// Kennard, "Ridge regression", 1970, on 0 and 1 as numbers.
//
//   y = 1 / (K + 1) sum over k of Â^k X W + b, Â = D^-1/2 A D^-1/2; O(K m c) time once W is there.
#pragma once

#include <cstdint>
#include <string>

#include "weft/layers/dense_layers.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/layers/solved_model.hpp"

namespace weft {

class RidgeModel final : public SolvedModel {
 public:
  /// Throws ArgumentError if there are no features.
  RidgeModel(const ModelShape& shape, const RidgeOptions& options, const Random& random);

  [[nodiscard]] static ModelTraits traits(const RidgeOptions&, FeatureKind) { return {}; }

  /// Throws ArgumentError where rows and columns are more than memory holds squared.
  void solve(const Given& given) override;
  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override;
  void list_parameters(ParameterList& list) override;
  [[nodiscard]] std::int64_t embedding_width() const override { return head_.out(); }

 private:
  [[nodiscard]] Tensor logits(const MessageBlock& block, const NodeInput& input) const;
  /// The map that rows of smoothed features go through, and what is added.
  void set_head(const Tensor& weight, const Tensor& bias);

  ModelShape shape_;
  RidgeOptions options_;
  Linear head_;
};

/// Why rows of a training part and columns of features are too many to solve for; "" if they are not.
[[nodiscard]] std::string why_not_solved(std::int64_t rows, std::int64_t columns);

}  // namespace weft
