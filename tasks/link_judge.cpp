#include "weft/tasks/link_judge.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "weft/layers/kernels/link_scores.hpp"
#include "weft/samplers/link_sampler.hpp"
#include "weft/tasks/link_metrics.hpp"

namespace weft {
namespace {

constexpr std::int64_t kRecommended = 20;

/// Users first, where they are known.
std::vector<Edge> all_links(const LinkSplit& split) {
  std::vector<Edge> links = split.train;
  links.insert(links.end(), split.val.begin(), split.val.end());
  links.insert(links.end(), split.test.begin(), split.test.end());
  for (Edge& link : links) {
    if (split.knows_users && split.side[link.source] != 0) {
      std::swap(link.source, link.destination);
    }
  }
  return links;
}

Split numbered(const LinkSplit& split) {
  Split rows{.name = split.name, .train = {}, .val = {}, .test = {}};
  rows.train.resize(split.train.size());
  rows.val.resize(split.val.size());
  rows.test.resize(split.test.size());
  const auto val = static_cast<std::int64_t>(split.train.size());
  std::iota(rows.train.begin(), rows.train.end(), 0);
  std::iota(rows.val.begin(), rows.val.end(), val);
  std::iota(rows.test.begin(), rows.test.end(), val + static_cast<std::int64_t>(split.val.size()));
  return rows;
}

/// log(1 + exp(x)) without overflow.
double softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

}  // namespace

LinkJudge::LinkJudge(const LinkSplit& split, std::uint64_t seed)
    : rows_(numbered(split)),
      links_(all_links(split)),
      known_(CsrGraph::from_edges(split.messages.num_nodes(), links_, {.symmetrize = true})),
      side_(split.side),
      knows_users_(split.knows_users),
      ranked_(known_, {.per_positive = kRankedAgainst, .side = split.side}),
      random_(Random(seed).stream(2)) {
  const auto count = static_cast<std::int64_t>(links_.size());
  const NegativeEdges found =
      uniform_non_edges(NegativeSampler(known_, {.side = split.side}), known_.num_nodes(), count, random_.stream(0));
  others_.assign(links_.size(), {kNoNode, kNoNode});
  for (std::size_t i = 0; i < found.edges.size(); ++i) {
    others_[static_cast<std::size_t>(found.positive[i])] = found.edges[i];
  }
}

std::pair<std::vector<float>, std::size_t> LinkJudge::scores(const Tensor& states,
                                                             std::span<const std::int64_t> rows) const {
  std::vector<Edge> pairs;
  for (const std::int64_t row : rows) {
    pairs.push_back(links_[static_cast<std::size_t>(row)]);
  }
  for (const std::int64_t row : rows) {
    if (const Edge& other = others_[static_cast<std::size_t>(row)]; other.source != kNoNode) {
      pairs.push_back(other);
    }
  }
  return {link_scores(states, pairs), rows.size()};
}

double LinkJudge::mean_reciprocal_rank(const Tensor& states, std::span<const std::int64_t> rows) const {
  // So many at a time bound the memory, and go by the row, so that a part has the same pairs alone as among others.
  constexpr std::size_t kChunk = 1024;
  double sum = 0.0;
  std::int64_t count = 0;
  for (std::size_t begin = 0; begin < rows.size(); begin += kChunk) {
    std::vector<Edge> links;
    for (const std::int64_t row : rows.subspan(begin, std::min(kChunk, rows.size() - begin))) {
      // The sampler draws sources, so the end that stays is the destination.
      const auto [first, second] = links_[static_cast<std::size_t>(row)];
      links.push_back({second, first});
    }
    const NegativeEdges against = ranked_.sample(links, random_.stream(1 + static_cast<std::uint64_t>(rows[begin])));
    const std::vector<float> own = link_scores(states, links), theirs = link_scores(states, against.edges);
    for (std::size_t i = 0, first = 0; i < links.size(); ++i) {
      std::size_t end = first;
      while (end < against.positive.size() && against.positive[end] == static_cast<std::int64_t>(i)) {
        ++end;
      }
      if (end > first) {
        sum += reciprocal_rank(own[i], std::span<const float>(theirs).subspan(first, end - first));
        ++count;
      }
      first = end;
    }
  }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
}

RankingFigures LinkJudge::ranking(const Tensor& states, std::span<const std::int64_t> rows) const {
  std::vector<Edge> links;
  for (const std::int64_t row : rows) {
    links.push_back(links_[static_cast<std::size_t>(row)]);
  }
  const CsrGraph wanted = CsrGraph::from_edges(known_.num_nodes(), links, {.symmetrize = true});
  return ranking_at(kRecommended, states, side_, known_, wanted, random_.stream(0).stream(1));
}

LinkResults::LinkResults(const LinkJudge& judge, const Tensor& states, std::span<const std::int64_t> rows)
    : judge_(judge), states_(states), rows_(rows) {
  std::tie(scores_, num_links_) = judge.scores(states, rows);
  outcomes_.assign(num_links_, 1);
  outcomes_.resize(scores_.size(), 0);
}

double LinkResults::mean_reciprocal_rank() const {
  return judge_.mean_reciprocal_rank(states_, rows_);
}

RankingFigures LinkResults::ranking() const {
  if (!ranking_) {
    ranking_ = judge_.ranking(states_, rows_);
  }
  return *ranking_;
}

double LinkJudge::figure(const Metric& metric, const Tensor& states, std::span<const std::int64_t> rows) const {
  require(metric.of_links != nullptr, "metric ", metric.info.name, " is not for links");
  return metric.of_links(LinkResults(*this, states, rows));
}

std::map<std::string, double> LinkJudge::figures(const Tensor& states, std::span<const std::int64_t> rows) const {
  const LinkResults results(*this, states, rows);
  std::map<std::string, double> figures;
  for (const Metric& metric : metrics()) {
    if (metric.of_links != nullptr && (knows_users() || !metric.needs_users)) {
      figures[std::string(metric.info.name)] = metric.of_links(results);
    }
  }
  return figures;
}

double LinkJudge::mean_loss(const Tensor& states, std::span<const std::int64_t> rows) const {
  const auto [scores, num_links] = this->scores(states, rows);
  double sum = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto score = static_cast<double>(scores[i]);
    sum += softplus(i < num_links ? -score : score);
  }
  return sum / static_cast<double>(std::max<std::size_t>(1, scores.size()));
}

}  // namespace weft
