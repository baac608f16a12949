// Rows of categories that are alike: the millions of bonds of molecules are of a dozen kinds, so what follows from the
// row alone needs to be computed once a kind.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "weft/tensor/features.hpp"

namespace weft {

/// For each of many things, the row that is its own; null: thing i has row i.
using RowIndex = std::shared_ptr<const std::vector<std::int64_t>>;

struct DistinctRows {
  /// No two alike, in the order of their values, the first column counting most.
  CategoricalMatrix rows;
  /// Which of them each row of the original is.
  RowIndex row_of;
};

/// Nothing where it would not pay or is not for this: more than half of the rows differ from all others before them,
/// there are more combinations of categories than 2^62, or a category is out of range.
/// O(rows cols + distinct log distinct) time.
[[nodiscard]] std::optional<DistinctRows> distinct_rows(const CategoricalMatrix& x);

}  // namespace weft
