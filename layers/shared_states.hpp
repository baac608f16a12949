// The first layers of a model where atoms, say, are of few kinds: nodes of one color (graph/color_refinement.hpp) share
// a row of states, and a layer computes a row a color. Exact, with gradients; as colors become as many as nodes there
// is less to save, and later layers give each node a row of its own.
#pragma once

#include "weft/graph/color_refinement.hpp"
#include "weft/layers/edge_states.hpp"
#include "weft/tensor/distinct_rows.hpp"

namespace weft {

class SharedStates {
 public:
  /// Nothing is shared.
  SharedStates() = default;
  /// Nodes start with the rows of their kinds, and so do edges: [edges], or null if all are alike.
  SharedStates(const CsrGraph& graph, const RowIndex& kinds, const RowIndex& edge_kinds, std::size_t most_layers);

  /// How many layers read blocks of colors.
  [[nodiscard]] std::size_t num_layers() const { return refinement_.rounds.size(); }
  [[nodiscard]] const MessageBlock& block(std::size_t l) const { return refinement_.rounds[l].block; }
  /// States of the block's inputs, from those of the colors before: [colors, d] -> [inputs, d]
  [[nodiscard]] Variable inputs(std::size_t l, const Variable& x) const {
    return select_rows(x, refinement_.rounds[l].input_colors);
  }
  /// `all` must share rows or be empty.
  [[nodiscard]] EdgeStates edges(std::size_t l, const EdgeStates& all) const {
    return all.of(refinement_.rounds[l].edges);
  }
  /// From the rows of the last colors: [colors, d] -> [nodes, d]
  [[nodiscard]] Variable for_each_node(const Variable& x) const { return select_rows(x, refinement_.colors); }

 private:
  ColorRefinement refinement_;
};

/// Which rows of an input are alike. It follows from the input and not from weights, so that threads which make batches
/// can find it ahead of the pass (NodeModel::kinds_in).
struct InputKinds {
  /// Of the node features where layers share rows, and of the edge features; nothing where few are alike.
  std::optional<DistinctRows> nodes, edges;
  SharedStates shared;
};

}  // namespace weft
