#include "weft/layers/hop_features.hpp"

#include "weft/layers/input_layers.hpp"
#include "weft/layers/input_scale.hpp"
#include "weft/layers/kernels/aggregation.hpp"

namespace weft {

namespace {

/// The hops as constants of this pass.
std::vector<Variable> hops_of(const ModelShape& shape, const MessageBlock& block, const NodeInput& input,
                              std::size_t count) {
  std::vector<Variable> hops;
  const auto scaled = [&](std::size_t k, const Tensor& hop) {
    return Variable::constant(input.scale->hops[k].of(hop));
  };
  const bool is_scaled = input.scale != nullptr && !input.scale->hops.empty();
  require(!is_scaled || input.scale->hops.size() == count, "model: made for ", count, " hops, given the unit of ",
          is_scaled ? input.scale->hops.size() : 0);
  if (input.hops.empty()) {
    Features degrees;
    if (shape.feature_kind == FeatureKind::none) {
      degrees = degree_features(block);
    }
    const Features& features = shape.feature_kind == FeatureKind::none ? degrees : input.features;
    for (Tensor& hop : hop_features(block, features, static_cast<std::int64_t>(count))) {
      hops.push_back(is_scaled ? scaled(hops.size(), hop) : Variable::constant(std::move(hop)));
    }
    return hops;
  }
  require(input.hops.size() == count, "model: made for ", count, " hops, given ", input.hops.size());
  for (const Tensor& hop : input.hops) {
    const Shape expected{block.num_inputs(), first_width(shape)};
    require(hop.shape() == expected, "model: a hop has shape ", hop.shape(), ", expected ", expected);
    hops.push_back(is_scaled ? scaled(hops.size(), hop) : Variable::constant_view(hop));
  }
  return hops;
}

}  // namespace

std::vector<Tensor> hop_features(const MessageBlock& block, const Features& features, std::int64_t hops) {
  std::vector<Tensor> result;
  const auto* dense = std::get_if<Tensor>(&features);
  if (dense == nullptr) {
    return result;
  }
  result.reserve(static_cast<std::size_t>(hops));
  for (std::int64_t k = 0; k < hops; ++k) {
    const Tensor& last = k == 0 ? *dense : result.back();
    result.push_back(aggregate_normalized(block, Variable::constant_view(last)).value());
  }
  return result;
}

std::vector<Variable> mapped_hops(const ModelShape& shape, const MessageBlock& block, const NodeInput& input,
                                  float dropout, std::span<const Linear* const> maps, Pass& pass) {
  const LayerInput features = first_features(shape, block, input);
  std::vector<Variable> result;
  if (features.is_dense()) {
    for (const Variable& hop : hops_of(shape, block, input, maps.size())) {
      result.push_back(maps[result.size()]->forward(LayerInput(hop).dropped(dropout, pass), pass));
    }
    return result;
  }
  Variable carried;
  for (std::size_t k = 0; k < maps.size(); ++k) {
    // A map that is the last one's goes on from where that stood.
    const bool goes_on = k > 0 && maps[k] == maps[k - 1];
    if (!goes_on) {
      carried = maps[k]->forward_without_bias(features.dropped(dropout, pass), pass);
    }
    for (std::size_t power = goes_on ? k : 0; power <= k; ++power) {
      carried = aggregate_normalized(block, carried);
    }
    result.push_back(maps[k]->add_bias(carried, pass));
  }
  return result;
}

}  // namespace weft
