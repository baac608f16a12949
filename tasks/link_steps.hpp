// Steps of link prediction: the loss of some links and of the pairs set against them, the states of their ends read
// from the whole graph or from a sample of it.
#pragma once

#include <cstdint>
#include <memory>

#include "weft/samplers/link_sampler.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/tasks/problem.hpp"

namespace weft {

/// `input` must outlive the steps.
[[nodiscard]] std::unique_ptr<Steps> whole_graph_link_steps(std::shared_ptr<const LinkSampler> links,
                                                            const ModelInput& input);

/// So many neighbors of each node in each hop, by the options of sampler neighbor. Throws ArgumentError unless the
/// layers of the model read a hop each.
[[nodiscard]] std::unique_ptr<Steps> sampled_link_steps(std::shared_ptr<const LinkSampler> links,
                                                        const ModelInput& input, const NodeModel& model,
                                                        const Options& options, std::uint64_t seed);

/// The logistic loss of the scores of pairs, the first `num_links` >= 1 of which are links: half the mean over these
/// and half that over the others, so that links count as much however many pairs are set against them (the weight of
/// positives of Kipf, Welling 2016). states [n, d] -> [1, 1]
[[nodiscard]] Variable link_loss(const Variable& states, std::span<const Edge> pairs, std::int64_t num_links);

}  // namespace weft
