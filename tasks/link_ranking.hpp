// Recommendation: for nodes of one side the best of all nodes of the other, by the products of their states.
#pragma once

#include <cstdint>
#include <span>

#include "weft/core/random.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft {

/// Means over the users that are ranked for; NaN if there are none.
struct RankingFigures {
  /// The share of a user's wanted nodes that are among the first k.
  double recall = 0.0;
  /// The sum over those of 1 / log2(1 + place), divided by the largest that it could be (Jarvelin, Kekalainen 2002).
  double ndcg = 0.0;
};

/// Users are the nodes of side 0 that `wanted` joins to one of side 1 or more: all of them, or kMostUsers drawn from
/// `random`. What `known` joins a user to, and `wanted` does not, is not ranked. Both graphs have the reverse of every
/// edge. O(users items d) time, so linear in the items; a tile of the scores is held at a time. k >= 1.
[[nodiscard]] RankingFigures ranking_at(std::int64_t k, const Tensor& states, std::span<const std::uint8_t> side,
                                        const CsrGraph& known, const CsrGraph& wanted, const Random& random);
inline constexpr std::int64_t kMostUsers = 1 << 16;

}  // namespace weft
