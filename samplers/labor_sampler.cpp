// The picks of LABOR-0 for the hops of hop_sampling.hpp.
#include "weft/samplers/labor_sampler.hpp"

#include <cmath>

#include "weft/core/error.hpp"
#include "weft/samplers/all_hops.hpp"

namespace weft {
namespace {

struct PickLabor {
  static constexpr bool kWeighted = true;
  /// r_t is mixed_bits(key ^ t) in units of 2^-64: millions of variates are needed, one for each neighbor of each row.
  std::uint64_t key;
  std::int64_t fanout;
  std::span<const NodeId> sources;

  [[nodiscard]] std::int64_t most(std::int64_t, EdgeId degree) const { return degree; }
  std::int64_t pick(std::int64_t, std::uint64_t, EdgeId begin, EdgeId degree, std::uint32_t* picked, float* weights) {
    const NodeId* row = sources.data() + begin;
    const bool all = degree <= fanout;
    const double probability = all ? 1.0 : static_cast<double>(fanout) / static_cast<double>(degree);
    const auto bound = static_cast<std::uint64_t>(all ? 0.0 : std::ldexp(probability, 64));
    std::int64_t count = 0;
    for (EdgeId i = 0; i < degree; ++i) {
      picked[count] = static_cast<std::uint32_t>(i);
      count += all || mixed_bits(key ^ row[i]) < bound ? 1 : 0;
    }
    std::fill_n(weights, count, static_cast<float>(1.0 / probability));
    return count;
  }
};

}  // namespace

LaborSampler::LaborSampler(CsrGraph graph, SeedBatches batches, LaborSamplerOptions options)
    : graph_(std::move(graph)), batches_(std::move(batches)), options_(std::move(options)) {
  require_square("LaborSampler", graph_);
  require_nodes("LaborSampler", batches_.nodes(), graph_.num_nodes());
  require_fanouts("LaborSampler", options_.fanouts);
}

Sample LaborSampler::sample(std::int64_t epoch, std::int64_t index) const {
  return sample_seeds(batches_.batch(epoch, index), random_of_batch(options_.seed, epoch, index));
}

Sample LaborSampler::sample_seeds(std::span<const NodeId> seeds, const Random& random) const {
  const auto scratch = scratch_.borrow();
  return sample_hops_of(graph_, seeds, *scratch, options_.fanouts.size(), options_.keep_edges, [&](std::size_t hop) {
    const std::int64_t fanout = options_.fanouts[hop];
    return PickLabor{random.stream(hop).bits(0), fanout < 0 ? kMaxNodes : fanout, graph_.sources()};
  });
}

}  // namespace weft
