// What one step, or one piece of inference, reads of a graph, be it the whole, a sample of hops, a subgraph or some
// graphs of many.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/layers/models.hpp"
#include "weft/layers/node_input.hpp"
#include "weft/samplers/sample.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/tensor/features.hpp"

namespace weft {

/// Owns all that is read, but for the whole graph, of which it is a view.
class Batch {
 public:
  Batch() = default;
  /// A view: the input must outlive it.
  [[nodiscard]] static Batch of_whole(const ModelInput& input);
  /// The features of a sample whose blocks are `blocks`, read row by row. Takes the weights of the seeds out of the
  /// sample.
  [[nodiscard]] static Batch of_sample(const ModelInput& input, std::vector<MessageBlock> blocks, Sample& sample);
  /// The graphs number `graphs` of an input of many, cut out of its arrays. O(what is copied).
  [[nodiscard]] static Batch of_graphs(const ModelInput& input, std::span<const std::int64_t> graphs);

  [[nodiscard]] bool is_whole() const { return whole_ != nullptr; }
  [[nodiscard]] Blocks blocks() const;
  /// A view of this.
  [[nodiscard]] NodeInput input() const;
  /// Finds now what passes of `model` would have to look for.
  void find_kinds(const NodeModel& model, bool is_training) { kinds_ = model.kinds_in(blocks(), input(), is_training); }

  /// What outputs are asked for: the nodes or graphs, the row of each among the outputs of the last block, and what the
  /// loss of each is multiplied with (empty: 1). All are empty where the step itself knows.
  std::vector<std::int64_t> seeds, seed_rows;
  Buffer<float> seed_weights;

 private:
  /// Null: the batch has blocks and features of its own.
  const ModelInput* whole_ = nullptr;
  std::vector<MessageBlock> blocks_;
  Features features_, edge_features_;
  bool has_edge_features_ = false;
  Tensor encoding_;
  std::vector<Tensor> hops_;
  /// Null: nothing was found ahead.
  std::shared_ptr<const InputKinds> kinds_;
};

}  // namespace weft
