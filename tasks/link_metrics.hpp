// Figures of merit of link prediction, from the scores of links and of pairs that are none.
#pragma once

#include <cstdint>
#include <span>

namespace weft {

/// The share of links whose score is above that of all but `k` - 1 of the pairs that are none (Hu et al., "Open graph
/// benchmark", 2020); 1 where there are fewer than k of those. NaN without links.
[[nodiscard]] double hits_at(std::int64_t k, std::span<const float> links, std::span<const float> others);

/// One over the place of `link` among `others`, best first; equal scores share the places that they take.
[[nodiscard]] double reciprocal_rank(float link, std::span<const float> others);

}  // namespace weft
