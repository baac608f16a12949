// Layouts for block_attention: windows over an ordering, and buckets of a locality-sensitive hash.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/layers/kernels/block_attention.hpp"

namespace weft {

/// Each graph's nodes in `order` (at the places segments[g] .. segments[g + 1]), cut into windows of `window` nodes;
/// `shifted` windows start half a window earlier, so that the first of a graph is half as long. Places count the
/// positions of a window from 0: a position bias has 2 window - 1 rows, one for each distance.
[[nodiscard]] BlockLayout window_layout(std::span<const NodeId> order, std::span<const std::int64_t> segments,
                                        std::int64_t window, bool shifted);

struct GridWindows {
  /// Pixels of a row; nodes of each graph are the pixels row after row.
  std::int64_t width = 1;
  /// Pixels of a window's side.
  std::int64_t side = 4;
  /// Windows start half a side earlier, down and across; not along a side of the grid that one window covers.
  bool shifted = false;
};

/// Windows of side x side pixels over grids (Liu et al. 2021, section 3.2), those at the border cut to what is within.
/// Where Swin rolls a shifted grid round and masks pairs that were not neighbors, those parts of its windows are
/// windows of their own here: the same pairs read each other. Places are (2 side - 1) row + column in the window, so
/// that a position bias has (2 side - 1)^2 rows, one for each offset down and across. Throws ArgumentError if a graph
/// is no grid of that width.
[[nodiscard]] BlockLayout grid_window_layout(std::span<const std::int64_t> segments, const GridWindows& windows);

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
