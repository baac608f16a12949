// Draws of nodes, edges or walks, and what weights follow from their probabilities.
#include "weft/samplers/saint_sampler.hpp"

#include <algorithm>
#include <iterator>

#include "weft/core/error.hpp"
#include "weft/samplers/all_hops.hpp"
#include "weft/samplers/random_walks.hpp"
#include "weft/samplers/saint_probabilities.hpp"
#include "weft/samplers/seed_batches.hpp"
#include "weft/samplers/subgraph.hpp"

namespace weft {
namespace {

/// Nodes of the draws of a subgraph, which are held at once; and walks from each node before the first.
constexpr std::int64_t kMostDrawn = 1 << 26, kMostTrials = 1 << 20;

/// Number of draw i with probabilities given by running sums.
std::size_t draw_from(std::span<const double> running_sums, const Random& random, std::uint64_t i) {
  const auto found = std::ranges::upper_bound(running_sums, random.uniform(i) * running_sums.back());
  return std::min(static_cast<std::size_t>(found - running_sums.begin()), running_sums.size() - 1);
}

/// What the draws hit, ascending and distinct.
std::vector<NodeId> draw_nodes(const CsrGraph& graph, const SaintSamplerOptions& options,
                               const SaintProbabilities& probabilities, const Random& random) {
  std::vector<NodeId> nodes;
  const auto budget = static_cast<std::uint64_t>(options.budget);
  const auto n = static_cast<std::uint64_t>(graph.num_nodes());
  switch (options.method) {
    case SaintMethod::node:
      for (std::uint64_t i = 0; i < budget && !probabilities.running_sums.empty(); ++i) {
        nodes.push_back(static_cast<NodeId>(draw_from(probabilities.running_sums, random, i)));
      }
      break;
    case SaintMethod::edge:
      for (std::uint64_t i = 0; i < budget && !probabilities.running_sums.empty(); ++i) {
        const std::size_t edge = draw_from(probabilities.running_sums, random, i);
        const auto row = std::ranges::upper_bound(graph.offsets(), static_cast<EdgeId>(edge)) - graph.offsets().begin();
        nodes.push_back(graph.sources()[edge]);
        nodes.push_back(static_cast<NodeId>(row - 1));
      }
      break;
    case SaintMethod::walk: {
      std::vector<NodeId> roots;
      for (std::uint64_t i = 0; i < budget && n > 0; ++i) {
        roots.push_back(static_cast<NodeId>(random.below(n, i)));
      }
      const Buffer<NodeId> walks = uniform_walks(graph, roots, options.walk_length, random.stream(0));
      std::ranges::copy_if(walks, std::back_inserter(nodes), [](NodeId v) { return v != kNoNode; });
      break;
    }
  }
  std::ranges::sort(nodes);
  nodes.erase(std::ranges::unique(nodes).begin(), nodes.end());
  return nodes;
}

}  // namespace

SaintSampler::SaintSampler(CsrGraph graph, const std::vector<NodeId>& seeds, const SaintSamplerOptions& options)
    : graph_(std::move(graph)), options_(options), is_seed_(marks_of("SaintSampler", seeds, graph_.num_nodes())) {
  require_square("SaintSampler", graph_);
  require(options.num_batches >= 1, "SaintSampler: there are ", options.num_batches, " batches, expected at least 1");
  require(options.walk_length >= 1 && options.walk_length < kMostDrawn && options.trial_walks >= 1 &&
              options.trial_walks <= kMostTrials,
          "SaintSampler: ", options.trial_walks, " trial walks of length ", options.walk_length,
          " were asked for, expected 1 to ", kMostTrials, " of a length from 1 to ", kMostDrawn - 1);
  const std::int64_t most = kMostDrawn / (options.method == SaintMethod::walk ? options.walk_length + 1 : 1);
  require(options.budget >= 1 && options.budget <= most, "SaintSampler: the budget is ", options.budget,
          " draws a subgraph, expected 1 to ", most, "; batch_size decides it");
  probabilities_ = std::make_shared<const SaintProbabilities>(saint_probabilities(graph_, options));
}

std::int64_t SaintSampler::num_batches() const {
  return graph_.num_nodes() == 0 ? 0 : options_.num_batches;
}

Sample SaintSampler::sample(std::int64_t epoch, std::int64_t index) const {
  require_batch("SaintSampler", epoch, index, num_batches());
  const SaintProbabilities& p = *probabilities_;
  const std::vector<NodeId> nodes = draw_nodes(graph_, options_, p, random_of_batch(options_.seed, epoch, index));
  Sample sample = subgraph_sample(graph_, nodes, is_seed_, true, *scratch_.borrow());
  sample.seed_weights = Buffer<float>(sample.seeds.size());
  for (std::size_t i = 0; i < sample.seeds.size(); ++i) {
    sample.seed_weights[i] = static_cast<float>(1.0 / p.of_node(sample.seeds[i]));
  }
  SampledBlock& sampled = sample.blocks.front();
  sampled.weights = Buffer<float>(sampled.edges.size());
  for (std::size_t v = 0; v < nodes.size(); ++v) {
    const auto offsets = sampled.block.offsets();
    for (auto e = static_cast<std::size_t>(offsets[v]); e < static_cast<std::size_t>(offsets[v + 1]); ++e) {
      const NodeId u = nodes[sampled.block.sources()[e]];
      sampled.weights[e] = static_cast<float>(p.of_node(nodes[v]) / p.of_edge(graph_, {u, nodes[v]}, sampled.edges[e]));
    }
  }
  if (!options_.keep_edges) {
    sampled.edges = {};
  }
  return sample;
}

}  // namespace weft
