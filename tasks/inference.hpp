// What a model says of every node of a graph, or of every graph of many: by batches of any source, or layer by layer in
// chunks of nodes.
#pragma once

#include <cstdint>
#include <span>

#include "weft/layers/models.hpp"
#include "weft/tasks/batches.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/tasks/prediction.hpp"
#include "weft/tasks/sampling.hpp"

namespace weft {

struct Outputs {
  /// [rows, num_outputs], before softmax; rows that are not wanted may hold anything.
  Tensor logits;
  /// [wanted, hidden], a row for each wanted one in their order; empty where it was not asked for.
  Tensor embedding;
};

/// Of the rows that the batches of the first epoch ask for, or of the whole graph where that is the batch.
[[nodiscard]] Outputs infer_by_batches(const NodeModel& model, const Batches& batches, std::int64_t num_rows,
                                       bool with_embedding);

/// Layer after layer, in chunks of nodes whose neighbors are all read: exact up to rounding. A layer works on the nodes
/// that the layers after it read for the wanted ones. A chunk is `chunk_rows` nodes, or fewer that read as many
/// neighbors as those do on average. Memory: two layers' states of all nodes, and what a chunk reads.
[[nodiscard]] Outputs infer_by_layers(const HopLayers& layers, const ModelInput& input, std::int64_t chunk_rows,
                                      const Wanted& wanted = {});

/// Nodes, the way that the job's options ask for: by samples where the sampler says so, in chunks of inference_rows
/// nodes where that is set and the model is made of layers that read one hop each, otherwise at once. `sampling` may be
/// null where the job has no sampler.
[[nodiscard]] Outputs infer_nodes(const NodeModel& model, const ModelInput& input, const Options& options,
                                  const Sampling* sampling, const Wanted& wanted = {});

/// Every graph of many.
[[nodiscard]] Outputs infer_graphs(const NodeModel& model, const ModelInput& input, bool with_embedding = false);

}  // namespace weft
