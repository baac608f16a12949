// Layouts for block_attention: windows over an ordering, and buckets of a locality-sensitive hash.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/layers/block_attention.hpp"

namespace weft {

/// Each graph's nodes in `order` (at the places segments[g] .. segments[g + 1]), cut into windows of `window` nodes;
/// `shifted` windows start half a window earlier, so that the first of a graph is half as long.
[[nodiscard]] BlockLayout window_layout(std::span<const NodeId> order, std::span<const std::int64_t> segments,
                                        std::int64_t window, bool shifted);

struct HashOptions {
  /// Layouts for each head.
  std::int64_t rounds = 2;
  /// Values of each of the two hashes whose pair is a node's bucket; even.
  std::int64_t buckets = 16;
  /// Nodes of a block.
  std::int64_t block_size = 64;
};

/// Random directions for hash_layouts: [d, rounds * buckets].
[[nodiscard]] Tensor hash_rotations(std::int64_t d, const HashOptions& options, const Random& random);

/// For every round and head: the nodes of each graph sorted by (bucket, node), cut into blocks, each reading itself and
/// the one before it (Kitaev, Kaiser, Levskaya 2020). The hash of a row x is the direction r of R nearest to it,
/// argmax [x R, -x R]; two hashes make a bucket, so that sqrt as many directions are needed. x [n, h d].
/// O(rounds n d buckets).
[[nodiscard]] std::vector<BlockLayout> hash_layouts(const Tensor& x, std::int64_t heads,
                                                    std::span<const std::int64_t> segments, const Tensor& rotations,
                                                    const HashOptions& options);

}  // namespace weft
