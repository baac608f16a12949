// Counts the visits of walks and makes blocks of the most visited nodes.
#include "weft/samplers/pinsage_sampler.hpp"

#include <algorithm>
#include <numeric>

#include "weft/core/error.hpp"
#include "weft/samplers/all_hops.hpp"
#include "weft/samplers/random_walks.hpp"

namespace weft {

struct PinsageScratch {
  HashedIds ids;
  std::vector<NodeId> starts, visited, local;
  std::vector<std::uint64_t> keys;
};

namespace {

struct Visits {
  NodeId node;
  std::int64_t count;
};

/// The nodes visited most, at most `most` of them, `self` left out. Sorts `visited`.
std::vector<Visits> most_visited(std::vector<NodeId>& visited, NodeId self, std::int64_t most) {
  std::ranges::sort(visited);
  std::vector<Visits> result;
  for (const NodeId v : visited) {
    if (v == self || v == kNoNode) {
      continue;
    }
    if (result.empty() || result.back().node != v) {
      result.push_back({v, 0});
    }
    ++result.back().count;
  }
  std::ranges::stable_sort(result, std::ranges::greater(), &Visits::count);
  result.resize(std::min(result.size(), static_cast<std::size_t>(most)));
  return result;
}

SampledBlock sample_visited(const CsrGraph& graph, const PinsageSamplerOptions& options, const Random& random,
                            PinsageScratch& scratch) {
  HashedIds& ids = scratch.ids;
  const std::int64_t num_outputs = ids.size();
  const std::int64_t width = options.walk_length + 1;
  scratch.starts.clear();
  for (std::int64_t row = 0; row < num_outputs; ++row) {
    scratch.starts.insert(scratch.starts.end(), static_cast<std::size_t>(options.num_walks),
                          HashedIds::node_of(ids.key(row)));
  }
  const bool is_uniform = options.return_parameter == 1.0 && options.in_out_parameter == 1.0;
  const Buffer<NodeId> walks = is_uniform ? uniform_walks(graph, scratch.starts, options.walk_length, random)
                                          : node2vec_walks(graph, scratch.starts,
                                                           {.length = options.walk_length,
                                                            .return_parameter = options.return_parameter,
                                                            .in_out_parameter = options.in_out_parameter},
                                                           random);

  Buffer<EdgeId> offsets(static_cast<std::size_t>(num_outputs) + 1);
  offsets[0] = 0;
  std::vector<NodeId> sources;
  std::vector<float> weights;
  for (std::int64_t row = 0; row < num_outputs; ++row) {
    const NodeId* begin = walks.data() + row * options.num_walks * width;
    scratch.visited.assign(begin, begin + options.num_walks * width);
    const std::vector<Visits> neighbors =
        most_visited(scratch.visited, HashedIds::node_of(ids.key(row)), options.num_neighbors);
    const auto count = static_cast<std::int64_t>(neighbors.size());
    std::int64_t total = 0;
    ids.make_room(count);
    scratch.local.assign(static_cast<std::size_t>(count + kLanes), 0);
    for (std::int64_t i = 0; i < count; ++i) {
      total += neighbors[static_cast<std::size_t>(i)].count;
      scratch.local[static_cast<std::size_t>(i)] = ids.insert(neighbors[static_cast<std::size_t>(i)].node);
    }
    const std::size_t written = sources.size();
    sources.resize(written + neighbors.size());
    weights.resize(sources.size());
    write_ascending(scratch.local.data(), count, false, scratch.keys, [&](std::int64_t place, std::int64_t i) {
      sources[written + static_cast<std::size_t>(place)] = scratch.local[static_cast<std::size_t>(i)];
      weights[written + static_cast<std::size_t>(place)] =
          static_cast<float>(neighbors[static_cast<std::size_t>(i)].count) / static_cast<float>(total);
    });
    offsets[static_cast<std::size_t>(row) + 1] = static_cast<EdgeId>(sources.size());
  }
  SampledBlock result;
  result.block = MessageBlock(from_ascending_rows(ids.size(), std::move(offsets), Buffer<NodeId>::copy_of(sources)));
  result.weights = Buffer<float>::copy_of(weights);
  return result;
}

}  // namespace

PinsageSampler::PinsageSampler(CsrGraph graph, SeedBatches batches, const PinsageSamplerOptions& options)
    : graph_(std::move(graph)), batches_(std::move(batches)), options_(options) {
  require_square("PinsageSampler", graph_);
  require_nodes("PinsageSampler", batches_.nodes(), graph_.num_nodes());
  // So many steps of walks from a node are a second.
  constexpr std::int64_t kMost = 1000, kMostSteps = 10'000'000;
  const auto is_some = [](std::int64_t count, std::int64_t most) { return count >= 1 && count <= most; };
  require(is_some(options.num_hops, kMost) && is_some(options.walk_length, kMost) &&
              is_some(options.num_walks, kMostSteps / options.walk_length) && options.num_neighbors >= 1,
          "PinsageSampler: there are ", options.num_hops, " hops, ", options.num_walks, " walks of length ",
          options.walk_length, " and ", options.num_neighbors, " neighbors, expected 1 to ", kMost,
          " hops and steps of a walk, ", kMostSteps, " steps of all walks from a node, and at least 1 neighbor");
}

Sample PinsageSampler::sample(std::int64_t epoch, std::int64_t index) const {
  const auto scratch = scratch_.borrow();
  const Random random = random_of_batch(options_.seed, epoch, index);
  HashedIds& ids = scratch->ids;
  Sample sample;
  sample.seeds = batches_.batch(epoch, index);
  sample.seed_rows = Buffer<NodeId>(sample.seeds.size());
  std::iota(sample.seed_rows.begin(), sample.seed_rows.end(), NodeId{0});
  ids.start();
  ids.make_room(static_cast<std::int64_t>(sample.seeds.size()));
  for (const NodeId v : sample.seeds) {
    ids.insert(v);
  }
  for (std::int64_t hop = 0; hop < options_.num_hops; ++hop) {
    sample.blocks.push_back(sample_visited(graph_, options_, random.stream(static_cast<std::uint64_t>(hop)), *scratch));
  }
  std::ranges::reverse(sample.blocks);
  sample.inputs = Buffer<NodeId>(static_cast<std::size_t>(ids.size()));
  std::ranges::transform(ids.keys(), sample.inputs.begin(), HashedIds::node_of);
  return sample;
}

}  // namespace weft
