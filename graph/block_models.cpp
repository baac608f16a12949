// Stochastic block models without and with features.
//
// Method: with each community's nodes numbered one after the other, node v's candidates below it are two
// ranges, other communities [0, s) and its own [s, v), in each of which every node is taken with one
// probability. The gaps between nodes taken are geometric and drawn directly (Batagelj, Brandes, "Efficient
// generation of large random networks", 2005). Exact, O(n + m), one random stream a node.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/random.hpp"
#include "weft/graph/generators.hpp"

namespace weft {
namespace {

constexpr std::int64_t kGrain = 1 << 12;
/// Values of all nodes can be counted.
constexpr std::int64_t kMostFeatures = std::int64_t{1} << 24;
constexpr std::uint64_t kNodeStream = 1, kEdgeStream = 2, kMeanStream = 3, kNoiseStream = 4;

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

/// Community c owns the nodes from here on, before they are shuffled.
std::int64_t first_node_of(const BlockModelOptions& options, std::int64_t c) {
  return static_cast<std::int64_t>(static_cast<__int128>(c) * options.num_nodes / options.num_communities);
}

/// The probability that gives `degree` of `candidates` on average.
double probability_of(double degree, double candidates, const char* name) {
  require(degree >= 0.0 && degree <= std::max(candidates, 0.0), "stochastic_block_model: ", name, " is ", degree,
          ", expected 0 to the number of such nodes, ", candidates);
  return candidates > 0.0 ? degree / candidates : 0.0;
}

/// Calls take(u) for each u of [begin, end) that comes up with the probability. Draws number from `draw` on.
template <class Take>
void take_each(std::int64_t begin, std::int64_t end, double probability, const Random& random, NodeId node,
               std::uint32_t& draw, const Take& take) {
  if (probability <= 0.0) {
    return;
  }
  const double log_refusal = std::log1p(-probability);
  for (std::int64_t u = begin; u < end; ++u) {
    // A gap of g nodes has probability (1 - p)^g p; p = 1 gives log_refusal = -inf and no gaps.
    const double gap = std::floor(std::log1p(-random.uniform(node, draw++)) / log_refusal);
    if (gap >= static_cast<double>(end - u)) {
      return;
    }
    u += static_cast<std::int64_t>(gap);
    take(static_cast<NodeId>(u));
  }
}

void check(const BlockModelOptions& options) {
  require(options.num_nodes >= 0 && options.num_nodes <= kMaxNodes, "stochastic_block_model: num_nodes is ",
          options.num_nodes, ", expected 0 to ", kMaxNodes);
  require(options.num_communities >= 1 && options.num_communities <= std::max<std::int64_t>(1, options.num_nodes),
          "stochastic_block_model: num_communities is ", options.num_communities,
          ", expected 1 to the number of nodes, ", options.num_nodes);
}

/// Every edge once, between nodes in the order of their communities.
Buffer<Edge> draw_edges(const BlockModelOptions& options, const std::vector<std::int64_t>& community) {
  const std::int64_t n = options.num_nodes;
  const double mean_size = static_cast<double>(n) / static_cast<double>(options.num_communities);
  const double inside = probability_of(options.degree_inside, mean_size - 1.0, "degree_inside");
  const double outside = probability_of(options.degree_outside, static_cast<double>(n) - mean_size, "degree_outside");
  const Random random = Random(options.seed).stream(kEdgeStream);

  std::vector<std::vector<Edge>> drawn(index((n + kGrain - 1) / kGrain));
  parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Edge>& edges = drawn[index(begin / kGrain)];
    for (std::int64_t v = begin; v < end; ++v) {
      const auto node = static_cast<NodeId>(v);
      const std::int64_t own = first_node_of(options, community[index(v)]);
      std::uint32_t draw = 0;
      const auto take = [&](NodeId u) { edges.push_back({u, node}); };
      take_each(0, own, outside, random, node, draw, take);
      take_each(own, v, inside, random, node, draw, take);
    }
  });
  std::vector<std::int64_t> start = {0};
  for (const auto& edges : drawn) {
    start.push_back(start.back() + static_cast<std::int64_t>(edges.size()));
  }
  Buffer<Edge> all(index(start.back()));
  parallel_for(static_cast<std::int64_t>(drawn.size()), 1, [&](std::int64_t chunk, std::int64_t) {
    std::vector<Edge> edges = std::move(drawn[index(chunk)]);  // released as soon as it is copied
    std::copy(edges.begin(), edges.end(), all.begin() + start[index(chunk)]);
  });
  return all;
}

/// Standard normal values [rows, width], four to a random block (Box and Muller 1958).
Buffer<float> standard_normal(std::int64_t rows, std::int64_t width, const Random& random) {
  Buffer<float> values(index(rows) * index(width));
  parallel_for(static_cast<std::int64_t>(values.size()), 4 * kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; i += 4) {
      const auto words = random.block(static_cast<std::uint64_t>(i / 4));
      float four[4];
      for (std::size_t pair = 0; pair < 2; ++pair) {
        const double u = (static_cast<double>(words[2 * pair]) + 0.5) * 0x1p-32;
        const double angle = 2.0 * std::numbers::pi * static_cast<double>(words[2 * pair + 1]) * 0x1p-32;
        const double radius = std::sqrt(-2.0 * std::log(u));
        four[2 * pair] = static_cast<float>(radius * std::cos(angle));
        four[2 * pair + 1] = static_cast<float>(radius * std::sin(angle));
      }
      std::copy_n(four, std::min<std::int64_t>(4, end - i), values.data() + i);
    }
  });
  return values;
}

/// A random direction of length `signal` for each community, [num_communities, width]; the second of two is
/// opposite to the first.
Buffer<float> community_means(std::int64_t num_communities, std::int64_t width, double signal, const Random& random) {
  Buffer<float> means = standard_normal(num_communities, width, random);
  for (std::int64_t c = 0; c < num_communities; ++c) {
    const std::span<float> mean(means.data() + c * width, index(width));
    if (num_communities == 2 && c == 1) {
      std::transform(means.data(), means.data() + width, mean.begin(), [](float x) { return -x; });
      continue;
    }
    double square = 0.0;
    for (const float x : mean) {
      square += static_cast<double>(x) * static_cast<double>(x);
    }
    const double scale = signal / std::sqrt(std::max(square, 1e-30));
    for (float& x : mean) {
      x = static_cast<float>(static_cast<double>(x) * scale);
    }
  }
  return means;
}

}  // namespace

LabeledGraph stochastic_block_model(const BlockModelOptions& options) {
  check(options);
  const std::int64_t n = options.num_nodes;
  std::vector<std::int64_t> community(index(n));
  for (std::int64_t c = 0; c < options.num_communities; ++c) {
    std::fill(community.begin() + first_node_of(options, c), community.begin() + first_node_of(options, c + 1), c);
  }
  Buffer<Edge> edges = draw_edges(options, community);

  LabeledGraph result;
  if (options.shuffle_nodes) {
    Buffer<NodeId> renumbered(index(n));
    std::iota(renumbered.begin(), renumbered.end(), NodeId{0});
    shuffle(std::span<NodeId>(renumbered), Random(options.seed).stream(kNodeStream));
    parallel_for(static_cast<std::int64_t>(edges.size()), 1 << 15, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        Edge& edge = edges[index(i)];
        edge = {renumbered[edge.source], renumbered[edge.destination]};
      }
    });
    result.label.resize(index(n));
    for (std::int64_t v = 0; v < n; ++v) {
      result.label[renumbered[index(v)]] = community[index(v)];
    }
  } else {
    result.label = std::move(community);
  }
  result.graph = CsrGraph::from_edges(n, edges, {.symmetrize = true});
  return result;
}

LabeledGraph contextual_block_model(const ContextualBlockModelOptions& options) {
  require(options.num_features >= 1 && options.num_features <= kMostFeatures,
          "contextual_block_model: num_features is ", options.num_features, ", expected 1 to ", kMostFeatures);
  require(std::isfinite(options.signal), "contextual_block_model: signal is ", options.signal,
          ", expected a finite number");
  LabeledGraph result = stochastic_block_model(options.blocks);
  const std::int64_t width = options.num_features;
  const Random random(options.blocks.seed);
  const Buffer<float> means =
      community_means(options.blocks.num_communities, width, options.signal, random.stream(kMeanStream));
  result.num_features = width;
  result.features = standard_normal(options.blocks.num_nodes, width, random.stream(kNoiseStream));
  parallel_for(options.blocks.num_nodes, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      const float* mean = means.data() + result.label[index(v)] * width;
      float* row = result.features.data() + v * width;
      std::transform(row, row + width, mean, row, std::plus<>());
    }
  });
  return result;
}

}  // namespace weft
