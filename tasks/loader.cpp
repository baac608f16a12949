#include "weft/tasks/loader.hpp"

#include <algorithm>
#include <chrono>

#include "weft/core/error.hpp"

namespace weft {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t nanoseconds_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

/// Batches made ahead: enough for every thread to make one, and few enough to bound the memory. Nothing that is
/// computed depends on it.
std::int64_t batches_ahead() {
  return std::clamp(num_threads() + 1, 2, 8);
}

/// Positions of edges as 32-bit rows of their features. Features of edges are a matrix in memory, of fewer rows.
std::vector<std::uint32_t> rows_of(const Buffer<EdgeId>& edges) {
  return {edges.begin(), edges.end()};
}

}  // namespace

NodeInput Batch::input() const {
  NodeInput result(features);
  result.encoding = encoding.size() > 0 ? &encoding : nullptr;
  result.edge_features = std::holds_alternative<std::monostate>(edge_features) ? nullptr : &edge_features;
  result.hops = hops;
  return result;
}

Loader::Loader(std::unique_ptr<BatchSampler> sampler, const SamplerInfo& info, std::shared_ptr<const Origin> origin,
               const ModelInput& input)
    : sampler_(std::move(sampler)), info_(info), origin_(std::move(origin)), input_(input) {
  if (const Features* edges = input.edge_features(); edges != nullptr && shape_of(*edges).rows > 0) {
    require(info.is_subgraph && info.name != "rows", "sampler ", info.name,
            ": the model reads features of edges, and carries their states from layer to layer; it needs a sampler of "
            "subgraphs");
    require(shape_of(*edges).rows <= kMaxNodes, "sampler ", info.name, ": there are features of ",
            shape_of(*edges).rows, " edges, expected at most ", kMaxNodes);
  }
}

Batch Loader::batch(std::int64_t epoch, std::int64_t index) const {
  const Clock::time_point start = Clock::now();
  Sample sample = sampler_->sample(epoch, index);
  Batch result;
  result.blocks = origin_->blocks_of(sample, info_.sums);
  const Clock::time_point sampled = Clock::now();
  sampling_ += nanoseconds_since(start);

  result.features = input_.features().rows(sample.inputs);
  if (const Tensor* encoding = input_.encoding()) {
    result.encoding = gather_rows(*encoding, sample.inputs);
  }
  for (const Tensor& hop : input_.hops()) {
    result.hops.push_back(gather_rows(hop, sample.inputs));
  }
  if (const Features* edges = input_.edge_features(); edges != nullptr && shape_of(*edges).rows > 0) {
    result.edge_features = select_rows(*edges, rows_of(sample.blocks.front().edges));
  }
  result.seeds = std::move(sample.seeds);
  result.seed_rows = std::move(sample.seed_rows);
  result.seed_weights = std::move(sample.seed_weights);
  gathering_ += nanoseconds_since(sampled);
  return result;
}

void Loader::run(std::int64_t epoch, std::int64_t first, FunctionRef<bool(const Batch&)> use) {
  const std::int64_t end = num_batches(), ahead = batches_ahead();
  std::vector<Batch> slots(static_cast<std::size_t>(ahead));
  Clock::time_point last = Clock::now();
  const auto since_last = [&] {
    const Clock::time_point now = Clock::now();
    return std::chrono::duration<double>(now - std::exchange(last, now)).count();
  };
  use_ahead(
      std::min(first, end), end, ahead,
      [&](std::int64_t index, std::int64_t slot) { slots[static_cast<std::size_t>(slot)] = batch(epoch, index); },
      [&](std::int64_t, std::int64_t slot) {
        waiting_ += since_last();
        const Batch made = std::move(slots[static_cast<std::size_t>(slot)]);
        const bool goes_on = use(made);
        training_ += since_last();
        return goes_on;
      });
}

StageTimes Loader::times() const {
  return {.sampling = static_cast<double>(sampling_) * 1e-9,
          .gathering = static_cast<double>(gathering_) * 1e-9,
          .training = training_,
          .waiting = waiting_};
}

}  // namespace weft
