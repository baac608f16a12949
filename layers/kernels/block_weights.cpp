#include "weft/layers/kernels/block_weights.hpp"

#include <cmath>

#include "weft/core/parallel.hpp"

namespace weft {
namespace {

/// Types of their own: a block keeps one value for each type and key.
struct Reversed {
  Buffer<float> weights;
};
struct Logarithms {
  Buffer<float> weights;
};

}  // namespace

const float* reversed_weights(const MessageBlock& block) {
  if (block.weights().empty()) {
    return nullptr;
  }
  const auto make = [&] {
    const ReversedGraph& reversed = block.reversed();
    Reversed result{Buffer<float>(reversed.edge.size())};
    parallel_for(block.num_edges(), 1 << 15, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
        result.weights[i] = block.weights()[static_cast<std::size_t>(reversed.edge[i])];
      }
    });
    return result;
  };
  return block.kept<Reversed>("weights", make).weights.data();
}

const float* log_weights(const MessageBlock& block) {
  const BlockWeights weights(block);
  if (weights.are_ones()) {
    return nullptr;
  }
  const auto make = [&] {
    Logarithms result{Buffer<float>(static_cast<std::size_t>(block.num_edges()))};
    parallel_rows(block.offsets(), 1 << 13, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t v = begin; v < end; ++v) {
        for (EdgeId e = block.offsets()[static_cast<std::size_t>(v)];
             e < block.offsets()[static_cast<std::size_t>(v) + 1]; ++e) {
          result.weights[static_cast<std::size_t>(e)] = std::log(weights.of(v, e));
        }
      }
    });
    return result;
  };
  return block.kept<Logarithms>("weights", make).weights.data();
}

}  // namespace weft
