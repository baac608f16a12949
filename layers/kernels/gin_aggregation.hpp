// The sums of GIN and GINE: a node's own state, weighed, and those of its sources, alone or with the states of the
// edges between. Edges of a block that was drawn from a larger graph count their weights. O(m d) time; nothing of size
// m d is stored but the states of edges and their gradient.
#pragma once

#include "weft/graph/message_block.hpp"
#include "weft/tensor/distinct_rows.hpp"
#include "weft/tensor/variable.hpp"

namespace weft {

/// y_v = (1 + epsilon) x_v + sum of x_u over the edges u -> v (Xu, Hu, Leskovec, Jegelka 2019, equation 4.1).
/// x [inputs, d], epsilon [1, 1]; y [outputs, d].
[[nodiscard]] Variable aggregate_gin(const MessageBlock& block, const Variable& x, const Variable& epsilon);

/// y_v = (1 + epsilon) x_v + sum of ReLU(x_u + e_uv) over the edges u -> v (Hu et al. 2020, section 5.1).
/// x [inputs, d], epsilon [1, 1]; e [edges, d] in the order of the graph's arrays, [1, d] for all edges alike, or
/// [rows, d] with row_of_edge saying which row an edge has, of few.
[[nodiscard]] Variable aggregate_gine(const MessageBlock& block, const Variable& x, const Variable& e,
                                      const Variable& epsilon, const RowIndex& row_of_edge = nullptr);

}  // namespace weft
