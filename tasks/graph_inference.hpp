// What a model says of many graphs, batch after batch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/layers/models.hpp"
#include "weft/tasks/model_input.hpp"

namespace weft {

struct GraphOutputs {
  /// [graphs, outputs], in the unit of the data.
  Tensor logits;
  /// [graphs, width]; empty unless asked for.
  Tensor embedding;
};
/// Of every graph, in order.
[[nodiscard]] GraphOutputs infer_graphs(const NodeModel& model, const ModelInput& input, bool with_embedding = false);

/// What a step on each graph costs: its nodes and edges.
[[nodiscard]] std::vector<std::int64_t> graph_costs(const MessageBlock& block, std::span<const std::int64_t> graphs);

}  // namespace weft
