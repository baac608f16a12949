#include "weft/layers/shared_states.hpp"

namespace weft {

SharedStates::SharedStates(const CsrGraph& graph, const RowIndex& kinds, const EdgeStates& edges,
                           std::size_t most_layers) {
  // Fewer shared rows would hardly pay for finding colors and for picking rows there and back; an estimate.
  constexpr double kLargestShare = 0.75;
  const bool has_edges = !edges.is_empty();
  require(!has_edges || edges.row_of_edge, "SharedStates: the edges have states of their own, expected shared ones");
  refinement_ = refine_colors(
      graph, *kinds, has_edges ? std::span<const std::int64_t>(*edges.row_of_edge) : std::span<const std::int64_t>(),
      static_cast<std::int64_t>(most_layers), kLargestShare);
}

}  // namespace weft
