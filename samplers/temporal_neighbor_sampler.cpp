// Picks among the first positions of a row in the order of their times.
#include "weft/samplers/temporal_neighbor_sampler.hpp"

#include "weft/core/error.hpp"
#include "weft/samplers/all_hops.hpp"
#include "weft/samplers/row_order.hpp"

namespace weft {
namespace {

struct PickOlder {
  static constexpr bool kWeighted = false;
  Random random;
  std::int64_t fanout;
  bool most_recent;
  std::span<const std::int64_t> times;
  const RowOrder<std::int64_t>& by_time;
  std::vector<std::uint32_t>& table;

  [[nodiscard]] std::int64_t most(std::int64_t, EdgeId degree) const { return std::min(fanout, degree); }
  std::int64_t pick(std::int64_t, std::uint64_t key, EdgeId begin, EdgeId degree, std::uint32_t* picked, float*) {
    const auto positions = by_time.row(begin, degree);
    const std::int64_t allowed =
        by_time.num_up_to(begin, degree, times[static_cast<std::size_t>(HashedIds::copy_of(key))]);
    std::int64_t first = 0, count = std::min(fanout, allowed);
    if (most_recent) {
      first = allowed - count;
      std::iota(picked, picked + count, 0U);
    } else {
      RowDraws draws(random, key);
      count = pick_distinct(draws, allowed, fanout, picked, table);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      picked[i] = positions[static_cast<std::size_t>(first) + picked[i]];
    }
    return count;
  }
};

}  // namespace

TemporalNeighborSampler::TemporalNeighborSampler(CsrGraph graph, std::span<const std::int64_t> edge_times,
                                                 SeedBatches batches, std::vector<std::int64_t> seed_times,
                                                 TemporalNeighborSamplerOptions options)
    : graph_(std::move(graph)),
      batches_(std::move(batches)),
      seed_times_(std::move(seed_times)),
      options_(std::move(options)),
      by_time_(std::make_shared<const RowOrder<std::int64_t>>("TemporalNeighborSampler", graph_, edge_times)) {
  require_square("TemporalNeighborSampler", graph_);
  require_nodes("TemporalNeighborSampler", batches_.nodes(), graph_.num_nodes());
  require_fanouts("TemporalNeighborSampler", options_.fanouts);
  require(seed_times_.size() == batches_.nodes().size(), "TemporalNeighborSampler: there are ", seed_times_.size(),
          " times for seeds, expected one for each of ", batches_.nodes().size());
}

Sample TemporalNeighborSampler::sample(std::int64_t epoch, std::int64_t index) const {
  std::vector<NodeId> seeds;
  std::vector<std::int64_t> times;
  for (const std::int64_t i : batches_.positions(epoch, index)) {
    seeds.push_back(batches_.nodes()[static_cast<std::size_t>(i)]);
    times.push_back(seed_times_[static_cast<std::size_t>(i)]);
  }
  return sample_seeds(seeds, times, random_of_batch(options_.seed, epoch, index));
}

Sample TemporalNeighborSampler::sample_seeds(std::span<const NodeId> seeds, std::span<const std::int64_t> times,
                                             const Random& random) const {
  require(seeds.size() == times.size(), "TemporalNeighborSampler: there are ", times.size(), " times for ",
          seeds.size(), " seeds, expected one for each");
  const auto scratch = scratch_.borrow();
  HashedIds& ids = scratch->hashed;
  ids.start();
  ids.make_room(static_cast<std::int64_t>(seeds.size()));
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    require(seeds[i] < graph_.num_nodes(), "TemporalNeighborSampler: seed number ", i, " is node ", seeds[i],
            ", expected below ", graph_.num_nodes());
    ids.insert(HashedIds::key_of(static_cast<std::int64_t>(i), seeds[i]));
  }
  return sample_hops(graph_, ids, scratch->hop, options_.fanouts.size(), options_.keep_edges, [&](std::size_t hop) {
    const std::int64_t fanout = options_.fanouts[hop];
    return PickOlder{random.stream(hop), fanout < 0 ? kMaxNodes : fanout, options_.most_recent, times, *by_time_,
                     scratch->hop.table};
  });
}

}  // namespace weft
