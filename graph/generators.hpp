// Random and regular graphs for tests, examples and benchmarks. Every result is a function of the options
// alone, whatever the number of threads, and costs time and memory linear in nodes and edges.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/graph/csr_graph.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct RmatOptions {
  /// Any number; it need not be a power of two.
  std::int64_t num_nodes = 1024;
  /// How many edges are drawn. Repeats and self-loops are dropped, so the graph has fewer.
  std::int64_t num_edges = 16 * 1024;
  /// Shares of the quadrants (low, low), (low, high), (high, low) of the [source, destination] matrix; the
  /// fourth gets the rest. The defaults are those of Graph500.
  double a = 0.57;
  double b = 0.19;
  double c = 0.19;
  /// Stores both directions of every edge.
  bool undirected = false;
  /// Renumbers the nodes at random, so that a node's number says nothing about its degree.
  bool shuffle_nodes = true;
  std::uint64_t seed = 0;
};

/// A graph with a few hubs and many nodes of small degree: Chakrabarti, Zhan, Faloutsos, "R-MAT: a recursive
/// model for graph mining" (SDM 2004).
[[nodiscard]] CsrGraph rmat(const RmatOptions& options);

/// The draws that rmat() makes its graph of, for graphs larger than memory: any range of them, at any time. Holds four
/// bytes a node if nodes are shuffled.
class RmatEdges {
 public:
  explicit RmatEdges(const RmatOptions& options);
  /// Draws number first >= 0, first + 1, ..., in parallel; repeats and self-loops are among them. Throws ArgumentError
  /// if there are no nodes to draw from.
  void draw(std::int64_t first, std::span<Edge> edges) const;

 private:
  RmatOptions options_;
  Buffer<NodeId> renumbered_;
};

/// A graph with a class for each node and, if num_features is not 0, features [num_nodes, num_features].
struct LabeledGraph {
  CsrGraph graph;
  std::vector<std::int64_t> label;
  Buffer<float> features;
  std::int64_t num_features = 0;
};

struct BlockModelOptions {
  std::int64_t num_nodes = 1000;
  /// Communities of equal size, up to one node.
  std::int64_t num_communities = 2;
  /// How many neighbors in its own community a node has, on average.
  double degree_inside = 10.0;
  /// How many neighbors in all other communities together a node has, on average.
  double degree_outside = 2.0;
  /// Spreads the communities over all node numbers; otherwise they follow each other.
  bool shuffle_nodes = true;
  std::uint64_t seed = 0;
};

/// The stochastic block model (Holland, Laskey, Leinhardt 1983), undirected, without self-loops; the label is
/// the community.
[[nodiscard]] LabeledGraph stochastic_block_model(const BlockModelOptions& options);

struct ContextualBlockModelOptions {
  BlockModelOptions blocks;
  std::int64_t num_features = 16;
  /// The length of a community's mean feature vector; the noise around it is standard normal.
  double signal = 1.0;
};

/// The stochastic block model with features (Deshpande, Sen, Montanari, Mossel, "Contextual stochastic block
/// models", NeurIPS 2018): x_v = signal * m_c + noise, where m_c is a random direction for each community and
/// two communities have opposite ones. The paper's x_v are these divided by sqrt(p), with
/// signal = sqrt(mu * p / n).
[[nodiscard]] LabeledGraph contextual_block_model(const ContextualBlockModelOptions& options);

/// Nodes row * cols + col, each joined both ways to those above, below, left and right; a torus also joins
/// the borders. No self-loops and no repeats, however narrow the grid.
[[nodiscard]] CsrGraph grid(std::int64_t rows, std::int64_t cols, bool torus = false);

}  // namespace weft
#pragma GCC visibility pop
