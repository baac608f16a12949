#include "weft/samplers/link_neighbor_sampler.hpp"

#include <algorithm>

namespace weft {

LinkNeighborSampler::LinkNeighborSampler(std::shared_ptr<const LinkSampler> links, CsrGraph graph,
                                         const NeighborSamplerOptions& options)
    : links_(std::move(links)),
      neighbors_(std::move(graph), SeedBatches(std::vector<NodeId>{}), options),
      seed_(options.seed) {}

Sample LinkNeighborSampler::sample(std::int64_t epoch, std::int64_t index) const {
  return neighbors_.sample_seeds(ends_of(links_->sample(epoch, index).pairs), random_of_batch(seed_, epoch, index));
}

std::vector<NodeId> ends_of(std::span<const Edge> pairs) {
  std::vector<NodeId> ends;
  for (const auto& [u, v] : pairs) {
    ends.push_back(u);
    ends.push_back(v);
  }
  std::ranges::sort(ends);
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  return ends;
}

}  // namespace weft
