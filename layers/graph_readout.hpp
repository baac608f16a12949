// From the states of nodes to one row for each graph of a batch: sum, mean, largest value, or a mean weighted by a
// learned gate (Li et al., "Gated graph sequence neural networks", 2016, section 3). O(n d) time.
#pragma once

#include "weft/graph/message_block.hpp"
#include "weft/layers/dense_layers.hpp"

namespace weft {

class GraphReadout {
 public:
  GraphReadout() = default;
  GraphReadout(Pooling kind, std::int64_t width, const Random& random);

  /// [nodes, width] -> [graphs, width]; a graph without nodes gives 0. Throws ArgumentError unless x has a row for each
  /// output of the block.
  [[nodiscard]] Variable forward(const MessageBlock& block, const Variable& x, const Pass& pass) const;
  void list_parameters(ParameterList& list);

 private:
  Pooling kind_ = Pooling::mean;
  /// attention: the score of a node, [width, 1]; a bias would move all scores of a graph alike.
  Parameter score_;
};

}  // namespace weft
