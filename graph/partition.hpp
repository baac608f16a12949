// Cutting the nodes of a graph into parts of about equal size with few edges between them.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// [num_nodes] The part of each node, 0 .. num_parts.
using Partition = std::vector<std::int32_t>;

/// Chunks of a breadth-first order: sizes differ by at most one node. Needs no library and O(n + m) time. Throws
/// ArgumentError unless 1 <= num_parts < 2^31.
[[nodiscard]] Partition breadth_first_partition(const CsrGraph& graph, std::int64_t num_parts);

/// Whether this build has METIS.
[[nodiscard]] bool has_metis();

/// Multilevel k-way partition that cuts few edges: Karypis, Kumar, "A fast and high quality multilevel scheme for
/// partitioning irregular graphs" (SIAM J. Sci. Comput. 1998). Directions and self-loops are ignored; no part is more
/// than about 3 percent larger than the average. A function of the graph and `seed`. Throws ArgumentError if this build
/// has no METIS, or the graph is too large for the integers of the METIS that it was built with (Debian's have 32 bits:
/// at most 2^31 - 1 directed edges).
[[nodiscard]] Partition metis_partition(const CsrGraph& graph, std::int64_t num_parts, std::uint64_t seed = 0);

/// The number of edges, self-loops aside, whose ends are in different parts. Throws ArgumentError if `part_of` is not
/// of the graph's length.
[[nodiscard]] EdgeId num_cut_edges(const CsrGraph& graph, const Partition& part_of);

}  // namespace weft
