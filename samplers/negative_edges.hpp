// Negative samples for link prediction: edges that are not there.
#pragma once

#include <array>
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
  /// Sources that a destination may get.
  struct Candidates {
    /// Ascending; empty where nodes have no sides, and every node is one.
    std::vector<NodeId> nodes;
    /// [number of candidates] Running sums of their weights; empty if uniform.
    std::vector<double> sums;
  };
  [[nodiscard]] const Candidates& candidates_of(NodeId destination) const {
    return candidates_[options_.side.empty() || options_.side[destination] != 0 ? 0 : 1];
  }
  [[nodiscard]] std::int64_t num_of(const Candidates& candidates) const;
  [[nodiscard]] NodeId node_at(const Candidates& candidates, std::int64_t place) const;
  [[nodiscard]] NodeId draw(NodeId destination, const Random& random, std::uint64_t counter) const;
  [[nodiscard]] NodeId draw_among_the_rest(const Candidates& candidates, NodeId destination, double at) const;

  CsrGraph known_;
  NegativeOptions options_;
  /// The nodes of each side; where there are no sides, the first are all nodes, and the second none.
  std::array<Candidates, 2> candidates_;
};

}  // namespace weft
