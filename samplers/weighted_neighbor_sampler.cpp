// Weighted picks for the hops of hop_sampling.hpp.
#include "weft/samplers/weighted_neighbor_sampler.hpp"

#include <algorithm>
#include <cmath>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/samplers/all_hops.hpp"

namespace weft {
namespace {

/// A row's running sums.
struct WeightedRow {
  std::span<const double> sums;

  [[nodiscard]] double total() const { return sums.empty() ? 0.0 : sums.back(); }
  [[nodiscard]] double weight(std::size_t i) const { return sums[i] - (i == 0 ? 0.0 : sums[i - 1]); }
  /// Edge i with probability weight(i) / total(), which must be above 0.
  [[nodiscard]] std::uint32_t draw(RowDraws& draws) const {
    while (true) {
      const auto found = std::ranges::upper_bound(sums, draws.uniform() * total());
      // A product rounded up to the total names no edge.
      if (found != sums.end()) {
        return static_cast<std::uint32_t>(found - sums.begin());
      }
    }
  }
};

/// Memory of exponential keys.
using Keys = std::vector<std::pair<double, std::uint32_t>>;

/// `count` more edges into `out` among those not taken, by exponential keys; fewer if weights above 0 run out.
std::int64_t pick_smallest_keys(const WeightedRow& row, RowDraws& draws, const TakenPositions& taken,
                                std::int64_t count, std::uint32_t* out, Keys& keys) {
  keys.clear();
  for (std::size_t i = 0; i < row.sums.size(); ++i) {
    if (const double weight = row.weight(i); weight > 0.0 && !taken.has(static_cast<std::uint32_t>(i))) {
      keys.emplace_back(-std::log1p(-draws.uniform()) / weight, static_cast<std::uint32_t>(i));
    }
  }
  count = std::min(count, static_cast<std::int64_t>(keys.size()));
  std::ranges::nth_element(keys, keys.begin() + count);
  for (std::int64_t i = 0; i < count; ++i) {
    out[i] = keys[static_cast<std::size_t>(i)].second;
  }
  return count;
}

struct PickWeighted {
  static constexpr bool kWeighted = false;
  Random random;
  std::int64_t fanout;
  std::span<const double> sums;
  std::vector<std::uint32_t>& table;
  Keys keys = {};

  [[nodiscard]] std::int64_t most(std::int64_t, EdgeId degree) const { return std::min(fanout, degree); }
  std::int64_t pick(std::int64_t, std::uint64_t key, EdgeId begin, EdgeId degree, std::uint32_t* picked, float*) {
    const WeightedRow row{sums.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(degree))};
    const std::int64_t wanted = most(0, degree);
    if (row.total() <= 0.0 || wanted == 0) {
      return 0;
    }
    RowDraws draws(random, key);
    TakenPositions taken(wanted, table);
    std::int64_t count = 0;
    // What is drawn next depends on the set taken alone, so the method may change at any draw.
    if (degree > 4 * wanted) {
      for (std::int64_t tries = 0; count < wanted && tries < 4 * wanted + 16; ++tries) {
        if (const std::uint32_t i = row.draw(draws); taken.take(i)) {
          picked[count++] = i;
        }
      }
    }
    return count < wanted ? count + pick_smallest_keys(row, draws, taken, wanted - count, picked + count, keys) : count;
  }
};

struct PickWeightedWithReplacement {
  static constexpr bool kWeighted = true;
  Random random;
  std::int64_t fanout;
  std::span<const double> sums;

  [[nodiscard]] std::int64_t most(std::int64_t, EdgeId degree) const { return degree == 0 ? 0 : fanout; }
  std::int64_t pick(std::int64_t, std::uint64_t key, EdgeId begin, EdgeId degree, std::uint32_t* picked,
                    float* weights) {
    const WeightedRow row{sums.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(degree))};
    if (row.total() <= 0.0) {
      return 0;
    }
    RowDraws draws(random, key);
    for (std::int64_t i = 0; i < fanout; ++i) {
      picked[i] = row.draw(draws);
    }
    return merge_repeats(picked, weights, fanout);
  }
};

std::shared_ptr<const Buffer<double>> running_sums_of(const CsrGraph& graph, std::span<const float> weights) {
  require(static_cast<EdgeId>(weights.size()) == graph.num_edges(), "WeightedNeighborSampler: there are ",
          weights.size(), " weights, expected one for each of ", graph.num_edges(), " edges");
  const auto broken = std::ranges::find_if(weights, [](float w) { return !(w >= 0.0F) || std::isinf(w); });
  require(broken == weights.end(), "WeightedNeighborSampler: the weight of edge number ", broken - weights.begin(),
          " is ", broken == weights.end() ? 0.0F : *broken, ", expected 0 or more, and finite");
  auto sums = std::make_shared<Buffer<double>>(weights.size());
  const auto offsets = graph.offsets();
  parallel_rows(offsets, 1 << 15, [&](std::int64_t first, std::int64_t last) {
    for (auto v = static_cast<std::size_t>(first); v < static_cast<std::size_t>(last); ++v) {
      double sum = 0.0;
      for (auto e = static_cast<std::size_t>(offsets[v]); e < static_cast<std::size_t>(offsets[v + 1]); ++e) {
        (*sums)[e] = sum += static_cast<double>(weights[e]);
      }
    }
  });
  return sums;
}

}  // namespace

WeightedNeighborSampler::WeightedNeighborSampler(CsrGraph graph, std::span<const float> edge_weights,
                                                 SeedBatches batches, NeighborSamplerOptions options)
    : graph_(std::move(graph)),
      batches_(std::move(batches)),
      options_(std::move(options)),
      running_sums_(running_sums_of(graph_, edge_weights)) {
  require_square("WeightedNeighborSampler", graph_);
  require_nodes("WeightedNeighborSampler", batches_.nodes(), graph_.num_nodes());
  require_fanouts("WeightedNeighborSampler", options_.fanouts);
  if (options_.replace) {
    require_draws("WeightedNeighborSampler", options_.fanouts);
  }
}

Sample WeightedNeighborSampler::sample(std::int64_t epoch, std::int64_t index) const {
  return sample_seeds(batches_.batch(epoch, index), random_of_batch(options_.seed, epoch, index));
}

Sample WeightedNeighborSampler::sample_seeds(std::span<const NodeId> seeds, const Random& random) const {
  const auto scratch = scratch_.borrow();
  const std::size_t num_hops = options_.fanouts.size();
  const std::span<const double> sums = *running_sums_;
  if (options_.replace) {
    return sample_hops_of(graph_, seeds, *scratch, num_hops, options_.keep_edges, [&](std::size_t hop) {
      return PickWeightedWithReplacement{random.stream(hop), options_.fanouts[hop], sums};
    });
  }
  return sample_hops_of(graph_, seeds, *scratch, num_hops, options_.keep_edges, [&](std::size_t hop) {
    const std::int64_t fanout = options_.fanouts[hop];
    return PickWeighted{random.stream(hop), fanout < 0 ? kMaxNodes : fanout, sums, scratch->hop.table};
  });
}

}  // namespace weft
