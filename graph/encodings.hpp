// What a node can be told of its place in the graph: how likely a random walk is back after k steps, and its degree.
#pragma once

#include <cstdint>

#include "weft/core/buffer.hpp"
#include "weft/graph/message_block.hpp"

namespace weft {

struct RandomWalkOptions {
  /// Graphs with at most so many nodes are computed exactly.
  std::int64_t exact_nodes = 1024;
  /// Random vectors that larger graphs are estimated with.
  std::int64_t num_probes = 64;
  /// Of the random vectors. A constant, so that a graph has one encoding.
  std::uint64_t seed = 0;
};

/// Element [v, k - 1] is (P^k)_vv for k = 1 .. steps, P = D^-1 A with v's edges in as row v: the chance that a walk
/// from v against the direction of edges is back at v after k steps (Dwivedi et al. 2022, section 3). [n, steps].
/// A node without edges in has zeros. Throws ArgumentError for a block with other inputs than outputs.
///
/// Exact for graphs of few nodes: O(steps m_g n_g) time. Larger graphs are estimated in O(num_probes steps m) time and
/// O(num_probes n) memory: steps 1 and 2 are still exact, and for a walk of a + b steps
///   (S^(a+b))_vv = row v of S^a times column v of S^b ~ mean over probes z of (S^a z)_v ((Sᵀ)^b z)_v,
/// with S = D^-1/2 A D^-1/2, which has the diagonals of P, z of +-1, and b - a 0 or 1. Splitting the walk in half makes
/// the deviation a share, sqrt(2 / num_probes) for even steps, of the value itself, where Hutchinson's estimator
/// (1990), b = k, has one of the size of the whole row. Signs of z depend on (seed, place in the graph, probe).
[[nodiscard]] Buffer<float> random_walk_encoding(const MessageBlock& block, std::int64_t steps,
                                                 const RandomWalkOptions& options = {});

/// log(1 + edges into v). [n]
[[nodiscard]] Buffer<float> degree_encoding(const CsrGraph& graph);

}  // namespace weft
