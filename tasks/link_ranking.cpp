#include "weft/tasks/link_ranking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/tensor/dense_kernels.hpp"
#include "weft/tensor/feature_rows.hpp"

namespace weft {
namespace {

double gain_of(std::int64_t place) {
  return 1.0 / std::log2(2.0 + static_cast<double>(place));
}

/// Of one user: how its wanted nodes lie among the best `k`. scores [items], which are changed.
RankingFigures figures_of(std::int64_t k, std::span<float> scores, std::span<const NodeId> items, NodeId user,
                          const CsrGraph& known, const CsrGraph& wanted) {
  const auto mine = wanted.sources_of(user);
  const auto is_wanted = [&](NodeId item) { return std::ranges::binary_search(mine, item); };
  for (const NodeId item : known.sources_of(user)) {
    const auto at = std::ranges::lower_bound(items, item);
    if (at != items.end() && *at == item && !is_wanted(item)) {
      scores[static_cast<std::size_t>(at - items.begin())] = -std::numeric_limits<float>::infinity();
    }
  }
  std::vector<std::int64_t> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  const auto count = std::min<std::int64_t>(k, static_cast<std::int64_t>(order.size()));
  std::ranges::partial_sort(order, order.begin() + count, [&](std::int64_t a, std::int64_t b) {
    const float x = scores[static_cast<std::size_t>(a)], y = scores[static_cast<std::size_t>(b)];
    return x != y ? x > y : a < b;
  });
  double hits = 0.0, gain = 0.0, most = 0.0;
  for (std::int64_t place = 0; place < count; ++place) {
    if (is_wanted(items[static_cast<std::size_t>(order[static_cast<std::size_t>(place)])])) {
      hits += 1.0;
      gain += gain_of(place);
    }
    most += place < static_cast<std::int64_t>(mine.size()) ? gain_of(place) : 0.0;
  }
  return {hits / static_cast<double>(mine.size()), gain / most};
}

}  // namespace

RankingFigures ranking_at(std::int64_t k, const Tensor& states, std::span<const std::uint8_t> side,
                          const CsrGraph& known, const CsrGraph& wanted, const Random& random) {
  require(k >= 1 && static_cast<std::int64_t>(side.size()) == states.rows(), "ranking_at: k is ", k,
          " and there are sides of ", side.size(), " nodes, expected at least 1, and ", states.rows());
  std::vector<NodeId> users, items;
  for (std::size_t v = 0; v < side.size(); ++v) {
    if (side[v] != 0) {
      items.push_back(static_cast<NodeId>(v));
    } else if (wanted.in_degree(static_cast<NodeId>(v)) > 0) {
      users.push_back(static_cast<NodeId>(v));
    }
  }
  if (static_cast<std::int64_t>(users.size()) > kMostUsers) {
    shuffle(std::span<NodeId>(users), random);
    users.resize(kMostUsers);
  }
  const bool is_known = std::ranges::all_of(states.values(), [](float x) { return std::isfinite(x); });
  if (users.empty() || !is_known) {
    return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  }
  const auto num_items = static_cast<std::int64_t>(items.size()), d = states.cols();
  const Tensor item_states = gather_rows(states, items);
  constexpr std::int64_t kTile = 128;
  double recall = 0.0, ndcg = 0.0;
  for (std::size_t begin = 0; begin < users.size(); begin += kTile) {
    const auto tile = std::span<const NodeId>(users).subspan(begin, std::min<std::size_t>(kTile, users.size() - begin));
    const Tensor user_states = gather_rows(states, tile);
    Tensor scores = Tensor::uninitialized(user_states.rows(), num_items);
    kernels::gemm(user_states.rows(), num_items, d, {user_states.data(), d}, {item_states.data(), d}, true,
                  {scores.data(), num_items});
    std::vector<RankingFigures> of_user(tile.size());
    parallel_for(user_states.rows(), 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        const auto at = static_cast<std::size_t>(i);
        of_user[at] = figures_of(k, scores.row(i), items, tile[at], known, wanted);
      }
    });
    for (const RankingFigures& one : of_user) {
      recall += one.recall;
      ndcg += one.ndcg;
    }
  }
  const auto count = static_cast<double>(users.size());
  return {recall / count, ndcg / count};
}

}  // namespace weft
