// Figures that describe a graph: degrees, components, homophily.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "weft/core/buffer.hpp"
#include "weft/graph/csr_graph.hpp"

namespace weft {

/// All 0 for the graph without nodes.
struct GraphStatistics {
  std::int64_t min_in_degree = 0;
  double mean_in_degree = 0.0;
  /// Of an even number of nodes the mean of the two in the middle.
  double median_in_degree = 0.0;
  std::int64_t max_in_degree = 0;
  /// Nodes without an edge in or out.
  std::int64_t num_isolated = 0;
  std::int64_t num_self_loops = 0;
  /// Components of the graph with directions ignored; an isolated node is one.
  std::int64_t num_components = 0;
  std::int64_t largest_component = 0;
  bool is_symmetric = false;
};

/// O(n + m log d). Throws ArgumentError for a block with other sources than rows.
[[nodiscard]] GraphStatistics statistics_of(const CsrGraph& graph);

/// For each node the smallest node that it hangs together with, directions ignored.
[[nodiscard]] Buffer<NodeId> weak_components(const CsrGraph& graph);

/// The share of edges whose ends have the same label. Edges with an unlabeled end (below 0) do not count;
/// nothing if no edge counts.
[[nodiscard]] std::optional<double> edge_homophily(const CsrGraph& graph, std::span<const std::int64_t> labels);

struct AdjustedHomophily {
  /// 1 where ends of edges always agree, 0 where they agree as often as by chance, given how many edges each class has.
  double value = 0.0;
  /// Those with two labeled ends, each direction counted.
  std::int64_t num_edges = 0;
};
/// Platonov, Kuznedelev, Babenko, Prokhorenkova, "Characterizing graph datasets for node classification", 2023, section
/// 2.2, over edges with two labeled ends; nothing if there are none, or all of them are of one class. Labels are below
/// `num_classes`.
[[nodiscard]] std::optional<AdjustedHomophily> adjusted_homophily(const CsrGraph& graph,
                                                                  std::span<const std::int64_t> labels,
                                                                  std::int64_t num_classes);

}  // namespace weft
