// Sequences of any length projected to as many rows each, by learned weights of positions (Wang, Li, Khabsa, Fang, Ma
// 2020, section 4): what Linformer makes of keys and values.
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/variable.hpp"

namespace weft {

/// Row g k + l is the sum over positions p of weights[p, l] x[segments[g] + p, .]: x [n, d], weights [longest, k] ->
/// [graphs k, d]. Throws ArgumentError if a segment is longer than `weights` has rows. O(n k d).
[[nodiscard]] Variable project_positions(const Variable& x, const Variable& weights,
                                         std::span<const std::int64_t> segments);

}  // namespace weft
