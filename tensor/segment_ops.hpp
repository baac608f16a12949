// Operations between the rows of segments (the nodes of the graphs of a batch) and one row for each of them; sums and
// means are in dense_ops.hpp. O(n p) time. Every one throws ArgumentError unless the segments rise from 0 to n.
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/variable.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// The largest value of each column among the rows segments[g] .. segments[g + 1], in row g; an empty segment gives 0.
/// The gradient goes to the first row that has it. [n, p] -> [g, p]
[[nodiscard]] Variable segment_max(const Variable& x, std::span<const std::int64_t> segments);

/// Row g for every row of segment g. [g, p] -> [n, p]
[[nodiscard]] Variable expand_segments(const Variable& x, std::span<const std::int64_t> segments);

}  // namespace weft
#pragma GCC visibility pop
