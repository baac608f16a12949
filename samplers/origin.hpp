// What blocks need to know of the graph they were drawn from, so that layers compute on a sample what they would on the
// whole graph, up to the error of sampling.
#pragma once

#include <vector>

#include "weft/graph/csr_graph.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/samplers/batch_sampler.hpp"

namespace weft {

/// Immutable; may be used by several threads at once.
class Origin {
 public:
  /// O(n log d) time and 4 bytes a node, made once.
  explicit Origin(CsrGraph graph);

  /// The blocks of a sample with the sampler's weights, the degrees of the graph, and, where sums are parts, the edges
  /// of a row in the graph divided by the weight of those drawn as weights of rows. Takes the weights out of the
  /// sample. Samples of graphs of their own (RowSums::exact) keep their own degrees; nodes of pools have degree 2.
  [[nodiscard]] std::vector<MessageBlock> blocks_of(Sample& sample, RowSums sums) const;

 private:
  CsrGraph graph_;
  /// [num_nodes] Edges into each node, its loop included even where there is none.
  Buffer<float> degrees_;
};

}  // namespace weft
