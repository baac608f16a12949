// A pick for each type among the positions of a row in the order of their types.
#include "weft/samplers/typed_neighbor_sampler.hpp"

#include <algorithm>

#include "weft/core/error.hpp"
#include "weft/samplers/all_hops.hpp"
#include "weft/samplers/row_order.hpp"

namespace weft {
namespace {

struct PickByType {
  static constexpr bool kWeighted = false;
  /// One stream a type: what one type draws does not depend on the fanouts of others.
  std::vector<Random> random;
  std::span<const std::int64_t> fanouts;
  const RowOrder<std::uint16_t>& by_type;
  std::vector<std::uint32_t>& table;

  [[nodiscard]] std::int64_t most(std::int64_t, EdgeId degree) const { return degree; }
  std::int64_t pick(std::int64_t, std::uint64_t key, EdgeId begin, EdgeId degree, std::uint32_t* picked, float*) {
    const auto positions = by_type.row(begin, degree);
    std::int64_t filled = 0, first = 0;
    for (std::size_t type = 0; type < fanouts.size() && first < degree; ++type) {
      const std::int64_t end = by_type.num_up_to(begin, degree, static_cast<std::uint16_t>(type));
      RowDraws draws(random[type], key);
      const std::int64_t fanout = fanouts[type] < 0 ? kMaxNodes : fanouts[type];
      const std::int64_t count = pick_distinct(draws, end - first, fanout, picked + filled, table);
      for (std::int64_t i = filled; i < filled + count; ++i) {
        picked[i] = positions[static_cast<std::size_t>(first) + picked[i]];
      }
      filled += count;
      first = end;
    }
    return filled;
  }
};

}  // namespace

TypedNeighborSampler::TypedNeighborSampler(CsrGraph graph, std::span<const std::uint16_t> edge_types,
                                           SeedBatches batches, TypedNeighborSamplerOptions options)
    : graph_(std::move(graph)),
      batches_(std::move(batches)),
      options_(std::move(options)),
      by_type_(std::make_shared<const RowOrder<std::uint16_t>>("TypedNeighborSampler", graph_, edge_types)) {
  require_square("TypedNeighborSampler", graph_);
  require_nodes("TypedNeighborSampler", batches_.nodes(), graph_.num_nodes());
  require(!options_.fanouts.empty(), "TypedNeighborSampler: there are no fanouts, expected some for each hop");
  const std::size_t num_types = options_.fanouts.front().size();
  for (std::size_t hop = 0; hop < options_.fanouts.size(); ++hop) {
    require_fanouts("TypedNeighborSampler", options_.fanouts[hop]);
    require(options_.fanouts[hop].size() == num_types, "TypedNeighborSampler: hop ", hop, " has ",
            options_.fanouts[hop].size(), " fanouts, expected ", num_types, ", one for each type as hop 0");
  }
  const auto outside = std::ranges::find_if(edge_types, [&](std::uint16_t type) { return type >= num_types; });
  require(outside == edge_types.end(), "TypedNeighborSampler: edge number ", outside - edge_types.begin(), " has type ",
          outside == edge_types.end() ? 0 : *outside, ", expected below ", num_types, ", the number of fanouts");
}

Sample TypedNeighborSampler::sample(std::int64_t epoch, std::int64_t index) const {
  const auto scratch = scratch_.borrow();
  const Random random = random_of_batch(options_.seed, epoch, index);
  return sample_hops_of(graph_, batches_.batch(epoch, index), *scratch, options_.fanouts.size(), true,
                        [&](std::size_t hop) {
                          std::vector<Random> streams;
                          for (std::size_t type = 0; type < options_.fanouts[hop].size(); ++type) {
                            streams.push_back(random.stream(hop).stream(type));
                          }
                          return PickByType{std::move(streams), options_.fanouts[hop], *by_type_, scratch->hop.table};
                        });
}

}  // namespace weft
