// Edges in the order of a file, brought with what belongs to them into the order of a graph. Private.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/graph/csr_graph.hpp"
#include "weft/tensor/features.hpp"

namespace weft {

/// For each edge of the graph that from_edges makes of `edges`, the place of its entry. Of repeats the first
/// counts; with `symmetrize` an edge that is only there reversed takes the first of those. O(m log m).
[[nodiscard]] std::vector<std::int64_t> places_of_edges(std::span<const Edge> edges, bool symmetrize);

/// Whether so many nodes, which a file declares but need not list, are believed beside its edges: 2^20 in any case and
/// 64 for each edge. A file of a few bytes must not ask for gigabytes.
[[nodiscard]] constexpr bool is_believable(std::int64_t num_nodes, std::int64_t num_edges) {
  return num_nodes <= (std::int64_t{1} << 20) || num_nodes / 64 <= num_edges;
}

/// The rows of `features`, one for each entry, at those places.
[[nodiscard]] Features select_rows(const Features& features, std::span<const std::int64_t> places);

}  // namespace weft
