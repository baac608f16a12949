// Some graphs of a dataset of many, with everything a model reads of them, cut out of the arrays of the whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "weft/graph/message_block.hpp"
#include "weft/layers/models.hpp"
#include "weft/layers/node_input.hpp"
#include "weft/tensor/features.hpp"
#include "weft/tasks/model_input.hpp"

namespace weft {

class GraphBatch {
 public:
  /// The graphs number `graphs` of `whole`, whose segments are the dataset's graphs. O(what is copied).
  GraphBatch(const ModelInput& whole, std::span<const std::int64_t> graphs);

  /// Finds now what passes of `model` would have to look for.
  void find_kinds(const NodeModel& model, bool is_training) { kinds_ = model.kinds_in(block_, nodes(), is_training); }

  [[nodiscard]] const MessageBlock& block() const { return block_; }
  /// A view of this.
  [[nodiscard]] NodeInput nodes() const;

 private:
  MessageBlock block_;
  Features features_, edge_features_;
  bool has_edge_features_;
  std::optional<Tensor> encoding_;
  std::vector<Tensor> hops_;
  /// Null: nothing was found ahead.
  std::shared_ptr<const InputKinds> kinds_;
};

}  // namespace weft
