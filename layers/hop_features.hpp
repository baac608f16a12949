// What is read one, two, three ... hops away: the tokens of a node, made once for all passes, so that models of
// them train without edges (Frasca et al. 2020).
#pragma once

#include <span>
#include <vector>

#include "weft/graph/message_block.hpp"
#include "weft/layers/dense_layers.hpp"
#include "weft/layers/models.hpp"
#include "weft/tensor/features.hpp"

namespace weft {

/// Element k is Â^(k+1) X, Â = D^-1/2 A D^-1/2 (aggregate_normalized); `hops` of them, each as large as X. Nothing
/// unless the features are dense: for sparse and categorical ones Â^k (X W) is cheaper than the dense Â^k X, and
/// equal. O(hops m columns) time.
[[nodiscard]] std::vector<Tensor> hop_features(const MessageBlock& block, const Features& features, std::int64_t hops);

/// The k-th element is Â^(k+1) dropout(X) through *maps[k], [n, width of the map], for the features X of `input`, or
/// degree_features if the shape has none. Dense features are read from input.hops, where dropout comes after Â, or
/// made in this pass; others go through the map first, O(m width) for each power of Â. Throws ArgumentError if
/// input.hops are others than the model's.
[[nodiscard]] std::vector<Variable> mapped_hops(const ModelShape& shape, const MessageBlock& block,
                                                const NodeInput& input, float dropout,
                                                std::span<const Linear* const> maps, Pass& pass);

}  // namespace weft
