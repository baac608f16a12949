// Random splits that keep the share of each class, and splits by scaffold.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

/// Not negative, and 1 together.
struct SplitShares {
  double train = 0.6;
  double val = 0.2;
  double test = 0.2;
};

/// A split of all items labeled 0 .. num_classes - 1; unlabeled ones (-1) are in no set. Within each
/// class a random order, a function of `random`, is cut at the shares rounded to whole items, so each set is
/// within one item a class of its share. Sets ascend. Throws ArgumentError on a label out of range
/// or shares that are negative or do not sum to 1.
[[nodiscard]] Split stratified_split(std::string name, std::span<const std::int64_t> labels, std::int64_t num_classes,
                                     const SplitShares& shares, const Random& random);

/// The same for items without classes.
[[nodiscard]] Split random_split(std::string name, std::int64_t count, const SplitShares& shares, const Random& random);

/// Groups of equal scaffolds fill train, then val, then test, the largest first and of equal ones the one that
/// begins last; a group that passes 80 or 90 in 100 goes into the next set (DeepChem's ScaffoldSplitter).
[[nodiscard]] Split scaffold_split(const std::vector<std::string>& scaffolds);

}  // namespace weft
