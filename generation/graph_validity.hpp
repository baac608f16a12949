// Whether a graph is of the kind that a generator was trained on.
#pragma once

#include <optional>
#include <string_view>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// What a graph must be to count as valid; no graph without nodes is.
enum class GraphKind {
  /// Connected is enough.
  any,
  planar,
  tree,
  /// A stochastic block model of two to five blocks of 20 to 40 nodes, connected or not: block_structure.hpp.
  sbm,
  /// A tree that taking the leaves away twice makes a path, a single node or nothing.
  lobster,
};

/// As the enumerators are spelled.
[[nodiscard]] std::string_view name_of(GraphKind kind);
[[nodiscard]] std::optional<GraphKind> graph_kind_of(std::string_view name);

/// The graph is symmetric without self-loops. The graph without nodes is of no kind.
[[nodiscard]] bool is_connected(const CsrGraph& graph);
[[nodiscard]] bool is_tree(const CsrGraph& graph);
[[nodiscard]] bool is_lobster(const CsrGraph& graph);

[[nodiscard]] bool is_valid_graph(const CsrGraph& graph, GraphKind kind);

}  // namespace weft
