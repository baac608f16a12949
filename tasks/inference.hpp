// What a model says of every node of a graph: all at once, layer by layer in chunks of nodes, or from samples.
#pragma once

#include <cstdint>

#include "weft/layers/models.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/tasks/sampling.hpp"
#include "weft/tasks/wanted_nodes.hpp"

namespace weft {

struct NodeOutputs {
  /// [n, num_outputs], before softmax; rows that are not wanted may hold anything.
  Tensor logits;
  /// [wanted, hidden], a row for each wanted node in their order; empty where it was not asked for.
  Tensor embedding;
};

/// Everything in one pass over the whole graph.
[[nodiscard]] NodeOutputs infer_at_once(const NodeModel& model, const ModelInput& input);

/// Layer after layer, in chunks of nodes whose neighbors are all read: exact up to rounding. A layer works on the nodes
/// that the layers after it read for the wanted ones. A chunk is `chunk_rows` nodes, or fewer that read as many
/// neighbors as those do on average. Memory: two layers' states of all nodes, and what a chunk reads.
[[nodiscard]] NodeOutputs infer_by_layers(const HopLayers& layers, const ModelInput& input, std::int64_t chunk_rows,
                                          const WantedNodes& wanted = {});

/// Every node from a sample of its own, as in the first epoch of a sampler of seed 0: for models that learn to read
/// samples and not the graph.
[[nodiscard]] NodeOutputs infer_by_samples(const NodeModel& model, const Sampling& sampling, std::int64_t num_nodes);

/// The way that the job's options ask for: by samples where the sampler says so, in chunks of inference_rows nodes
/// where that is set and the model is made of layers that read one hop each, otherwise at once. `sampling` may be null
/// where the job has no sampler.
[[nodiscard]] NodeOutputs infer_nodes(const NodeModel& model, const ModelInput& input, const Options& options,
                                      const Sampling* sampling, const WantedNodes& wanted = {});

}  // namespace weft
