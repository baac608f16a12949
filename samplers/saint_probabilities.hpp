// How likely a GraphSAINT subgraph holds a node, and both ends of an edge.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/core/types.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/saint_sampler.hpp"

namespace weft {

struct SaintProbabilities {
  SaintMethod method = SaintMethod::node;
  double draws = 0.0;
  /// What is drawn from: of nodes (node) or edges (edge), up to a factor. Empty for walks, and if nothing can be drawn.
  std::vector<double> running_sums;
  /// [num_nodes] A single draw hits the node.
  std::vector<double> hit;
  /// [num_edges] A single walk hits both ends, in units of `joint_unit`; empty but for walks. Of 64 bits: a hub of a
  /// large graph is hit by nearly as many walks as there are nodes, times the trials.
  std::vector<std::uint64_t> joint_count;
  double joint_unit = 0.0;

  [[nodiscard]] double of_node(NodeId v) const;
  /// Both ends of `edge`, which stands at `position` in the graph's arrays, are in the subgraph.
  [[nodiscard]] double of_edge(const CsrGraph& graph, Edge edge, EdgeId position) const;

 private:
  [[nodiscard]] double joint_hit(const CsrGraph& graph, Edge edge, EdgeId position) const;
};

[[nodiscard]] SaintProbabilities saint_probabilities(const CsrGraph& graph, const SaintSamplerOptions& options);

}  // namespace weft
