// A sum of matrices with learned weights, one number each.
#pragma once

#include <span>

#include "weft/tensor/variable.hpp"

namespace weft {

/// sum_k weights(0, k) terms[k]. terms [n, d] each, weights [1, terms.size()]. O(n d) a term
[[nodiscard]] Variable weighted_sum(std::span<const Variable> terms, const Variable& weights);

}  // namespace weft
