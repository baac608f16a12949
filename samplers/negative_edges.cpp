// Rejection first; where it goes on for long, an exact draw among what is left.
#include "weft/samplers/negative_edges.hpp"

#include <algorithm>
#include <cmath>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/samplers/sample.hpp"

namespace weft {

NegativeSampler::NegativeSampler(CsrGraph known, const NegativeOptions& options)
    : known_(std::move(known)), options_(options) {
  require(known_.num_nodes() == known_.num_sources(), "NegativeSampler: the graph has ", known_.num_nodes(),
          " rows and ", known_.num_sources(), " sources, expected as many of both");
  require(options.per_positive >= 1, "NegativeSampler: per_positive is ", options.per_positive,
          ", expected at least 1");
  require(std::isfinite(options.degree_power) && options.degree_power >= 0.0, "NegativeSampler: degree_power is ",
          options.degree_power, ", expected 0 or more, and finite");
  require(options.side.empty() || static_cast<std::int64_t>(options.side.size()) == known_.num_nodes(),
          "NegativeSampler: there are sides of ", options.side.size(), " nodes, expected ", known_.num_nodes(),
          " or none");
  if (options.degree_power > 0.0) {
    running_sums_.assign(static_cast<std::size_t>(known_.num_nodes()), 0.0);
    for (const NodeId u : known_.sources()) {
      running_sums_[u] += 1.0;
    }
    double sum = 0.0;
    for (double& entry : running_sums_) {
      entry = sum += entry == 0.0 ? 0.0 : std::pow(entry, options.degree_power);
    }
  }
}

NodeId NegativeSampler::draw(NodeId destination, const Random& random, std::uint64_t counter) const {
  constexpr std::uint32_t kTries = 32;
  const auto n = static_cast<std::uint64_t>(known_.num_nodes());
  const double total = running_sums_.empty() ? 0.0 : running_sums_.back();
  for (std::uint32_t i = 0; i < kTries; ++i) {
    NodeId u = kNoNode;
    if (running_sums_.empty()) {
      u = static_cast<NodeId>(random.below(n, counter, i));
    } else {
      const auto found = std::ranges::upper_bound(running_sums_, random.uniform(counter, i) * total);
      u = found == running_sums_.end() ? kNoNode : static_cast<NodeId>(found - running_sums_.begin());
    }
    if (u != kNoNode && may_join(u, destination) && !known_.has_edge({u, destination})) {
      return u;
    }
  }
  return draw_among_the_rest(destination, random.uniform(counter, kTries));
}

NodeId NegativeSampler::draw_among_the_rest(NodeId destination, double at) const {
  std::vector<NodeId> rest;
  std::vector<double> sums;
  double sum = 0.0;
  const auto row = known_.sources_of(destination);
  auto next = row.begin();
  for (std::int64_t i = 0; i < known_.num_nodes(); ++i) {
    const auto u = static_cast<NodeId>(i);
    if (next != row.end() && *next == u) {
      ++next;
      continue;
    }
    const double weight = running_sums_.empty() ? 1.0 : running_sums_[u] - (u == 0 ? 0.0 : running_sums_[u - 1]);
    if (may_join(u, destination) && weight > 0.0) {
      rest.push_back(u);
      sums.push_back(sum += weight);
    }
  }
  if (rest.empty()) {
    return kNoNode;
  }
  const auto found = std::ranges::upper_bound(sums, at * sum) - sums.begin();
  return rest[std::min(static_cast<std::size_t>(found), rest.size() - 1)];
}

NegativeEdges NegativeSampler::sample(std::span<const Edge> positives, const Random& random) const {
  const std::int64_t n = known_.num_nodes(), per_positive = options_.per_positive;
  for (std::size_t i = 0; i < positives.size(); ++i) {
    require(positives[i].source < n && positives[i].destination < n, "NegativeSampler: positive number ", i, " is ",
            positives[i].source, " -> ", positives[i].destination, ", expected nodes below ", n);
  }
  const auto count = static_cast<std::int64_t>(positives.size()) * per_positive;
  std::vector<NodeId> drawn(static_cast<std::size_t>(count));
  parallel_for(count, 1024, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      drawn[static_cast<std::size_t>(i)] = draw(positives[static_cast<std::size_t>(i / per_positive)].destination,
                                                random, static_cast<std::uint64_t>(i));
    }
  });
  NegativeEdges result;
  for (std::int64_t i = 0; i < count; ++i) {
    if (const NodeId u = drawn[static_cast<std::size_t>(i)]; u != kNoNode) {
      result.edges.push_back({u, positives[static_cast<std::size_t>(i / per_positive)].destination});
      result.positive.push_back(i / per_positive);
    }
  }
  return result;
}

}  // namespace weft
