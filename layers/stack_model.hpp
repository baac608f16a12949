// Convolutions one after the other, with every switch that tuned message-passing networks turn: norm,
// residual, dropout, jumping knowledge, a linear map before and after (Luo, Shi, Wu, "Classic GNNs are strong
// baselines", 2024). The models gcn, sage, gat, gatv2 and mlp are this with different defaults.
#pragma once

#include <memory>
#include <vector>

#include "weft/layers/convolutions.hpp"
#include "weft/layers/models.hpp"

namespace weft {

class StackModel final : public NodeModel {
 public:
  /// Reads the options of stack_options().
  StackModel(const ModelShape& shape, const Options& options, const Random& random);

  [[nodiscard]] Output forward(const MessageBlock& block, const Features& features, Pass& pass) const override;
  void list_parameters(ParameterList& list) override;

 private:
  struct Hop {
    std::unique_ptr<Convolution> convolution;
    /// x + ... : the identity's linear map, or null.
    std::unique_ptr<Linear> residual;
    Norm norm;
  };

  [[nodiscard]] LayerInput first_input(const MessageBlock& block, const Features& features) const;

  ModelShape shape_;
  Activation activation_;
  float dropout_, input_dropout_;
  bool jumping_sum_;
  std::unique_ptr<Linear> before_;
  std::vector<Hop> hops_;
  /// The linear map to the outputs; null where the last hop's convolution makes them.
  std::unique_ptr<Linear> head_;
};

/// The options of StackModel, with the defaults of the model `name`.
[[nodiscard]] std::vector<Option> stack_options(std::string_view name);

/// Structure alone where a dataset has no features: a column of ones and log(1 + in-degree). [n, 2]
[[nodiscard]] Tensor degree_features(const MessageBlock& block);

/// Throws ArgumentError unless `features` are what a model of `shape` reads, one row for each input.
void require_features(const ModelShape& shape, const MessageBlock& block, const Features& features);

}  // namespace weft
