// Which elements a dropout keeps: 16 random bits for each, in blocks that vectorize.
#pragma once

#include <cstdint>

#include "weft/core/random.hpp"

namespace weft::kernels {

/// Keeps of dropout: factor(i) is 0 with probability `rate` (to 1/65536) and 1 / (1 - rate) otherwise, a
/// function of (random, i) alone.
class DropoutMask {
 public:
  DropoutMask(float rate, const Random& random);

  /// Elements to which one block of random bits belongs; begin of a range must be a multiple of it.
  static constexpr std::int64_t kBlock = 64;

  /// out[i - begin] = in[i - begin] * factor(i) for i in [begin, end); in may be out.
  void apply(std::int64_t begin, std::int64_t end, const float* in, float* out) const;
  [[nodiscard]] float factor(std::int64_t i) const;

 private:
  /// The elements of one block.
  void apply_block(std::int64_t block, const float* in, float* out) const;

  std::uint32_t threshold_;
  float scale_;
  Random random_;
};

}  // namespace weft::kernels
