#include "weft/samplers/origin.hpp"

#include "weft/core/parallel.hpp"

namespace weft {
namespace {

/// For every row of the block the edges that the graph has there for each that was drawn.
Buffer<float> row_weights(const CsrGraph& graph, const Buffer<NodeId>& inputs, const SampledBlock& sampled) {
  const MessageBlock& block = sampled.block;
  Buffer<float> result(static_cast<std::size_t>(block.num_outputs()));
  for (std::size_t v = 0; v < result.size(); ++v) {
    const auto begin = static_cast<std::size_t>(block.offsets()[v]),
               end = static_cast<std::size_t>(block.offsets()[v + 1]);
    float drawn = static_cast<float>(end - begin);
    if (!sampled.weights.empty()) {
      drawn = 0.0F;
      for (std::size_t e = begin; e < end; ++e) {
        drawn += sampled.weights[e];
      }
    }
    result[v] = drawn > 0.0F ? static_cast<float>(graph.in_degree(inputs[v])) / drawn : 1.0F;
  }
  return result;
}

}  // namespace

Origin::Origin(CsrGraph graph) : graph_(std::move(graph)), degrees_(static_cast<std::size_t>(graph_.num_nodes())) {
  parallel_for(graph_.num_nodes(), 1 << 14, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto v = static_cast<NodeId>(i);
      degrees_[v] = static_cast<float>(graph_.in_degree(v) + (graph_.has_edge({v, v}) ? 0 : 1));
    }
    graph_.trim();
  });
}

std::vector<MessageBlock> Origin::blocks_of(Sample& sample, RowSums sums) const {
  std::vector<MessageBlock> blocks;
  blocks.reserve(sample.blocks.size());
  for (SampledBlock& sampled : sample.blocks) {
    const MessageBlock& block = sampled.block;
    const bool is_own_graph = sums == RowSums::exact && block.num_inputs() == block.num_outputs();
    if (is_own_graph && sampled.weights.empty()) {
      blocks.push_back(block);
      continue;
    }
    BlockOrigin origin;
    if (sums == RowSums::part) {
      origin.row_weights = row_weights(graph_, sample.inputs, sampled);
    }
    if (!is_own_graph) {
      origin.degrees = Buffer<float>(static_cast<std::size_t>(block.num_inputs()));
      for (std::size_t i = 0; i < origin.degrees.size(); ++i) {
        // A pool counts as one edge beside a node's own state.
        origin.degrees[i] = sums == RowSums::exact ? 2.0F : degrees_[sample.inputs[i]];
      }
    }
    origin.weights = std::move(sampled.weights);
    const auto segments = block.segments();
    blocks.emplace_back(block.graph(), std::move(origin), std::vector<std::int64_t>(segments.begin(), segments.end()));
  }
  return blocks;
}

}  // namespace weft
