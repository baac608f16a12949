// How well states of nodes tell links from pairs that are none: the same figures in training and afterwards.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "weft/samplers/negative_edges.hpp"
#include "weft/tensor/tensor.hpp"
#include "weft/tasks/link_ranking.hpp"
#include "weft/tasks/link_split.hpp"

namespace weft {

/// Rows are links: those of the split's train, val and test parts, numbered in this order. Every row has one pair drawn
/// uniformly among those that are no link of any part, and for mrr up to kRankedAgainst pairs that keep its first end
/// and draw the other; where nodes are of two sides, all these join them. Both are functions of (split, seed).
class LinkJudge {
 public:
  static constexpr std::int64_t kRankedAgainst = 100;

  LinkJudge(const LinkSplit& split, std::uint64_t seed);

  /// The numbers of the links of each part.
  [[nodiscard]] const Split& rows() const { return rows_; }

  /// "roc_auc", "average_precision", "hits@20", "hits@50" against the uniform pairs, and "mrr"; where nodes are of two
  /// sides "recall@20" and "ndcg@20" too, of all nodes of side 1 but those that another part joins (link_ranking.hpp).
  /// states [n, d].
  [[nodiscard]] std::map<std::string, double> figures(const Tensor& states, std::span<const std::int64_t> rows) const;
  /// One of them.
  [[nodiscard]] double figure(const std::string& name, const Tensor& states, std::span<const std::int64_t> rows) const;
  /// The mean logistic loss over the links and the uniform pairs.
  [[nodiscard]] double mean_loss(const Tensor& states, std::span<const std::int64_t> rows) const;

 private:
  [[nodiscard]] RankingFigures ranking(const Tensor& states, std::span<const std::int64_t> rows) const;
  struct Scores {
    std::vector<float> links, others;
  };
  [[nodiscard]] Scores scores(const Tensor& states, std::span<const std::int64_t> rows) const;
  [[nodiscard]] double mean_reciprocal_rank(const Tensor& states, std::span<const std::int64_t> rows) const;

  Split rows_;
  std::vector<Edge> links_;
  /// For each link; kNoNode at both ends where there was none to draw.
  std::vector<Edge> others_;
  /// The links of all parts, in both directions.
  CsrGraph known_;
  std::vector<std::uint8_t> side_;
  NegativeSampler ranked_;
  Random random_;
};

}  // namespace weft
