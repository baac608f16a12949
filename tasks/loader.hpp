// Batches for training: drawn, their features gathered, ahead of the step that reads them and beside it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/layers/blocks.hpp"
#include "weft/layers/node_input.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/samplers/origin.hpp"
#include "weft/tensor/feature_rows.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/train/stage_times.hpp"

namespace weft {

/// All that a step reads. Owns it.
struct Batch {
  std::vector<MessageBlock> blocks;
  Features features, edge_features;
  Tensor encoding;
  std::vector<Tensor> hops;
  /// The nodes to predict, the row of each among the outputs of the last block, and what the loss of each is multiplied
  /// with (empty: 1).
  Buffer<NodeId> seeds, seed_rows;
  Buffer<float> seed_weights;

  [[nodiscard]] Blocks view() const { return Blocks(std::span<const MessageBlock>(blocks)); }
  [[nodiscard]] NodeInput input() const;
};

class Loader {
 public:
  /// `input` must outlive the loader. Throws ArgumentError if the input has features of edges and the sampler's blocks
  /// are hops, or none of the graph's.
  Loader(std::unique_ptr<BatchSampler> sampler, const SamplerInfo& info, std::shared_ptr<const Origin> origin,
         const ModelInput& input);

  [[nodiscard]] std::int64_t num_batches() const { return sampler_->num_batches(); }
  /// One batch, by this thread: a pure function. Threads may call this at once.
  [[nodiscard]] Batch batch(std::int64_t epoch, std::int64_t index) const;

  /// Calls use() with the batches first, first + 1, ... of an epoch, in order and on this thread, while others make
  /// those that follow (core/parallel.hpp, use_ahead), until they end or it returns false.
  void run(std::int64_t epoch, std::int64_t first, FunctionRef<bool(const Batch&)> use);

  /// Of all run() so far.
  [[nodiscard]] StageTimes times() const;

 private:
  [[nodiscard]] Features features_of(const Sample& sample) const;

  std::unique_ptr<BatchSampler> sampler_;
  SamplerInfo info_;
  std::shared_ptr<const Origin> origin_;
  const ModelInput& input_;
  /// Nanoseconds: batches are made by several threads.
  mutable std::atomic<std::int64_t> sampling_{0}, gathering_{0};
  double training_ = 0.0, waiting_ = 0.0;
};

}  // namespace weft
