// Uniform picks for the hops of hop_sampling.hpp.
#include "weft/samplers/neighbor_sampler.hpp"

#include "weft/core/error.hpp"
#include "weft/samplers/all_hops.hpp"

namespace weft {
namespace {

struct PickUniform {
  static constexpr bool kWeighted = false;
  Random random;
  std::int64_t fanout;
  std::vector<std::uint32_t>& table;

  [[nodiscard]] std::int64_t most(std::int64_t, EdgeId degree) const { return std::min(fanout, degree); }
  std::int64_t pick(std::int64_t, std::uint64_t key, EdgeId, EdgeId degree, std::uint32_t* picked, float*) {
    RowDraws draws(random, key);
    return pick_distinct(draws, degree, fanout, picked, table);
  }
};

struct PickWithReplacement {
  static constexpr bool kWeighted = true;
  Random random;
  std::int64_t fanout;

  [[nodiscard]] std::int64_t most(std::int64_t, EdgeId degree) const { return degree == 0 ? 0 : fanout; }
  std::int64_t pick(std::int64_t, std::uint64_t key, EdgeId, EdgeId degree, std::uint32_t* picked, float* weights) {
    RowDraws draws(random, key);
    const std::int64_t count = most(0, degree);
    for (std::int64_t i = 0; i < count; ++i) {
      picked[i] = draws.below(static_cast<std::uint64_t>(degree));
    }
    return merge_repeats(picked, weights, count);
  }
};

}  // namespace

NeighborSampler::NeighborSampler(CsrGraph graph, SeedBatches batches, NeighborSamplerOptions options)
    : graph_(std::move(graph)), batches_(std::move(batches)), options_(std::move(options)) {
  require_square("NeighborSampler", graph_);
  require_nodes("NeighborSampler", batches_.nodes(), graph_.num_nodes());
  require_fanouts("NeighborSampler", options_.fanouts);
  if (options_.replace) {
    require_draws("NeighborSampler", options_.fanouts);
  }
}

Sample NeighborSampler::sample(std::int64_t epoch, std::int64_t index) const {
  return sample_seeds(batches_.batch(epoch, index), random_of_batch(options_.seed, epoch, index));
}

Sample NeighborSampler::sample_seeds(std::span<const NodeId> seeds, const Random& random) const {
  const auto scratch = scratch_.borrow();
  const std::size_t num_hops = options_.fanouts.size();
  if (options_.replace) {
    return sample_hops_of(graph_, seeds, *scratch, num_hops, options_.keep_edges, [&](std::size_t hop) {
      return PickWithReplacement{random.stream(hop), options_.fanouts[hop]};
    });
  }
  return sample_hops_of(graph_, seeds, *scratch, num_hops, options_.keep_edges, [&](std::size_t hop) {
    const std::int64_t fanout = options_.fanouts[hop];
    return PickUniform{random.stream(hop), fanout == kAllNeighbors ? kMaxNodes : fanout, scratch->hop.table};
  });
}

}  // namespace weft
