// Which nodes each batch of an epoch predicts.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/core/random.hpp"
#include "weft/core/types.hpp"

namespace weft {

struct SeedBatchesOptions {
  std::int64_t batch_size = 1024;
  /// Another order in every epoch; otherwise always the order given.
  bool shuffle = true;
  /// Leaves out the last batch of an epoch if it is smaller than the others.
  bool drop_last = false;
  std::uint64_t seed = 0;
};

/// Batches as a pure function of (epoch, index): the shuffle is a permutation that is computed, not stored, so any
/// batch of any epoch costs O(batch size) and nothing has to be remembered.
class SeedBatches {
 public:
  /// Throws ArgumentError if the batch size is below 1 or a node is named twice. O(n log n).
  explicit SeedBatches(std::vector<NodeId> nodes, const SeedBatchesOptions& options = {});

  /// 0 if there are no nodes.
  [[nodiscard]] std::int64_t num_batches() const { return num_batches_; }
  [[nodiscard]] const std::vector<NodeId>& nodes() const { return nodes_; }

  /// The positions in nodes() of one batch. Throws ArgumentError unless 0 <= index < num_batches() and epoch >= 0.
  [[nodiscard]] std::vector<std::int64_t> positions(std::int64_t epoch, std::int64_t index) const;
  /// The nodes at these positions.
  [[nodiscard]] Buffer<NodeId> batch(std::int64_t epoch, std::int64_t index) const;

 private:
  std::vector<NodeId> nodes_;
  SeedBatchesOptions options_;
  std::int64_t num_batches_ = 0;
};

/// Throws ArgumentError, naming the operation, unless all are nodes of a graph with so many.
void require_nodes(const char* operation, const std::vector<NodeId>& nodes, std::int64_t num_nodes);

/// Throws ArgumentError, naming the operation, unless this is a batch of a sampler with so many.
void require_batch(const char* operation, std::int64_t epoch, std::int64_t index, std::int64_t num_batches);

/// The randomness of one batch.
[[nodiscard]] Random random_of_batch(std::uint64_t seed, std::int64_t epoch, std::int64_t index);

}  // namespace weft
