// The graph and matrices that the benchmarks share.
#pragma once

#include "weft/core/parallel.hpp"
#include "weft/core/random.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft::bench {

/// R-MAT of 170 thousand nodes and about 2.3 million edges in shuffled order: the size of ogbn-arxiv, and the worst
/// order for caches.
inline const MessageBlock& citation_sized_block() {
  static const MessageBlock block(rmat({.num_nodes = 170'000, .num_edges = 1'200'000, .undirected = true, .seed = 1}));
  return block;
}

inline Tensor random_matrix(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  Tensor result = Tensor::uninitialized(rows, cols);
  const Random random(seed);
  parallel_for(result.size(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      result.data()[i] = static_cast<float>(random.uniform(static_cast<std::uint64_t>(i)) - 0.5);
    }
  });
  return result;
}

}  // namespace weft::bench
