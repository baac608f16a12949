#include "weft/layers/shared_states.hpp"

namespace weft {

SharedStates::SharedStates(const CsrGraph& graph, const RowIndex& kinds, const RowIndex& edge_kinds,
                           std::size_t most_layers) {
  // Fewer shared rows would hardly pay for finding colors and for picking rows there and back; an estimate.
  constexpr double kLargestShare = 0.75;
  refinement_ = refine_colors(graph, *kinds,
                              edge_kinds ? std::span<const std::int64_t>(*edge_kinds) : std::span<const std::int64_t>(),
                              static_cast<std::int64_t>(most_layers), kLargestShare);
}

}  // namespace weft
