// Inference of blocks by minimum description length, greedily and without randomness of its own.
//
//   description = sum over pairs of blocks of ln C(pairs of nodes, edges)     which edges
//               + ln multichoose(b (b + 1) / 2, m)                            how many edges, pair by pair
//               + ln n + ln C(n - 1, b - 1) + ln (n! / prod n_r!)             which node is in which block
#include "weft/generation/block_structure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "weft/core/random.hpp"

namespace weft {
namespace {

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

/// ln x!, from a table or by Stirling's series; std::lgamma writes to a global variable.
double log_factorial(std::int64_t x) {
  constexpr std::size_t kTabled = 256;
  static const std::array<double, kTabled> table = [] {
    std::array<double, kTabled> sums{};
    for (std::size_t i = 1; i < kTabled; ++i) {
      sums[i] = sums[i - 1] + std::log(static_cast<double>(i));
    }
    return sums;
  }();
  if (x < static_cast<std::int64_t>(kTabled)) {
    return table[index(x)];
  }
  const auto y = static_cast<double>(x);
  return y * std::log(y) - y + 0.5 * std::log(2.0 * std::numbers::pi * y) + 1.0 / (12.0 * y) -
         1.0 / (360.0 * y * y * y);
}

double log_choose(std::int64_t n, std::int64_t k) {
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

/// A gain below this is rounding.
constexpr double kLeastGain = 1e-7;

/// Node counts and edge counts of a partition, and its description length.
class Partition {
 public:
  Partition(const CsrGraph& graph, std::vector<std::int64_t> block) : graph_(&graph), block_(std::move(block)) {
    rename();
  }

  [[nodiscard]] const std::vector<std::int64_t>& block() const { return block_; }
  [[nodiscard]] std::int64_t num_blocks() const { return static_cast<std::int64_t>(size_.size()); }
  [[nodiscard]] std::int64_t size(std::int64_t r) const { return size_[index(r)]; }
  /// Between two blocks, or within one.
  [[nodiscard]] std::int64_t edges(std::int64_t r, std::int64_t s) const { return edges_[index(r * num_blocks() + s)]; }

  [[nodiscard]] double description_length() const {
    const std::int64_t b = num_blocks();
    const std::int64_t n = graph_->num_nodes();
    double total = std::log(static_cast<double>(n)) + log_choose(n - 1, b - 1) + log_factorial(n);
    const std::int64_t pairs = b * (b + 1) / 2;
    total += log_choose(pairs + graph_->num_edges() / 2 - 1, graph_->num_edges() / 2);
    for (std::int64_t r = 0; r < b; ++r) {
      total -= log_factorial(size(r));
      for (std::int64_t s = 0; s <= r; ++s) {
        total += log_choose(pairs_of(r, s), edges(r, s));
      }
    }
    return total;
  }

  /// Moves single nodes for as long as that shortens the description.
  void improve() {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::int64_t v = 0; v < graph_->num_nodes(); ++v) {
        moved = move_to_best(static_cast<NodeId>(v)) || moved;
      }
    }
    rename();
  }

 private:
  [[nodiscard]] std::int64_t pairs_of(std::int64_t r, std::int64_t s) const {
    return r == s ? size(r) * (size(r) - 1) / 2 : size(r) * size(s);
  }

  /// Numbers the blocks that have nodes in the order of their first node, and counts again.
  void rename() {
    std::vector<std::int64_t> name(block_.size() + 1, -1);
    size_.clear();
    for (std::int64_t& r : block_) {
      std::int64_t& known = name[index(r)];
      if (known < 0) {
        known = num_blocks();
        size_.push_back(0);
      }
      r = known;
      ++size_[index(r)];
    }
    edges_.assign(index(num_blocks() * num_blocks()), 0);
    for (const Edge& edge : edges_of(*graph_)) {
      if (edge.source < edge.destination) {
        add_edges(block_[edge.source], block_[edge.destination], 1);
      }
    }
  }

  void add_edges(std::int64_t r, std::int64_t s, std::int64_t count) {
    edges_[index(r * num_blocks() + s)] += count;
    if (r != s) {
      edges_[index(s * num_blocks() + r)] += count;
    }
  }

  void move(const std::vector<std::int64_t>& neighbors, NodeId v, std::int64_t to) {
    const std::int64_t from = block_[v];
    for (std::int64_t s = 0; s < num_blocks(); ++s) {
      add_edges(from, s, -neighbors[index(s)]);
      add_edges(to, s, neighbors[index(s)]);
    }
    --size_[index(from)];
    ++size_[index(to)];
    block_[v] = to;
  }

  /// The part of the description that the node counts and edges of r and t decide.
  [[nodiscard]] double part(std::int64_t r, std::int64_t t) const {
    double total = -log_factorial(size(r)) - log_factorial(size(t));
    for (std::int64_t s = 0; s < num_blocks(); ++s) {
      total += log_choose(pairs_of(r, s), edges(r, s));
      if (s != r) {
        total += log_choose(pairs_of(t, s), edges(t, s));
      }
    }
    return total;
  }

  bool move_to_best(NodeId v) {
    const std::int64_t from = block_[v];
    if (size(from) == 1) {
      // An emptied block would change the number of blocks; merging is judged on its own.
      return false;
    }
    std::vector<std::int64_t> neighbors(size_.size(), 0);
    for (const NodeId u : graph_->sources_of(v)) {
      ++neighbors[index(block_[u])];
    }
    std::int64_t best = from;
    double best_gain = kLeastGain;
    for (std::int64_t to = 0; to < num_blocks(); ++to) {
      if (to == from) {
        continue;
      }
      const double before = part(from, to);
      move(neighbors, v, to);
      const double gain = before - part(from, to);
      move(neighbors, v, from);
      if (gain > best_gain) {
        best = to;
        best_gain = gain;
      }
    }
    if (best != from) {
      move(neighbors, v, best);
    }
    return best != from;
  }

  const CsrGraph* graph_;
  std::vector<std::int64_t> block_;
  std::vector<std::int64_t> size_, edges_;
};

bool keep_if_shorter(Partition& best, Partition candidate) {
  if (candidate.description_length() < best.description_length() - kLeastGain) {
    best = std::move(candidate);
    return true;
  }
  return false;
}

/// Merges the pair of blocks that it pays most to merge.
bool merge(Partition& best, const CsrGraph& graph) {
  const Partition start = best;
  bool merged = false;
  for (std::int64_t r = 0; r < start.num_blocks(); ++r) {
    for (std::int64_t s = 0; s < r; ++s) {
      std::vector<std::int64_t> block = start.block();
      std::ranges::replace(block, r, s);
      merged = keep_if_shorter(best, Partition(graph, std::move(block))) || merged;
    }
  }
  return merged;
}

/// The nodes of block r that are reached first from `seed` within it, half of them, become a block of their own.
std::vector<std::int64_t> halved(const Partition& partition, const CsrGraph& graph, NodeId seed) {
  std::vector<std::int64_t> block = partition.block();
  const std::int64_t r = block[seed];
  const std::int64_t half = partition.size(r) / 2;
  std::vector<NodeId> found = {seed};
  block[seed] = partition.num_blocks();
  for (std::size_t i = 0; i < found.size() && static_cast<std::int64_t>(found.size()) < half; ++i) {
    for (const NodeId u : graph.sources_of(found[i])) {
      if (block[u] == r && static_cast<std::int64_t>(found.size()) < half) {
        block[u] = partition.num_blocks();
        found.push_back(u);
      }
    }
  }
  return block;
}

/// Splits a block in two, in the best way that a few starts lead to.
bool split(Partition& best, const CsrGraph& graph) {
  constexpr std::uint64_t kStarts = 8;
  const Partition start = best;
  bool changed = false;
  for (std::int64_t r = 0; r < start.num_blocks(); ++r) {
    if (start.size(r) < 2) {
      continue;
    }
    std::vector<NodeId> members;
    for (std::size_t v = 0; v < start.block().size(); ++v) {
      if (start.block()[v] == r) {
        members.push_back(static_cast<NodeId>(v));
      }
    }
    const Random random = Random(0).stream(static_cast<std::uint64_t>(r));
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(kStarts, members.size()); ++i) {
      Partition candidate(graph, halved(start, graph, members[random.below(members.size(), i)]));
      candidate.improve();
      changed = keep_if_shorter(best, std::move(candidate)) || changed;
    }
  }
  return changed;
}

}  // namespace

BlockStructure infer_blocks(const CsrGraph& graph) {
  if (graph.num_nodes() == 0) {
    return {};
  }
  Partition best(graph, std::vector<std::int64_t>(index(graph.num_nodes()), 0));
  // Each step shortens the description, so this ends.
  for (bool changed = true; changed;) {
    changed = split(best, graph);
    while (merge(best, graph)) {
      best.improve();
      changed = true;
    }
  }
  return {best.block(), best.num_blocks(), best.description_length()};
}

bool is_block_model(const CsrGraph& graph, const BlockModelTest& test) {
  const BlockStructure structure = infer_blocks(graph);
  if (structure.num_blocks < test.min_blocks || structure.num_blocks > test.max_blocks) {
    return false;
  }
  const Partition blocks(graph, structure.block);
  double probability = 0.0;
  for (std::int64_t r = 0; r < blocks.num_blocks(); ++r) {
    const std::int64_t size = blocks.size(r);
    if (size < test.min_block_size || size > test.max_block_size) {
      return false;
    }
    for (std::int64_t s = 0; s < blocks.num_blocks(); ++s) {
      const std::int64_t ends = blocks.edges(r, s) * (r == s ? 2 : 1);
      const std::int64_t pairs = r == s ? size * (size - 1) : size * blocks.size(s);
      const double share = static_cast<double>(ends) / (static_cast<double>(pairs) + 1e-6);
      const double off = share - (r == s ? test.within : test.between);
      const double wald = off * off / (share * (1.0 - share) + 1e-6);
      // 1 - the chi-squared distribution function of one degree of freedom.
      probability += std::erfc(std::sqrt(0.5 * wald));
    }
  }
  return probability / static_cast<double>(blocks.num_blocks() * blocks.num_blocks()) > test.least_probability;
}

}  // namespace weft
