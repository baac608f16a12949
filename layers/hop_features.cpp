#include "weft/layers/hop_features.hpp"

#include "weft/layers/aggregation.hpp"

namespace weft {

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

}  // namespace weft
