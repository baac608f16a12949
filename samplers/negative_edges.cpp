// Rejection first; where it goes on for long, an exact draw among what is left, found by walking over the known sources
// of the one destination: no draw costs more than its row, however many nodes there are.
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
  const auto wrong = std::ranges::find_if(options.side, [](std::uint8_t side) { return side > 1; });
  require(wrong == options.side.end(), "NegativeSampler: the side of node ", wrong - options.side.begin(), " is ",
          wrong == options.side.end() ? 0 : int{*wrong}, ", expected 0 or 1");
  for (std::size_t v = 0; v < options.side.size(); ++v) {
    candidates_[options.side[v]].nodes.push_back(static_cast<NodeId>(v));
  }
  if (options.degree_power > 0.0) {
    std::vector<double> weights(static_cast<std::size_t>(known_.num_nodes()), 0.0);
    for (const NodeId u : known_.sources()) {
      weights[u] += 1.0;
    }
    for (double& weight : weights) {
      weight = weight == 0.0 ? 0.0 : std::pow(weight, options.degree_power);
    }
    for (Candidates& side : std::span(candidates_).first(options.side.empty() ? 1 : 2)) {
      double sum = 0.0;
      for (std::int64_t i = 0; i < num_of(side); ++i) {
        side.sums.push_back(sum += weights[node_at(side, i)]);
      }
    }
  }
}

std::int64_t NegativeSampler::num_of(const Candidates& candidates) const {
  return options_.side.empty() ? known_.num_nodes() : static_cast<std::int64_t>(candidates.nodes.size());
}

NodeId NegativeSampler::node_at(const Candidates& candidates, std::int64_t place) const {
  return options_.side.empty() ? static_cast<NodeId>(place) : candidates.nodes[static_cast<std::size_t>(place)];
}

NodeId NegativeSampler::draw(NodeId destination, const Random& random, std::uint64_t counter) const {
  constexpr std::uint32_t kTries = 32;
  const Candidates& candidates = candidates_of(destination);
  const std::int64_t count = num_of(candidates);
  const double total = candidates.sums.empty() ? 0.0 : candidates.sums.back();
  for (std::uint32_t i = 0; i < kTries && count > 0; ++i) {
    std::int64_t place = 0;
    if (candidates.sums.empty()) {
      place = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(count), counter, i));
    } else {
      place = std::ranges::upper_bound(candidates.sums, random.uniform(counter, i) * total) - candidates.sums.begin();
    }
    if (place < count) {
      const NodeId u = node_at(candidates, place);
      if (u != destination && !known_.has_edge({u, destination})) {
        return u;
      }
    }
  }
  return draw_among_the_rest(candidates, destination, random.uniform(counter, kTries));
}

NodeId NegativeSampler::draw_among_the_rest(const Candidates& candidates, NodeId destination, double at) const {
  const std::int64_t count = num_of(candidates);
  const auto mass_before = [&](std::int64_t place) {
    return candidates.sums.empty() ? static_cast<double>(place)
                                   : (place == 0 ? 0.0 : candidates.sums[static_cast<std::size_t>(place - 1)]);
  };
  // The first candidate that ends above this mass; one of weight 0 never does.
  const auto place_above = [&](double mass) -> std::int64_t {
    return candidates.sums.empty() ? static_cast<std::int64_t>(mass)
                                   : std::ranges::upper_bound(candidates.sums, mass) - candidates.sums.begin();
  };
  // Where the known sources and the destination itself stand among the candidates, ascending.
  std::vector<std::int64_t> taken;
  const auto take = [&](NodeId u) {
    const auto place = options_.side.empty() ? std::int64_t{u}
                                             : std::ranges::lower_bound(candidates.nodes, u) - candidates.nodes.begin();
    if (place < count && node_at(candidates, place) == u && (taken.empty() || taken.back() < place)) {
      taken.push_back(place);
    }
  };
  const auto known = known_.sources_of(destination);
  const auto above = std::ranges::upper_bound(known, destination);
  std::for_each(known.begin(), above, take);
  take(destination);
  std::for_each(above, known.end(), take);

  double left = mass_before(count);
  for (const std::int64_t place : taken) {
    left -= mass_before(place + 1) - mass_before(place);
  }
  if (left <= 0.0) {
    return kNoNode;
  }
  const double wanted = at * left;
  double passed = 0.0;
  for (const std::int64_t place : taken) {
    if (mass_before(place) - passed > wanted) {
      break;
    }
    passed += mass_before(place + 1) - mass_before(place);
  }
  // Sums of weights are rounded, so the place found can be a taken one beside the right one: then the next is asked.
  std::int64_t place = place_above(wanted + passed);
  for (std::size_t i = 0; i <= taken.size(); ++i) {
    if (place >= count) {
      place = place_above(0.0);
    }
    if (place < count && !std::ranges::binary_search(taken, place)) {
      return node_at(candidates, place);
    }
    place = place_above(mass_before(place + 1));
  }
  return kNoNode;
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
