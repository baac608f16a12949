// Sums of gathered rows: the inner loop of message passing and of products with sparse matrices.
#pragma once

#include <cstdint>
#include <span>

#include "weft/core/types.hpp"

namespace weft::kernels {

/// y_v = row_scale_v * (self_weight_v * x_v
///                      + sum over e in row v of weight_e * column_scale_{columns[e]} * x_{columns[e]}).
/// A missing (null) scale or edge weight is 1, a missing self weight 0. Rows: offsets [n + 1],
/// columns [m], edge_weight [m].
struct GatherSum {
  std::span<const EdgeId> offsets;
  std::span<const std::uint32_t> columns;
  const float* edge_weight = nullptr;
  const float* row_scale = nullptr;
  const float* column_scale = nullptr;
  const float* self_weight = nullptr;
};

/// x [*, width], y [n, width]; y is overwritten, or added to if `accumulate`. x and y do not overlap.
void gather_sum(const GatherSum& rows, const float* x, std::int64_t width, float* y, bool accumulate = false);

}  // namespace weft::kernels
