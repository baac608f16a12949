// Linear attention that looks back only: each row reads itself and those before it in its segment.
//
//   O_t = sum_{s <= t} <q'_t, k'_s> v_s / (epsilon + sum_{s <= t} <q'_t, k'_s>),  x' = elu(x) + 1
//
// Katharopoulos, Vyas, Pappas, Fleuret 2020, sections 3.2 and 3.4, by the chunks of gated_scan without decay.
#pragma once

#include <cstdint>
#include <span>

#include "weft/layers/kernels/gated_scan.hpp"
#include "weft/tensor/variable.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Rows are read in their order. q, k [n, h d], v [n, h e] -> [n, h e]. O(n (64 + d) d h) time; memory h d e for every
/// 64 rows beside O(n h d).
[[nodiscard]] Variable causal_attention(const Variable& q, const Variable& k, const Variable& v,
                                        std::span<const std::int64_t> segments, std::int64_t heads);

/// The same a row at a time, in a state of h d (e + 1) numbers that does not grow: for generation.
class CausalAttentionState {
 public:
  /// Columns of q and k are heads * d, of v heads * e.
  CausalAttentionState(std::int64_t heads, std::int64_t d, std::int64_t e);

  /// Takes one row of each and writes that row of the result, [h e].
  void step(std::span<const float> q, std::span<const float> k, std::span<const float> v, std::span<float> out);

 private:
  std::int64_t heads_, d_, e_;
  GatedScanState values_, weights_;
};

}  // namespace weft
#pragma GCC visibility pop
