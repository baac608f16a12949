// The neighborhood subgraph pairwise distance kernel between labeled graphs, and the distance of two sets by it.
//
// Costa and De Grave, "Fast neighborhood subgraph pairwise distance kernel" (ICML 2010), as EDeN computes it and
// molecule generators have reported it since GDSS (Jo, Lee, Hwang, ICML 2022): radii and distances up to four, hashed
// to 2^16 features. It needs no chemistry.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "weft/core/types.hpp"
#include "weft/graph/csr_graph.hpp"

namespace weft {

/// An undirected graph: each edge once. Equal numbers mean equal labels; node and edge labels are apart anyway.
struct NspdkGraph {
  std::vector<std::uint64_t> node_label;
  std::vector<Edge> edges;
  std::vector<std::uint64_t> edge_label;
};

/// A sparse vector of length one: features ascending, each with its value. Empty for the graph without nodes.
using NspdkFeatures = std::vector<std::pair<std::uint32_t, double>>;

/// For every ordered pair of nodes at distance d <= 4 and every radius r <= 4: the two neighborhoods of radius r, and
/// the second one alone. Features of one (r, d) are scaled to length one together, then all of them. O(n (n + m)).
/// Throws ArgumentError if there are not as many labels as edges or an edge names no node.
[[nodiscard]] NspdkFeatures nspdk_features(const NspdkGraph& graph);

/// The squared maximum mean discrepancy with the kernel <features, features>, that is, the squared distance of the
/// mean feature vectors. NaN if a set is empty.
[[nodiscard]] double nspdk_mmd(std::span<const NspdkGraph> a, std::span<const NspdkGraph> b);

}  // namespace weft
