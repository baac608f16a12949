// Negative samples for link prediction: edges that are not there.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/graph/csr_graph.hpp"

namespace weft {

struct NegativeOptions {
  /// Negatives for each positive edge.
  std::int64_t per_positive = 1;
  /// Draws a source with probability proportional to (its degree as a source)^degree_power; 0: uniformly. 3/4 is that
  /// of word2vec.
  double degree_power = 0.0;
  /// [num_nodes], 0 or 1, where nodes are of two sides, as users and items are: a source is then always of the other
  /// side than the destination. Otherwise empty.
  std::vector<std::uint8_t> side = {};
};

struct NegativeEdges {
  std::vector<Edge> edges;
  /// For each of the edges the number of the positive that it was made from.
  std::vector<std::int64_t> positive;
};

/// Replaces the source of positive edges by others that the destination is not known to read.
class NegativeSampler {
 public:
  /// `known` holds every positive edge, also those of validation and test. O(n + m).
  explicit NegativeSampler(CsrGraph known, const NegativeOptions& options = {});

  /// Negatives of one destination are drawn independently of each other, each with exactly the stated probabilities
  /// among the nodes v' != v, on the other side where there are two, without a known edge v' -> v. A destination that
  /// knows all nodes, or all of positive degree if degrees count, has no negatives. A function of (random, number of
  /// the positive).
  [[nodiscard]] NegativeEdges sample(std::span<const Edge> positives, const Random& random) const;

 private:
  /// Whether the two may be joined, known edges aside.
  [[nodiscard]] bool may_join(NodeId u, NodeId v) const {
    return u != v && (options_.side.empty() || options_.side[u] != options_.side[v]);
  }
  [[nodiscard]] NodeId draw(NodeId destination, const Random& random, std::uint64_t counter) const;
  [[nodiscard]] NodeId draw_among_the_rest(NodeId destination, double at) const;

  CsrGraph known_;
  NegativeOptions options_;
  /// [num_nodes] Running sums of the weights of sources; empty if uniform.
  std::vector<double> running_sums_;
};

}  // namespace weft
