#include "weft/samplers/origin.hpp"

#include "weft/core/parallel.hpp"

namespace weft {
namespace {

/// For every row of the block what the graph has there, edges or their weights, for each that was drawn.
Buffer<float> row_weights(const CsrGraph& graph, std::span<const float> weights, const Buffer<NodeId>& inputs,
                          const SampledBlock& sampled) {
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
    float there = static_cast<float>(graph.in_degree(inputs[v]));
    if (!weights.empty()) {
      there = 0.0F;
      const std::size_t row = inputs[v];
      for (EdgeId e = graph.offsets()[row]; e < graph.offsets()[row + 1]; ++e) {
        there += weights[static_cast<std::size_t>(e)];
      }
    }
    result[v] = drawn > 0.0F ? there / drawn : 1.0F;
  }
  return result;
}

/// What each edge of the block counts: the sampler's weight times the graph's.
void multiply_weights(SampledBlock& sampled, std::span<const float> weights) {
  if (sampled.weights.empty()) {
    sampled.weights = Buffer<float>(sampled.edges.size(), 1.0F);
  }
  for (std::size_t e = 0; e < sampled.edges.size(); ++e) {
    sampled.weights[e] *= weights[static_cast<std::size_t>(sampled.edges[e])];
  }
}

}  // namespace

Buffer<float> weighted_degrees(const CsrGraph& graph, std::span<const float> weights) {
  Buffer<float> degrees(static_cast<std::size_t>(graph.num_nodes()));
  parallel_for(graph.num_nodes(), 1 << 14, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto v = static_cast<NodeId>(i);
      if (weights.empty()) {
        // The node itself counts once, however many loops it has.
        const auto loops = std::ranges::equal_range(graph.sources_of(v), v).size();
        degrees[v] = static_cast<float>(graph.in_degree(v) - static_cast<std::int64_t>(loops) + 1);
        continue;
      }
      float degree = 1.0F;
      for (EdgeId e = graph.offsets()[v]; e < graph.offsets()[std::size_t{v} + 1]; ++e) {
        const auto at = static_cast<std::size_t>(e);
        degree += graph.sources()[at] == v ? 0.0F : weights[at];
      }
      degrees[v] = degree;
    }
    graph.trim();
  });
  return degrees;
}

Origin::Origin(CsrGraph graph, std::span<const float> weights, WeightUse use)
    : graph_(std::move(graph)), weights_(weights), use_(use), degrees_(weighted_degrees(graph_, weights)) {
  require(weights.empty() || static_cast<EdgeId>(weights.size()) == graph_.num_edges(), "Origin: there are weights of ",
          weights.size(), " edges, the graph has ", graph_.num_edges());
}

std::vector<MessageBlock> Origin::blocks_of(Sample& sample, RowSums sums) const {
  std::vector<MessageBlock> blocks;
  blocks.reserve(sample.blocks.size());
  for (SampledBlock& sampled : sample.blocks) {
    const MessageBlock& block = sampled.block;
    const bool is_own_graph = sums == RowSums::exact && block.num_inputs() == block.num_outputs();
    const bool is_weighted =
        reads_edges() && static_cast<EdgeId>(sampled.edges.size()) == block.num_edges() && block.num_edges() > 0;
    if (is_own_graph && sampled.weights.empty() && !is_weighted) {
      blocks.push_back(block);
      continue;
    }
    BlockOrigin origin;
    if (sums == RowSums::part) {
      origin.row_weights = row_weights(graph_, use_ == WeightUse::by_drawing ? weights_ : std::span<const float>(),
                                       sample.inputs, sampled);
    }
    if (is_weighted) {
      multiply_weights(sampled, weights_);
    }
    if (!is_own_graph) {
      origin.degrees = Buffer<float>(static_cast<std::size_t>(block.num_inputs()));
      for (std::size_t i = 0; i < origin.degrees.size(); ++i) {
        // A pool counts as one edge beside a node's own state.
        origin.degrees[i] = sums == RowSums::exact ? 2.0F : degrees_[sample.inputs[i]];
      }
    } else if (is_weighted) {
      origin.degrees = weighted_degrees(block.graph(), sampled.weights);
    }
    origin.weights = std::move(sampled.weights);
    const auto segments = block.segments();
    blocks.emplace_back(block.graph(), std::move(origin), std::vector<std::int64_t>(segments.begin(), segments.end()));
  }
  return blocks;
}

}  // namespace weft
