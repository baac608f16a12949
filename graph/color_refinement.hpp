// Color refinement (Weisfeiler, Leman 1968): after a round two nodes have the same color if they had before and their
// edges did, by kind and source's color. What a layer of message passing gives a node follows from its color alone, so
// that it needs to be computed once a color: exact compression (Bollen, Steegmans, Van den Bussche, Vansummeren 2023,
// "Learning graph neural networks using exact compression"). Atoms of many molecules have few colors for some rounds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/graph/message_block.hpp"

namespace weft {

/// One round, as a layer reads it.
struct ColorRound {
  /// Outputs: the first node of each color after the round, in the order of the nodes; each stands for all nodes of its
  /// color. Inputs: those nodes, then all others that they read.
  MessageBlock block;
  /// [inputs] The color of each before the round.
  std::vector<std::int64_t> input_colors;
  /// [edges] Which edge of the graph each edge of the block is.
  std::vector<std::int64_t> edges;
};

struct ColorRefinement {
  std::vector<ColorRound> rounds;
  /// [nodes] Colors after the last round, or the kinds if there is none.
  std::vector<std::int64_t> colors;
};

/// Rounds of refinement from the kinds of the nodes, numbered from 0, as many as `most_rounds` unless after one of them
/// more than `largest_share` of all nodes would have a color of their own: that round and later ones are left out.
/// edge_kinds: [edges] or empty, all alike. Colors are told apart by 128 bits of hashes. O(rounds (n + m)) time; the
/// same result for every number of threads. Throws ArgumentError if sizes do not fit or the graph is a block with
/// more inputs than outputs.
[[nodiscard]] ColorRefinement refine_colors(const CsrGraph& graph, std::span<const std::int64_t> kinds,
                                            std::span<const std::int64_t> edge_kinds, std::int64_t most_rounds,
                                            double largest_share);

}  // namespace weft
