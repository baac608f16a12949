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

/// The rows of `features`, one for each entry, at those places.
[[nodiscard]] Features select_rows(const Features& features, std::span<const std::int64_t> places);

}  // namespace weft
