// A learned balance, column by column, between two matrices.
#pragma once

#include "weft/tensor/variable.hpp"

namespace weft {

/// (1 - s) a + s b with s = sigmoid(balance), one number a column. a and b [n, d], balance [1, d]. O(n d)
[[nodiscard]] Variable mix_columns(const Variable& a, const Variable& b, const Variable& balance);

}  // namespace weft
