// Steps of link prediction: so many of the known links, and beside them pairs that are none.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/samplers/batch_sampler.hpp"
#include "weft/samplers/negative_edges.hpp"

namespace weft {

struct LinkSamplerOptions {
  /// Links of a step; 0: all.
  std::int64_t batch_size = 0;
  std::int64_t negatives_per_edge = 1;
  /// 0: both ends of a negative are drawn uniformly, as the ends of the pairs that models are judged on. Otherwise it
  /// keeps an end of a link, either alike likely, and the other is drawn by its degree to this power: harder ones.
  double degree_power = 0.0;
  /// As NegativeOptions has it.
  std::vector<std::uint8_t> side = {};
  std::uint64_t seed = 0;
};

struct LinkSample {
  /// The links first, then what is none.
  std::vector<Edge> pairs;
  std::int64_t num_links = 0;
};

/// Every link in one step of an epoch, in an order of its own each epoch. A pure function of (epoch, index).
class LinkSampler {
 public:
  /// `links`: without direction, each pair once, different nodes below `num_nodes`. Negatives are never one of them.
  LinkSampler(std::int64_t num_nodes, std::vector<Edge> links, const LinkSamplerOptions& options);

  [[nodiscard]] std::int64_t num_batches() const;
  [[nodiscard]] LinkSample sample(std::int64_t epoch, std::int64_t index) const;

 private:
  [[nodiscard]] std::vector<Edge> negatives(std::span<const Edge> links, const Random& random) const;

  std::int64_t num_nodes_;
  std::vector<Edge> links_;
  LinkSamplerOptions options_;
  NegativeSampler negatives_;
};

/// `count` pairs of different nodes that are not joined in the graph of `uniform`, a sampler of degree_power 0: the
/// destination is drawn uniformly, then the source among those that it is not joined to. `positive` is the number of
/// the pair; those whose destination is joined to all nodes are left out.
[[nodiscard]] NegativeEdges uniform_non_edges(const NegativeSampler& uniform, std::int64_t num_nodes,
                                              std::int64_t count, const Random& random);

/// How the command line calls steps of links: uniform_negatives and degree_negatives read the whole graph in a step,
/// neighbor and neighbor+degree_negatives a sample of it (link_neighbor_sampler.hpp).
[[nodiscard]] std::span<const SamplerInfo> link_samplers();

}  // namespace weft
