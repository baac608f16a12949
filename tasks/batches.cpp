#include "weft/tasks/batches.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "weft/core/error.hpp"

namespace weft {
namespace {

class WholeGraph final : public Batches {
 public:
  WholeGraph(const ModelInput& input, std::int64_t count) : input_(input), count_(count) {}

  [[nodiscard]] std::unique_ptr<const EpochBatches> epoch(std::int64_t) const override {
    struct Views final : EpochBatches {
      explicit Views(const WholeGraph& from) : whole(from) {}
      [[nodiscard]] std::int64_t num_batches() const override { return whole.count_; }
      [[nodiscard]] Batch batch(std::int64_t) const override { return Batch::of_whole(whole.input_); }
      const WholeGraph& whole;
    };
    return std::make_unique<Views>(*this);
  }
  [[nodiscard]] std::int64_t depth() const override { return 0; }

 private:
  const ModelInput& input_;
  std::int64_t count_;
};

class Samples final : public Batches {
 public:
  Samples(std::unique_ptr<BatchSampler> sampler, const SamplerInfo& info, std::shared_ptr<const Origin> origin,
          const ModelInput& input)
      : sampler_(std::move(sampler)), sums_(info.sums), origin_(std::move(origin)), input_(input) {
    if (input.has_edge_features()) {
      require(
          info.is_subgraph && info.name != "rows", "sampler ", info.name,
          ": the model reads features of edges, and carries their states from layer to layer; it needs a sampler of "
          "subgraphs");
      require(shape_of(*input.edge_features()).rows <= kMaxNodes, "sampler ", info.name, ": there are features of ",
              shape_of(*input.edge_features()).rows, " edges, expected at most ", kMaxNodes);
    }
  }

  [[nodiscard]] std::unique_ptr<const EpochBatches> epoch(std::int64_t number) const override {
    struct Drawn final : EpochBatches {
      Drawn(const Samples& from, std::int64_t of_epoch) : samples(from), epoch(of_epoch) {}
      [[nodiscard]] std::int64_t num_batches() const override { return samples.sampler_->num_batches(); }
      [[nodiscard]] Batch batch(std::int64_t index) const override { return samples.draw(epoch, index); }
      const Samples& samples;
      std::int64_t epoch;
    };
    return std::make_unique<Drawn>(*this, number);
  }
  /// Enough for every thread to make one, and few enough to bound the memory.
  [[nodiscard]] std::int64_t depth() const override { return std::clamp(num_threads() + 1, 2, 8); }
  [[nodiscard]] StageTimes times() const override {
    return {.sampling = static_cast<double>(sampling_) * 1e-9, .gathering = static_cast<double>(gathering_) * 1e-9};
  }

 private:
  [[nodiscard]] Batch draw(std::int64_t epoch, std::int64_t index) const {
    const Stopwatch watch;
    Sample sample = sampler_->sample(epoch, index);
    std::vector<MessageBlock> blocks = origin_->blocks_of(sample, sums_);
    const double sampled = watch.seconds();
    Batch batch = Batch::of_sample(input_, std::move(blocks), sample);
    sampling_ += static_cast<std::int64_t>(sampled * 1e9);
    gathering_ += static_cast<std::int64_t>((watch.seconds() - sampled) * 1e9);
    return batch;
  }

  std::unique_ptr<BatchSampler> sampler_;
  RowSums sums_;
  std::shared_ptr<const Origin> origin_;
  const ModelInput& input_;
  /// Nanoseconds, for those who want to know; batches are made by several threads and do not depend on them.
  mutable std::atomic<std::int64_t> sampling_{0}, gathering_{0};
};

class GraphsInBatches final : public Batches {
 public:
  GraphsInBatches(const ModelInput& input, std::function<GraphEpoch(std::int64_t)> graphs_of, const NodeModel& model,
                  bool is_training)
      : input_(input), graphs_of_(std::move(graphs_of)), model_(model), is_training_(is_training) {}

  [[nodiscard]] std::unique_ptr<const EpochBatches> epoch(std::int64_t number) const override {
    struct Cut final : EpochBatches {
      Cut(const GraphsInBatches& from, GraphEpoch of_epoch) : all(from), graphs(std::move(of_epoch)) {}
      [[nodiscard]] std::int64_t num_batches() const override { return graphs.num_batches(); }
      [[nodiscard]] Batch batch(std::int64_t index) const override {
        Batch batch = Batch::of_graphs(all.input_, graphs.batch(index));
        batch.find_kinds(all.model_, all.is_training_);
        return batch;
      }
      const GraphsInBatches& all;
      GraphEpoch graphs;
    };
    return std::make_unique<Cut>(*this, graphs_of_(number));
  }
  /// Enough that a batch is ready when a step ends.
  [[nodiscard]] std::int64_t depth() const override { return 2; }

 private:
  const ModelInput& input_;
  std::function<GraphEpoch(std::int64_t)> graphs_of_;
  const NodeModel& model_;
  bool is_training_;
};

class BatchStep final : public Step {
 public:
  BatchStep(const BatchEpochs::Loss& loss, std::int64_t epoch) : loss_(loss), epoch_(epoch) {}
  void set(const Batch& batch, std::int64_t index) {
    batch_ = &batch;
    index_ = index;
  }
  [[nodiscard]] Variable loss(const Model& model, Pass& pass) const override {
    return loss_(node_model(model).forward(batch_->blocks(), batch_->input(), pass).logits, *batch_, epoch_, index_);
  }

 private:
  const BatchEpochs::Loss& loss_;
  std::int64_t epoch_, index_ = 0;
  const Batch* batch_ = nullptr;
};

class BatchEpoch final : public Epoch {
 public:
  BatchEpoch(const Batches& batches, const BatchEpochs::Loss& loss, std::int64_t number, std::int64_t first,
             StageTimes* times)
      : stream_(batches, number, first, times), step_(loss, number) {}

  [[nodiscard]] std::int64_t num_steps() const override { return stream_.num_batches(); }
  [[nodiscard]] const Step* next() override {
    const Batch* batch = stream_.next();
    if (batch == nullptr) {
      return nullptr;
    }
    step_.set(*batch, stream_.number());
    return &step_;
  }

 private:
  BatchStream stream_;
  BatchStep step_;
};

}  // namespace

std::unique_ptr<const Batches> whole_graph(const ModelInput& input, std::int64_t count) {
  return std::make_unique<WholeGraph>(input, count);
}

std::unique_ptr<const Batches> samples(std::unique_ptr<BatchSampler> sampler, const SamplerInfo& info,
                                       std::shared_ptr<const Origin> origin, const ModelInput& input) {
  return std::make_unique<Samples>(std::move(sampler), info, std::move(origin), input);
}

std::unique_ptr<const Batches> graphs_in_batches(const ModelInput& input,
                                                 std::function<GraphEpoch(std::int64_t epoch)> graphs_of,
                                                 const NodeModel& model, bool is_training) {
  return std::make_unique<GraphsInBatches>(input, std::move(graphs_of), model, is_training);
}

std::vector<std::int64_t> graph_costs(const MessageBlock& block, std::span<const std::int64_t> graphs) {
  std::vector<std::int64_t> costs;
  costs.reserve(graphs.size());
  for (const std::int64_t g : graphs) {
    const auto begin = static_cast<std::size_t>(block.segments()[static_cast<std::size_t>(g)]),
               end = static_cast<std::size_t>(block.segments()[static_cast<std::size_t>(g) + 1]);
    costs.push_back(static_cast<std::int64_t>(end - begin) + block.offsets()[end] - block.offsets()[begin]);
  }
  return costs;
}

BatchStream::BatchStream(const Batches& batches, std::int64_t epoch, std::int64_t first, StageTimes* times)
    : batches_(batches.epoch(epoch)), number_(first - 1), times_(times) {
  if (const std::int64_t depth = batches.depth(); depth > 0) {
    slots_.resize(static_cast<std::size_t>(depth));
    ahead_.emplace(std::min(first, num_batches()), num_batches(), depth, [this](std::int64_t index, std::int64_t slot) {
      slots_[static_cast<std::size_t>(slot)] = batches_->batch(index);
    });
  }
}

BatchStream::~BatchStream() {
  end_use();
}

void BatchStream::end_use() {
  if (times_ != nullptr && is_in_use_) {
    times_->training += since_last_.seconds();
  }
  is_in_use_ = false;
  current_ = {};
}

const Batch* BatchStream::next() {
  end_use();
  since_last_.restart();
  if (number_ + 1 >= num_batches()) {
    return nullptr;
  }
  // Out of its slot, so that it is freed after its use even where no other batch is made in that slot.
  current_ = ahead_ ? std::move(slots_[static_cast<std::size_t>(ahead_->next()->slot)]) : batches_->batch(number_ + 1);
  ++number_;
  is_in_use_ = true;
  if (times_ != nullptr) {
    times_->waiting += since_last_.seconds();
  }
  since_last_.restart();
  return &current_;
}

std::unique_ptr<Epoch> BatchEpochs::epoch(std::int64_t number, std::int64_t first) {
  return std::make_unique<BatchEpoch>(*batches_, loss_, number, first, &steps_);
}

StageTimes BatchEpochs::times() const {
  StageTimes times = batches_->times();
  if (times.any()) {
    times += steps_;
  }
  return times;
}

const NodeModel& node_model(const Model& model) {
  const auto* found = dynamic_cast<const NodeModel*>(&model);
  require(found != nullptr, "train: the model reads no graph, expected one of nodes or graphs");
  return *found;
}

}  // namespace weft
