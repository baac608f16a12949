// Gated linear attention over an ordering: a state that every node adds to and that decays from node to node.
//
//   S_t = a_t S_{t-1} + k_t v_tᵀ,  o_t = S_tᵀ q_t / sqrt(d),  one decay a_t in (0, 1] for each node and head
//
// Chunked form: Dao, Gu 2024 (Mamba-2, section 6); gated linear attention: Yang, Wang, Shen, Panda, Kim 2024.
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/variable.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Rows are read in their order and the state starts at 0 in each segment. q, k [n, h d], v [n, h e], log_decay
/// [n, h], at most 0 -> [n, h e]. O(n (64 + d) d h) time; memory h d e for every 64 rows beside the result;
/// none for segments of up to 32 rows, which take O(rows² d h).
[[nodiscard]] Variable gated_scan(const Variable& q, const Variable& k, const Variable& v, const Variable& log_decay,
                                  std::span<const std::int64_t> segments, std::int64_t heads);

/// log(1 / (1 + e^-x)), element by element: decays in (0, 1) from any number.
[[nodiscard]] Variable log_sigmoid(const Variable& x);

struct GatedScanShape {
  std::int64_t heads, d, e;
};
/// One row of each and the state [h d, e], which it changes; writes that row of the result, [h e]. For many sequences
/// side by side, whose states lie where their owner wants them.
void gated_scan_step(const GatedScanShape& shape, const float* q, const float* k, const float* v,
                     const float* log_decay, float* state, float* out);

/// The same scan a node at a time, in a state whose size does not grow: for generation.
class GatedScanState {
 public:
  /// Columns of q and k are heads * d, of v heads * e.
  GatedScanState(std::int64_t heads, std::int64_t d, std::int64_t e);

  /// Takes one row of each and writes that row of the result, [h e].
  void step(std::span<const float> q, std::span<const float> k, std::span<const float> v,
            std::span<const float> log_decay, std::span<float> out);

 private:
  std::int64_t heads_, d_, e_;
  /// [h d, e]
  Tensor state_;
};

}  // namespace weft
#pragma GCC visibility pop
