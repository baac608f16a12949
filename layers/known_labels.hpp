// The labels of some nodes of one graph, kept with a model as numbers of it: what models read that carry the labels of
// the training part along the edges of that graph. They mean nothing on any other, so a fingerprint of it is kept too.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "weft/graph/message_block.hpp"
#include "weft/layers/layer.hpp"

namespace weft {

class KnownLabels {
 public:
  KnownLabels() = default;

  /// values: a row for each node, of one column with the number of its class, or of one for each output, NaN where that
  /// is not known. Throws ArgumentError unless nodes rise and are of the graph.
  void set(std::span<const std::int64_t> nodes, Tensor values, const CsrGraph& graph);
  [[nodiscard]] bool is_empty() const { return nodes_.size() == 0; }
  /// Whether it is the graph that the labels are of: the same nodes, and edges in the same order.
  [[nodiscard]] bool are_of(const CsrGraph& graph) const;

  /// Throws ArgumentError if what was read from a file is no list of nodes of this graph.
  [[nodiscard]] std::vector<std::int64_t> nodes(const CsrGraph& graph) const;
  /// [nodes, outputs]: 1 for the class of a node and 0 for the others, or the values themselves.
  [[nodiscard]] Tensor targets(std::int64_t num_outputs, bool are_classes) const;

  /// As many nodes and columns as a file has, to be read into.
  void make_room(std::int64_t num_nodes, std::int64_t columns);

  void list_parameters(ParameterList& list) {
    list.add_statistic("nodes", nodes_);
    list.add_statistic("values", values_);
    list.add_statistic("graph", graph_);
  }

 private:
  /// Numbers of a model are floats, which hold 16 bits of a whole number exactly: [nodes, 2], the higher first.
  Tensor nodes_ = Tensor(0, 2);
  Tensor values_;
  /// Nodes, edges and a hash, [3, 4].
  Tensor graph_ = Tensor(3, 4);
};

}  // namespace weft
