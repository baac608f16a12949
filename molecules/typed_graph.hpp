// An undirected graph whose nodes have a type and whose edges a label: what generators learn from and make. Atoms and
// bonds, or a plain graph with one type and one label.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/graph/csr_graph.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// An edge, either way round. Labels count from 1; those of bonds are their order.
struct TypedEdge {
  NodeId a = 0;
  NodeId b = 0;
  std::int32_t label = 1;
  friend bool operator==(const TypedEdge&, const TypedEdge&) = default;
};

struct TypedGraph {
  /// One for each node, from 0.
  std::vector<std::int32_t> types;
  /// Each once.
  std::vector<TypedEdge> edges;

  [[nodiscard]] std::int64_t num_nodes() const { return static_cast<std::int64_t>(types.size()); }
};

/// A graph that a generator made, and what is known of how it was made.
struct SampledGraph {
  TypedGraph graph;
  /// The code came to its end, and every token could stand where it did. Always, under the mask.
  bool is_whole = false;
  /// The sum of the logarithms of the chances with which its tokens were drawn (before temperature and guidance: of
  /// the model's own, under the mask).
  double log_likelihood = 0.0;
};

/// Neighbors of all nodes with the labels of the edges to them. Throws ArgumentError on a loop, a repeated edge or an
/// edge to a node that is not there.
class TypedNeighbors {
 public:
  struct Neighbor {
    NodeId node;
    std::int32_t label;
  };
  explicit TypedNeighbors(const TypedGraph& graph);

  /// v is one of the graph's, which is not checked.
  [[nodiscard]] std::span<const Neighbor> of(NodeId v) const {
    return std::span<const Neighbor>(neighbors_).subspan(first_[v], first_[v + 1] - first_[v]);
  }

 private:
  std::vector<std::size_t> first_;
  std::vector<Neighbor> neighbors_;
};

/// A symmetric graph without loops as one of a single type and label. Throws ArgumentError otherwise.
[[nodiscard]] TypedGraph plain_graph(const CsrGraph& graph);

/// Both directions of every edge; types and labels are left out. This and what follows throws ArgumentError on an edge
/// to a node that is not there.
[[nodiscard]] CsrGraph csr_graph_of(const TypedGraph& graph);

/// Whether `order`, which lists every node of `b` in place of those of `a`, maps `a` onto `b`: node order[i] of b is
/// node i of a, with the same types, edges and labels.
[[nodiscard]] bool maps_onto(const TypedGraph& a, const TypedGraph& b, std::span<const NodeId> order);

/// The number of connected components.
[[nodiscard]] std::int64_t num_components(const TypedGraph& graph);

}  // namespace weft
#pragma GCC visibility pop
