// Samples for links: the ends of a step's links, and of the pairs set against them, are the seeds of a neighbor
// sampler.
#pragma once

#include <memory>

#include "weft/samplers/batch_sampler.hpp"
#include "weft/samplers/link_sampler.hpp"
#include "weft/samplers/neighbor_sampler.hpp"

namespace weft {

class LinkNeighborSampler final : public BatchSampler {
 public:
  /// `links` is shared with the step that scores its pairs: batch k of an epoch has the ends of its sample k,
  /// ascending, as seeds. What a node draws is a function of (seed, epoch, batch, hop, node).
  LinkNeighborSampler(std::shared_ptr<const LinkSampler> links, CsrGraph graph, const NeighborSamplerOptions& options);

  [[nodiscard]] std::int64_t num_batches() const override { return links_->num_batches(); }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const override;

 private:
  std::shared_ptr<const LinkSampler> links_;
  NeighborSampler neighbors_;
  std::uint64_t seed_;
};

/// The ends of the pairs, each once, ascending.
[[nodiscard]] std::vector<NodeId> ends_of(std::span<const Edge> pairs);

}  // namespace weft
