#include "weft/generation/graph_validity.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "weft/generation/block_structure.hpp"
#include "weft/graph/planarity.hpp"

namespace weft {
namespace {

/// The degrees once the nodes of degree 1 and their edges are gone; -1 for these nodes.
std::vector<std::int64_t> without_leaves(const CsrGraph& graph, const std::vector<std::int64_t>& degrees) {
  std::vector<std::int64_t> result = degrees;
  for (std::size_t v = 0; v < degrees.size(); ++v) {
    if (degrees[v] != 1) {
      continue;
    }
    result[v] = -1;
    for (const NodeId u : graph.sources_of(static_cast<NodeId>(v))) {
      if (degrees[u] > 1) {
        --result[u];
      }
    }
  }
  return result;
}

struct NamedKind {
  std::string_view name;
  GraphKind kind;
};
constexpr std::array<NamedKind, 5> kKinds = {{{"any", GraphKind::any},
                                              {"planar", GraphKind::planar},
                                              {"tree", GraphKind::tree},
                                              {"sbm", GraphKind::sbm},
                                              {"lobster", GraphKind::lobster}}};

}  // namespace

std::string_view name_of(GraphKind kind) {
  return std::ranges::find(kKinds, kind, &NamedKind::kind)->name;
}

std::optional<GraphKind> graph_kind_of(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &NamedKind::name);
  return found == kKinds.end() ? std::nullopt : std::optional(found->kind);
}

bool is_connected(const CsrGraph& graph) {
  const auto n = static_cast<std::size_t>(graph.num_nodes());
  if (n == 0) {
    return false;
  }
  std::vector<NodeId> found = {0};
  std::vector<char> seen(n, 0);
  seen[0] = 1;
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const NodeId u : graph.sources_of(found[i])) {
      if (seen[u] == 0) {
        seen[u] = 1;
        found.push_back(u);
      }
    }
  }
  return found.size() == n;
}

bool is_tree(const CsrGraph& graph) {
  return graph.num_edges() == 2 * (graph.num_nodes() - 1) && is_connected(graph);
}

bool is_lobster(const CsrGraph& graph) {
  if (!is_tree(graph)) {
    return false;
  }
  std::vector<std::int64_t> degrees(static_cast<std::size_t>(graph.num_nodes()));
  for (std::size_t v = 0; v < degrees.size(); ++v) {
    degrees[v] = graph.in_degree(static_cast<NodeId>(v));
  }
  // What is left of a tree is a tree, and one without branches is a path.
  const std::vector<std::int64_t> left = without_leaves(graph, without_leaves(graph, degrees));
  return std::ranges::all_of(left, [](std::int64_t degree) { return degree <= 2; });
}

bool is_valid_graph(const CsrGraph& graph, GraphKind kind) {
  switch (kind) {
    case GraphKind::any:
      return is_connected(graph);
    case GraphKind::planar:
      return is_connected(graph) && is_planar(graph);
    case GraphKind::tree:
      return is_tree(graph);
    case GraphKind::sbm:
      return is_block_model(graph);
    case GraphKind::lobster:
      return is_lobster(graph);
  }
  return false;
}

}  // namespace weft
