// GraphSAINT (Zeng, Zhou, Srivastava, Kannan, Prasanna, "GraphSAINT: graph sampling based inductive learning method",
// ICLR 2020): subgraphs, with the weights that make aggregation and loss unbiased.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/reusable.hpp"
#include "weft/samplers/sample.hpp"

namespace weft {

enum class SaintMethod {
  /// `budget` nodes, drawn with probability proportional to the sum of 1 / degree(v)^2 over all v that read the node.
  node,
  /// `budget` edges, drawn with probability proportional to 1 / degree of the one end + 1 / degree of the other.
  edge,
  /// `budget` walks of `walk_length` steps from uniformly drawn nodes.
  walk,
};

struct SaintSamplerOptions {
  SaintMethod method = SaintMethod::walk;
  /// Draws, with replacement, for each subgraph.
  std::int64_t budget = 2000;
  std::int64_t walk_length = 2;
  /// Batches in an epoch.
  std::int64_t num_batches = 10;
  /// For walks only: how many walks from each node the probabilities are estimated with.
  std::int64_t trial_walks = 20;
  /// Fills SampledBlock::edges.
  bool keep_edges = false;
  std::uint64_t seed = 0;
};

struct SubgraphScratch;
struct SaintProbabilities;

/// The subgraph on the nodes drawn (ends of the edges, nodes of the walks). With P(.) the probability of being in a
/// subgraph, the weight of an edge u -> v is P(v) / P(u and v), the paper's 1 / alpha, so that for a v in the subgraph
/// the weighted sum over its row is an unbiased estimate of the sum over its whole row; the weight of a seed v is
/// 1 / P(v), the paper's 1 / lambda, so that the weighted sum of losses estimates that over all seeds.
///
/// Where the paper counts in trial subgraphs, the probabilities are exact here for nodes and edges, from those of a
/// single draw: P(u and v) = 1 - (1 - q_u)^b - (1 - q_v)^b + (1 - q_u - q_v + q_uv)^b for b draws, of which each hits
/// u, v, both with probability q_u, q_v, q_uv. For walks those three are estimated from `trial_walks` walks from every
/// node; they are never 0.
class SaintSampler {
 public:
  /// Seeds are the nodes of a subgraph among `seeds`. O(m) time; 8 bytes an edge (edge, walk). Throws ArgumentError for
  /// a budget of more than 2^26 nodes a subgraph.
  SaintSampler(CsrGraph graph, const std::vector<NodeId>& seeds, const SaintSamplerOptions& options = {});

  [[nodiscard]] std::int64_t num_batches() const;
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const;

 private:
  CsrGraph graph_;
  SaintSamplerOptions options_;
  std::vector<char> is_seed_;
  std::shared_ptr<const SaintProbabilities> probabilities_;
  Reusable<SubgraphScratch> scratch_;
};

}  // namespace weft
