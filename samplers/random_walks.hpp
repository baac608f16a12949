// Random walks: uniform, and second-order as node2vec takes them.
//
// A walk goes from a node v to one of the sources of its row: from who reads to who is read. On an undirected graph
// that is any neighbor.
#pragma once

#include <cstdint>
#include <span>

#include "weft/core/buffer.hpp"
#include "weft/core/random.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/sample.hpp"

namespace weft {

/// [starts, length + 1], row by row: each walk with its start; kNoNode after a node whose row is empty. Walk i is a
/// function of (random, i, its start), and groups of walks are in step, so that their cache misses overlap. O(1) a
/// step.
[[nodiscard]] Buffer<NodeId> uniform_walks(const CsrGraph& graph, std::span<const NodeId> starts, std::int64_t length,
                                           const Random& random);

struct Node2vecOptions {
  std::int64_t length = 80;
  /// Large: seldom goes back at once. "p" of the paper.
  double return_parameter = 1.0;
  /// Large: stays near the node before; small: moves away. "q" of the paper.
  double in_out_parameter = 1.0;
};

/// The walks of Grover, Leskovec, "node2vec: scalable feature learning for networks" (KDD 2016, section 3.2): a step
/// from v, reached from t, goes to x with a probability proportional to 1/p if x is t, 1 if x is in the row of t, and
/// 1/q otherwise. Rejection sampling (Yang et al., "KnightKing", SOSP 2019): no table for each edge; O(log degree) a
/// try and max(1, 1/p, 1/q) / min(1, 1/p, 1/q) tries a step at most, on average. Throws ArgumentError unless both
/// parameters are finite and above 0.
[[nodiscard]] Buffer<NodeId> node2vec_walks(const CsrGraph& graph, std::span<const NodeId> starts,
                                            const Node2vecOptions& options, const Random& random);

}  // namespace weft
