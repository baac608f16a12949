// What a sampler hands to a step of training, and what makes something a sampler.
//
// A sampler is a pure function of (epoch, index): it holds no position and draws nothing in sequence. The same batch
// comes out on any number of threads, in any order of calls and after any resume, so prefetching, resuming and
// replaying one batch need no code of their own.
#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/core/error.hpp"
#include "weft/core/types.hpp"
#include "weft/graph/message_block.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Stands where there is no node: the steps of a walk after it ended.
inline constexpr NodeId kNoNode = static_cast<NodeId>(kMaxNodes);

/// One hop of a sample.
struct SampledBlock {
  MessageBlock block;
  /// [num_edges] Where each edge of the block stands in the arrays of the graph it was drawn from: for its weight, type
  /// or features. Empty unless asked for.
  Buffer<EdgeId> edges;
  /// [num_edges] What each edge's message is multiplied with, such that the sum over a row is what the sampler says it
  /// is (mostly an unbiased estimate of the sum over the whole row). Empty: all 1.
  Buffer<float> weights;
};

/// One batch. Nodes of the graph are called by their global ids here and nowhere else; a block calls its inputs by
/// their row.
struct Sample {
  /// [num_inputs of the first block] The global id of each input, whose features the step reads. The inputs of every
  /// block are the first of these.
  Buffer<NodeId> inputs;
  /// From the block that reads the inputs to the block whose outputs are predicted. A subgraph has a single one, and
  /// every layer reads it.
  std::vector<SampledBlock> blocks;
  bool is_subgraph = false;
  /// The global ids of the nodes to predict.
  Buffer<NodeId> seeds;
  /// [num_seeds] The row of each seed among the outputs of the last block.
  Buffer<NodeId> seed_rows;
  /// [num_seeds] What the loss of each seed is multiplied with. Empty: all 1.
  Buffer<float> seed_weights;

  /// What layer number `layer` of `num_layers` reads. Throws ArgumentError if the sample was drawn for another number
  /// of layers.
  [[nodiscard]] const SampledBlock& block_of(std::size_t layer, std::size_t num_layers) const {
    require(layer < num_layers && (is_subgraph || blocks.size() == num_layers), "Sample::block_of: layer ", layer,
            " of ", num_layers, " was asked for, the sample has ", blocks.size(), " hops");
    return blocks[is_subgraph ? 0 : layer];
  }
};

/// num_batches() is the same in every epoch; sample(epoch, index) with epoch >= 0 and 0 <= index < num_batches() is a
/// pure function and may be called from several threads at once.
template <class S>
concept Sampler = requires(const S& sampler, std::int64_t epoch, std::int64_t index) {
  { sampler.num_batches() } -> std::same_as<std::int64_t>;
  { sampler.sample(epoch, index) } -> std::same_as<Sample>;
};

}  // namespace weft
#pragma GCC visibility pop
