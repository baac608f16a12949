// What is read one, two, three ... hops away, made once for all passes: models of hop tokens train without edges.
#pragma once

#include <vector>

#include "weft/graph/message_block.hpp"
#include "weft/tensor/features.hpp"

namespace weft {

/// Element k is Â^(k+1) X, Â = D^-1/2 A D^-1/2 (aggregate_normalized); `hops` of them, each as large as X. Nothing
/// unless the features are dense: for sparse and categorical ones Â^k (X W) is cheaper than the dense Â^k X, and
/// equal. O(hops m columns) time.
[[nodiscard]] std::vector<Tensor> hop_features(const MessageBlock& block, const Features& features, std::int64_t hops);

}  // namespace weft
