// Where batches come from: the whole graph, samples of it, some graphs of many; and how they are made ahead of the step
// that reads them and beside it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "weft/core/items_ahead.hpp"
#include "weft/core/stopwatch.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/samplers/graph_batches.hpp"
#include "weft/samplers/origin.hpp"
#include "weft/tasks/batch.hpp"
#include "weft/train/task.hpp"

namespace weft {

/// The batches of one epoch.
class EpochBatches {
 public:
  virtual ~EpochBatches() = default;
  [[nodiscard]] virtual std::int64_t num_batches() const = 0;
  /// By this thread: a pure function. Threads may call this at once.
  [[nodiscard]] virtual Batch batch(std::int64_t index) const = 0;
};

/// A source of batches: a pure function of (epoch, index).
class Batches {
 public:
  Batches() = default;
  Batches(const Batches&) = delete;
  Batches& operator=(const Batches&) = delete;
  virtual ~Batches() = default;
  /// A view of this.
  [[nodiscard]] virtual std::unique_ptr<const EpochBatches> epoch(std::int64_t number) const = 0;
  /// How many are worth making ahead of their use, which bounds the memory; 0: each when it is asked for. Nothing that
  /// is computed depends on it.
  [[nodiscard]] virtual std::int64_t depth() const = 0;
  /// Seconds that all threads took to draw batches, and to read their features, where that is counted.
  [[nodiscard]] virtual StageTimes times() const { return {}; }
};

/// `count` batches an epoch, all of them the whole graph. `input` must outlive the batches; so below.
[[nodiscard]] std::unique_ptr<const Batches> whole_graph(const ModelInput& input, std::int64_t count = 1);

/// Throws ArgumentError if the input has features of edges and the sampler's blocks are hops, or none of the graph's.
[[nodiscard]] std::unique_ptr<const Batches> samples(std::unique_ptr<BatchSampler> sampler, const SamplerInfo& info,
                                                     std::shared_ptr<const Origin> origin, const ModelInput& input);

/// Graphs of an input of many, with what passes of `model` look for in them, of training if `is_training`; the model's
/// weights are not read. graphs_of(epoch) says which.
[[nodiscard]] std::unique_ptr<const Batches> graphs_in_batches(const ModelInput& input,
                                                               std::function<GraphEpoch(std::int64_t epoch)> graphs_of,
                                                               const NodeModel& model, bool is_training);

/// What a step on each graph costs: its nodes and edges.
[[nodiscard]] std::vector<std::int64_t> graph_costs(const MessageBlock& block, std::span<const std::int64_t> graphs);

/// The batches first, first + 1, ... of an epoch, in order, made ahead (core/items_ahead.hpp).
class BatchStream {
 public:
  /// The source must outlive the stream. Where `times` is not null, what the caller does between batches is counted
  /// there as training, up to the end of the stream, and what it waits for them.
  BatchStream(const Batches& batches, std::int64_t epoch, std::int64_t first, StageTimes* times = nullptr);
  BatchStream(const BatchStream&) = delete;
  BatchStream& operator=(const BatchStream&) = delete;
  ~BatchStream();

  [[nodiscard]] std::int64_t num_batches() const { return batches_->num_batches(); }
  /// Good until the next call; nullptr: there are no more.
  [[nodiscard]] const Batch* next();
  /// Of the batch that next() gave last.
  [[nodiscard]] std::int64_t number() const { return number_; }

 private:
  /// Lets go of the batch that is being used, if there is one.
  void end_use();

  std::unique_ptr<const EpochBatches> batches_;
  std::int64_t number_;
  std::vector<Batch> slots_;
  Batch current_;
  StageTimes* times_;
  Stopwatch since_last_;
  bool is_in_use_ = false;
  /// Nothing where batches are made when they are asked for. Last: it ends before what it writes.
  std::optional<ItemsAhead> ahead_;
};

/// Epochs whose steps read a batch each.
class BatchEpochs final : public Epochs {
 public:
  /// The loss, [1, 1], of what the model says of batch `index` of `epoch`.
  using Loss =
      std::function<Variable(const Variable& logits, const Batch& batch, std::int64_t epoch, std::int64_t index)>;
  BatchEpochs(std::unique_ptr<const Batches> batches, Loss loss)
      : batches_(std::move(batches)), loss_(std::move(loss)) {}

  [[nodiscard]] std::unique_ptr<Epoch> epoch(std::int64_t number, std::int64_t first) override;
  [[nodiscard]] StageTimes times() const override;

 private:
  std::unique_ptr<const Batches> batches_;
  Loss loss_;
  StageTimes steps_;
};

/// A model of a task that reads batches.
[[nodiscard]] const NodeModel& node_model(const Model& model);

}  // namespace weft
