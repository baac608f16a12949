// What blocks need to know of the graph they were drawn from, so that layers compute on a sample what they would on the
// whole graph, up to the error of sampling.
#pragma once

#include <span>
#include <vector>

#include "weft/graph/csr_graph.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/samplers/batch_sampler.hpp"

namespace weft {

/// How the weights of a graph's edges come into its samples.
enum class WeightUse {
  /// Each edge that was drawn counts its own.
  by_edge,
  /// Edges were drawn in proportion to them, and all that were drawn count alike.
  by_drawing,
};

/// Immutable; may be used by several threads at once.
class Origin {
 public:
  /// `weights`: of the graph's edges, in the order of its arrays, more than 0; empty: all 1. A view. O(n log d + m)
  /// time and 4 bytes a node, made once.
  explicit Origin(CsrGraph graph, std::span<const float> weights = {}, WeightUse use = WeightUse::by_edge);

  /// Whether samples must say where their edges stand in the graph's arrays.
  [[nodiscard]] bool reads_edges() const { return !weights_.empty() && use_ == WeightUse::by_edge; }

  /// The blocks of a sample with the sampler's weights, the degrees of the graph, and, where sums are parts, the edges
  /// of a row in the graph divided by the weight of those drawn as weights of rows; all times the graph's own weights.
  /// Takes the weights out of the sample. Samples of graphs of their own (RowSums::exact) keep their own degrees; nodes
  /// of pools have degree 2, and their edges, which are none of the graph's, no weights of it.
  [[nodiscard]] std::vector<MessageBlock> blocks_of(Sample& sample, RowSums sums) const;

 private:
  CsrGraph graph_;
  std::span<const float> weights_;
  WeightUse use_;
  /// [num_nodes] Edges into each node, or the sum of their weights, its loop included as one even where there is none.
  Buffer<float> degrees_;
};

/// [num_nodes] What flows into each node beside its own state, which counts 1 whether the graph has its loop or not:
/// edges, or their weights. What the symmetric normalization divides by.
[[nodiscard]] Buffer<float> weighted_degrees(const CsrGraph& graph, std::span<const float> weights);

}  // namespace weft
