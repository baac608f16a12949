// Draws of a whole layer, then the hop of hop_sampling.hpp over the nodes drawn.
#include "weft/samplers/ladies_sampler.hpp"

#include <algorithm>

#include "weft/core/error.hpp"
#include "weft/samplers/all_hops.hpp"

namespace weft {

struct LadiesScratch {
  NeighborScratch neighbors;
  /// The neighbors of the outputs of a hop, and for each its score, running sum of scores, and weight.
  HashedIds candidates;
  std::vector<double> score, running_sum;
  std::vector<float> weight;
};

namespace {

struct PickDrawn {
  static constexpr bool kWeighted = true;
  const HashedIds& candidates;
  std::span<const float> weight;
  std::span<const NodeId> sources;

  [[nodiscard]] std::int64_t most(std::int64_t, EdgeId degree) const { return degree; }
  std::int64_t pick(std::int64_t, std::uint64_t, EdgeId begin, EdgeId degree, std::uint32_t* picked, float* weights) {
    std::int64_t count = 0;
    for (EdgeId i = 0; i < degree; ++i) {
      const NodeId u = sources[static_cast<std::size_t>(begin + i)];
      if (const float w = weight[candidates.find(u)]; w > 0.0F) {
        picked[count] = static_cast<std::uint32_t>(i);
        weights[count++] = w;
      }
    }
    return count;
  }
};

/// Fills candidates and score for the rows of `outputs`.
template <class Keys>
void score_neighbors(const CsrGraph& graph, const Keys& outputs, LadiesScratch& scratch) {
  scratch.candidates.start();
  scratch.score.clear();
  for (const auto key : outputs) {
    const auto row = graph.sources_of(HashedIds::node_of(key));
    const auto degree = static_cast<double>(row.size());
    scratch.candidates.make_room(static_cast<std::int64_t>(row.size()));
    for (const NodeId u : row) {
      const NodeId id = scratch.candidates.insert(u);
      if (id == scratch.score.size()) {
        scratch.score.push_back(0.0);
      }
      scratch.score[id] += 1.0 / (degree * degree);
    }
  }
}

/// Draws candidates and fills their weights.
void draw_layer(std::int64_t layer_size, const Random& random, LadiesScratch& scratch) {
  const auto num_candidates = static_cast<std::int64_t>(scratch.score.size());
  if (layer_size < 0 || num_candidates <= layer_size) {
    scratch.weight.assign(scratch.score.size(), 1.0F);
    return;
  }
  scratch.weight.assign(scratch.score.size(), 0.0F);
  scratch.running_sum.resize(scratch.score.size());
  std::partial_sum(scratch.score.begin(), scratch.score.end(), scratch.running_sum.begin());
  const double total = scratch.running_sum.back();
  for (std::int64_t i = 0; i < layer_size; ++i) {
    const double at = random.uniform(static_cast<std::uint64_t>(i)) * total;
    const auto found = std::ranges::upper_bound(scratch.running_sum, at) - scratch.running_sum.begin();
    scratch.weight[static_cast<std::size_t>(std::min(found, num_candidates - 1))] += 1.0F;
  }
  for (std::size_t u = 0; u < scratch.weight.size(); ++u) {
    const double expected = static_cast<double>(layer_size) * scratch.score[u] / total;
    scratch.weight[u] = static_cast<float>(static_cast<double>(scratch.weight[u]) / expected);
  }
}

}  // namespace

LadiesSampler::LadiesSampler(CsrGraph graph, SeedBatches batches, LadiesSamplerOptions options)
    : graph_(std::move(graph)), batches_(std::move(batches)), options_(std::move(options)) {
  require_square("LadiesSampler", graph_);
  require_nodes("LadiesSampler", batches_.nodes(), graph_.num_nodes());
  require(!options_.layer_sizes.empty(), "LadiesSampler: there are no layer sizes, expected one for each hop");
  for (const std::int64_t size : options_.layer_sizes) {
    require(size == -1 || size >= 1, "LadiesSampler: a layer size is ", size, ", expected -1 (all) or above 0");
  }
}

Sample LadiesSampler::sample(std::int64_t epoch, std::int64_t index) const {
  return sample_seeds(batches_.batch(epoch, index), random_of_batch(options_.seed, epoch, index));
}

Sample LadiesSampler::sample_seeds(std::span<const NodeId> seeds, const Random& random) const {
  const auto scratch = scratch_.borrow();
  NeighborScratch& neighbors = scratch->neighbors;
  const bool is_dense = graph_.num_nodes() <= kMaxDenseNodes;
  return sample_hops_of(graph_, seeds, neighbors, options_.layer_sizes.size(), options_.keep_edges,
                        [&](std::size_t hop) {
                          if (is_dense) {
                            score_neighbors(graph_, neighbors.dense.keys(), *scratch);
                          } else {
                            score_neighbors(graph_, neighbors.hashed.keys(), *scratch);
                          }
                          draw_layer(options_.layer_sizes[hop], random.stream(hop), *scratch);
                          return PickDrawn{scratch->candidates, scratch->weight, graph_.sources()};
                        });
}

}  // namespace weft
