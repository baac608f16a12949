// Which graphs of a set of many small ones each step of an epoch reads: shuffled, and cut where the cost of a batch,
// nodes and edges, is even, so that no step waits for one huge batch. Nothing is padded.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/core/random.hpp"

namespace weft {

/// One epoch: batch k is graphs[starts[k] .. starts[k + 1]), none of them empty.
struct GraphEpoch {
  std::vector<std::int64_t> graphs;
  std::vector<std::int64_t> starts;

  [[nodiscard]] std::int64_t num_batches() const { return static_cast<std::int64_t>(starts.size()) - 1; }
  [[nodiscard]] std::span<const std::int64_t> batch(std::int64_t k) const {
    const auto i = static_cast<std::size_t>(k);
    return std::span(graphs).subspan(static_cast<std::size_t>(starts[i]),
                                     static_cast<std::size_t>(starts[i + 1] - starts[i]));
  }
};

/// `graphs` in order, cut into batches of about `batch_size` graphs and of even cost: batch k ends with the graph whose
/// cost reaches (k + 1) shares of the whole, so no batch costs more than a share and one graph. costs[i] >= 0 is that
/// of graphs[i]. Throws ArgumentError if batch_size is below 1 or the lengths differ. O(number of graphs).
[[nodiscard]] GraphEpoch even_batches(std::vector<std::int64_t> graphs, std::span<const std::int64_t> costs,
                                      std::int64_t batch_size);

/// Epochs as a pure function of (seed, epoch).
class GraphBatches {
 public:
  /// costs[i] is that of graphs[i], which are distinct.
  GraphBatches(std::vector<std::int64_t> graphs, std::vector<std::int64_t> costs, std::int64_t batch_size,
               const Random& random);

  [[nodiscard]] GraphEpoch epoch(std::int64_t epoch) const;

 private:
  std::vector<std::int64_t> graphs_, costs_;
  std::int64_t batch_size_;
  Random random_;
};

}  // namespace weft
