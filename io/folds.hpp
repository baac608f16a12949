// Cross-validation: every item is tested once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

/// `num_folds` splits named prefix0, prefix1, ...: the items, labeled 0 .. num_classes - 1, are dealt into as
/// many folds, class by class in an order that is a function of `random`, so that folds differ by at most one
/// item in all and in every class. Split i is tested on fold i, validated on the next one, trained on the
/// others. Sets ascend. Unlabeled items (-1) are in no set. Throws ArgumentError on fewer than 3 folds or a
/// label out of range.
[[nodiscard]] std::vector<Split> stratified_folds(const std::string& prefix, std::span<const std::int64_t> labels,
                                                  std::int64_t num_classes, std::int64_t num_folds,
                                                  const Random& random);

}  // namespace weft
