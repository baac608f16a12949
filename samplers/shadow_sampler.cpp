// Grows the subgraph of each seed and lays them end to end.
#include "weft/samplers/shadow_sampler.hpp"

#include <algorithm>

#include "weft/core/error.hpp"
#include "weft/samplers/all_hops.hpp"
#include "weft/samplers/subgraph.hpp"

namespace weft {

struct ShadowScratch {
  HashedIds met, places;
  std::vector<NodeId> nodes;
  std::vector<std::uint32_t> picked, table;
  SubgraphRows rows;
};

namespace {

/// Fills scratch.nodes, ascending.
void grow_from(const CsrGraph& graph, NodeId seed, std::span<const std::int64_t> fanouts, const Random& random,
               ShadowScratch& scratch) {
  HashedIds& met = scratch.met;
  met.start();
  met.make_room(1);
  met.insert(seed);
  std::int64_t first = 0;
  for (std::size_t hop = 0; hop < fanouts.size(); ++hop) {
    const std::int64_t last = met.size();
    const Random draws_of_hop = random.stream(hop);
    for (; first < last; ++first) {
      const NodeId v = HashedIds::node_of(met.key(first));
      const auto row = graph.sources_of(v);
      const auto degree = static_cast<std::int64_t>(row.size());
      const std::int64_t fanout = fanouts[hop] < 0 ? degree : std::min(fanouts[hop], degree);
      grow_to(scratch.picked, fanout);
      RowDraws draws(draws_of_hop, HashedIds::key_of(seed, v));
      const std::int64_t count = pick_distinct(draws, degree, fanout, scratch.picked.data(), scratch.table);
      met.make_room(count);
      for (std::int64_t i = 0; i < count; ++i) {
        met.insert(row[scratch.picked[static_cast<std::size_t>(i)]]);
      }
    }
  }
  scratch.nodes.resize(static_cast<std::size_t>(met.size()));
  std::ranges::transform(met.keys(), scratch.nodes.begin(), HashedIds::node_of);
  std::ranges::sort(scratch.nodes);
}

}  // namespace

ShadowSampler::ShadowSampler(CsrGraph graph, SeedBatches batches, ShadowSamplerOptions options)
    : graph_(std::move(graph)), batches_(std::move(batches)), options_(std::move(options)) {
  require_square("ShadowSampler", graph_);
  require_nodes("ShadowSampler", batches_.nodes(), graph_.num_nodes());
  require_fanouts("ShadowSampler", options_.fanouts);
}

Sample ShadowSampler::sample(std::int64_t epoch, std::int64_t index) const {
  const auto scratch = scratch_.borrow();
  const Random random = random_of_batch(options_.seed, epoch, index);
  Sample sample;
  sample.is_subgraph = true;
  sample.seeds = batches_.batch(epoch, index);
  sample.seed_rows = Buffer<NodeId>(sample.seeds.size());
  std::vector<NodeId> inputs;
  std::vector<std::int64_t> segments = {0};
  scratch->rows.clear();
  for (std::size_t i = 0; i < sample.seeds.size(); ++i) {
    grow_from(graph_, sample.seeds[i], options_.fanouts, random, *scratch);
    const std::vector<NodeId>& nodes = scratch->nodes;
    scratch->places.start();
    scratch->places.make_room(static_cast<std::int64_t>(nodes.size()));
    for (const NodeId v : nodes) {
      scratch->places.insert(v);
    }
    const auto first_row = static_cast<NodeId>(segments.back());
    append_subgraph(
        graph_, nodes, [&](NodeId u) { return scratch->places.find(u); }, first_row, options_.keep_edges,
        scratch->rows);
    sample.seed_rows[i] = first_row + scratch->places.find(sample.seeds[i]);
    inputs.insert(inputs.end(), nodes.begin(), nodes.end());
    segments.push_back(static_cast<std::int64_t>(inputs.size()));
  }
  sample.inputs = Buffer<NodeId>::copy_of(inputs);
  sample.blocks.push_back(scratch->rows.block(std::move(segments)));
  return sample;
}

}  // namespace weft
