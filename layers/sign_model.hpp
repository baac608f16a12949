// SIGN (Frasca, Rossi, Eynard, Chamberlain, Bronstein, Monti, "Scalable inception graph neural networks", 2020): what
// a node reads at each number of hops goes through a linear map of its own, and all of them together through a
// network. Hops are made once, so an epoch costs O(K N f d), whatever the number of edges.
//
//   t_k = norm(Â^k X W_k);  z = act(sum over k of dropout(act(t_k)) V_k),  which is [t_0 .. t_K] V without the copy;
//   then `layers` - 1 more maps, and the head
#pragma once

#include <vector>

#include "weft/layers/input_layers.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/layers/models.hpp"

namespace weft {

class SignModel final : public NodeModel {
 public:
  SignModel(const ModelShape& shape, const SignOptions& options, const Random& random);

  [[nodiscard]] static ModelTraits traits(const SignOptions&, FeatureKind) { return {.reads = Reads::hops}; }

  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override;
  void list_parameters(ParameterList& list) override;
  [[nodiscard]] std::int64_t embedding_width() const override { return head_.in(); }

 private:
  ModelShape shape_;
  Activation activation_;
  float dropout_, input_dropout_;
  InputLayer input_;
  /// Of the hops from 1 on.
  std::vector<Linear> hops_;
  /// Of all hops, from 0 on.
  std::vector<Norm> norms_;
  std::vector<Linear> joins_;
  std::vector<Linear> layers_;
  Linear head_;
};

}  // namespace weft
