// Batches of graphs, made ahead of the step that reads them and beside it: cut out of the arrays of the dataset, with
// what a model looks for in them.
#pragma once

#include <cstdint>

#include "weft/core/parallel.hpp"
#include "weft/layers/models.hpp"
#include "weft/samplers/graph_batches.hpp"
#include "weft/tasks/graph_batch.hpp"
#include "weft/tasks/model_input.hpp"

namespace weft {

class GraphLoader {
 public:
  /// For passes of models like `model`, of training if `is_training`; weights are not read. All must outlive the
  /// loader.
  GraphLoader(const ModelInput& whole, const NodeModel& model, bool is_training)
      : whole_(whole), model_(model), is_training_(is_training) {}

  /// Calls use() with the batches first, first + 1, ... of an epoch, in order and on this thread, while others make
  /// those that follow (core/parallel.hpp, use_ahead), until they end or it returns false.
  void run(const GraphEpoch& epoch, std::int64_t first,
           FunctionRef<bool(const GraphBatch& batch, std::int64_t k)> use) const;

 private:
  const ModelInput& whole_;
  const NodeModel& model_;
  bool is_training_;
};

}  // namespace weft
