// How well states of nodes tell links from pairs that are none: the same figures in training and afterwards.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "weft/samplers/negative_edges.hpp"
#include "weft/tasks/link_ranking.hpp"
#include "weft/tasks/link_split.hpp"
#include "weft/tasks/metrics.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft {

/// Rows are links: those of the split's train, val and test parts, numbered in this order. Every row has one pair drawn
/// uniformly among those that are no link of any part, and for mrr up to kRankedAgainst pairs that keep its first end,
/// the user where users are known, and draw the other; where nodes are of two sides, all these join them. Both are
/// functions of (split, seed).
class LinkJudge {
 public:
  static constexpr std::int64_t kRankedAgainst = 100;

  LinkJudge(const LinkSplit& split, std::uint64_t seed);

  /// The numbers of the links of each part.
  [[nodiscard]] const Split& rows() const { return rows_; }

  /// Whether it is known which nodes are users: then metrics of recommendation too are defined, of all nodes of side 1
  /// but those that another part joins (link_ranking.hpp).
  [[nodiscard]] bool knows_users() const { return knows_users_; }
  /// Every metric of links that is defined; states [n, d].
  [[nodiscard]] std::map<std::string, double> figures(const Tensor& states, std::span<const std::int64_t> rows) const;
  /// One of them.
  [[nodiscard]] double figure(const Metric& metric, const Tensor& states, std::span<const std::int64_t> rows) const;
  /// The mean logistic loss over the links and the uniform pairs.
  [[nodiscard]] double mean_loss(const Tensor& states, std::span<const std::int64_t> rows) const;

 private:
  friend class LinkResults;
  [[nodiscard]] RankingFigures ranking(const Tensor& states, std::span<const std::int64_t> rows) const;
  /// Of the links, then of the pairs that are none; and how many links there are.
  [[nodiscard]] std::pair<std::vector<float>, std::size_t> scores(const Tensor& states,
                                                                  std::span<const std::int64_t> rows) const;
  [[nodiscard]] double mean_reciprocal_rank(const Tensor& states, std::span<const std::int64_t> rows) const;

  Split rows_;
  std::vector<Edge> links_;
  /// For each link; kNoNode at both ends where there was none to draw.
  std::vector<Edge> others_;
  /// The links of all parts, in both directions.
  CsrGraph known_;
  std::vector<std::uint8_t> side_;
  bool knows_users_;
  NegativeSampler ranked_;
  Random random_;
};

/// What states say of some links and of the pairs set against them: what metrics of links are computed from. A view.
class LinkResults {
 public:
  LinkResults(const LinkJudge& judge, const Tensor& states, std::span<const std::int64_t> rows);

  /// Of the links, then of the uniform pairs; and 1 for a link, 0 for another pair.
  [[nodiscard]] std::span<const float> scores() const { return scores_; }
  [[nodiscard]] std::span<const std::uint8_t> outcomes() const { return outcomes_; }
  [[nodiscard]] std::span<const float> of_links() const { return scores().first(num_links_); }
  [[nodiscard]] std::span<const float> of_others() const { return scores().subspan(num_links_); }
  /// Each link among up to LinkJudge::kRankedAgainst pairs that keep its first end.
  [[nodiscard]] double mean_reciprocal_rank() const;
  /// Only where users are known. Computed once.
  [[nodiscard]] RankingFigures ranking() const;

 private:
  const LinkJudge& judge_;
  const Tensor& states_;
  std::span<const std::int64_t> rows_;
  std::vector<float> scores_;
  std::size_t num_links_ = 0;
  std::vector<std::uint8_t> outcomes_;
  mutable std::optional<RankingFigures> ranking_;
};

}  // namespace weft
