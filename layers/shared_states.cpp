#include "weft/layers/shared_states.hpp"

namespace weft {

SharedStates::SharedStates(const CsrGraph& graph, const RowIndex& kinds, const RowIndex& edge_kinds,
                           std::size_t most_layers) {
  // Fewer shared rows hardly pay for picking rows there and back: of 0.6, 0.75, 0.85 and 1, training on molecules is
  // fastest with this (bench/graph_bench.cpp), by a few percent.
  constexpr double kLargestShare = 0.85;
  refinement_ = refine_colors(graph, *kinds,
                              edge_kinds ? std::span<const std::int64_t>(*edge_kinds) : std::span<const std::int64_t>(),
                              static_cast<std::int64_t>(most_layers), kLargestShare);
}

}  // namespace weft
