// The blocks of a graph, and whether they are those of the stochastic block model that generators are tested with.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// A partition of the nodes.
struct BlockStructure {
  /// Of each node, 0 .. num_blocks.
  std::vector<std::int64_t> block;
  std::int64_t num_blocks = 0;
  /// In nats: what is to be kept small.
  double description_length = 0.0;
};

/// The shortest description of a symmetric graph without self-loops by blocks and the numbers of edges within and
/// between them that greedy moves find (Peixoto, "Nonparametric Bayesian inference of the microcanonical stochastic
/// block model", Phys. Rev. E 2017, section II, for simple graphs and all degrees alike): nodes change their block,
/// blocks merge and split, as long as the description becomes shorter. A function of the graph alone. For hundreds of
/// nodes: O(n b^2) a round of moves with b blocks.
[[nodiscard]] BlockStructure infer_blocks(const CsrGraph& graph);

struct BlockModelTest {
  double within = 0.3;
  double between = 0.005;
  std::int64_t min_blocks = 2;
  std::int64_t max_blocks = 5;
  std::int64_t min_block_size = 20;
  std::int64_t max_block_size = 40;
  /// The mean probability, over all ordered pairs of blocks, of a share of edges farther from the model's.
  double least_probability = 0.9;
};

/// The test of SPECTRE (Martinkus et al., ICML 2022): the inferred blocks have the model's number and sizes, and with
/// p' the share of edges that a pair of blocks has, w = (p' - p)^2 / (p' (1 - p') + 1e-6) is taken for a chi-squared
/// variate of one degree of freedom.
[[nodiscard]] bool is_block_model(const CsrGraph& graph, const BlockModelTest& test = {});

}  // namespace weft
