#include "weft/tasks/batch.hpp"

#include <numeric>

#include "weft/graph/graph_slices.hpp"
#include "weft/tensor/row_ranges.hpp"

namespace weft {
namespace {

/// Those of the ranges, one after the other.
Buffer<float> numbers_in(std::span<const float> numbers, std::span<const RowRange> ranges) {
  std::vector<float> result;
  for (const RowRange& range : ranges) {
    result.insert(result.end(), numbers.begin() + range.begin, numbers.begin() + range.end);
  }
  return Buffer<float>::copy_of(result);
}

}  // namespace

Batch Batch::of_whole(const ModelInput& input) {
  Batch batch;
  batch.whole_ = &input;
  return batch;
}

Batch Batch::of_sample(const ModelInput& input, std::vector<MessageBlock> blocks, Sample& sample) {
  Batch batch;
  batch.blocks_ = std::move(blocks);
  batch.features_ = input.features().rows(sample.inputs);
  if (const Tensor* encoding = input.encoding()) {
    batch.encoding_ = gather_rows(*encoding, sample.inputs);
  }
  for (const Tensor& hop : input.hops()) {
    batch.hops_.push_back(gather_rows(hop, sample.inputs));
  }
  if (input.has_edge_features()) {
    // Positions of edges as 32-bit rows of their features, which are in memory and of fewer rows.
    const Buffer<EdgeId>& edges = sample.blocks.front().edges;
    batch.edge_features_ = select_rows(*input.edge_features(), std::vector<std::uint32_t>(edges.begin(), edges.end()));
    batch.has_edge_features_ = true;
  }
  batch.seeds.assign(sample.seeds.begin(), sample.seeds.end());
  batch.seed_rows.assign(sample.seed_rows.begin(), sample.seed_rows.end());
  batch.seed_weights = std::move(sample.seed_weights);
  return batch;
}

Batch Batch::of_graphs(const ModelInput& input, std::span<const std::int64_t> graphs) {
  const MessageBlock& whole = input.block();
  Batch batch;
  std::vector<RowRange> nodes, edges;
  for (const std::int64_t g : graphs) {
    const auto i = static_cast<std::size_t>(g);
    nodes.push_back({whole.segments()[i], whole.segments()[i + 1]});
    edges.push_back({whole.offsets()[static_cast<std::size_t>(nodes.back().begin)],
                     whole.offsets()[static_cast<std::size_t>(nodes.back().end)]});
  }
  MessageBlock block = block_of_graphs(whole.graph(), whole.segments(), graphs);
  if (whole.is_weighted()) {
    const auto segments = block.segments();
    block = MessageBlock(
        block.graph(),
        {.weights = numbers_in(whole.weights(), edges), .degrees = numbers_in(whole.origin_degrees(), nodes)},
        std::vector<std::int64_t>(segments.begin(), segments.end()));
  }
  batch.blocks_.push_back(std::move(block));
  const NodeInput all = input.nodes();
  batch.features_ = rows_in(all.features, nodes);
  if (all.edge_features != nullptr) {
    batch.edge_features_ = rows_in(*all.edge_features, edges);
    batch.has_edge_features_ = true;
  }
  if (all.encoding != nullptr) {
    batch.encoding_ = rows_in(*all.encoding, nodes);
  }
  for (const Tensor& hop : all.hops) {
    batch.hops_.push_back(rows_in(hop, nodes));
  }
  batch.seeds.assign(graphs.begin(), graphs.end());
  batch.seed_rows.resize(graphs.size());
  std::iota(batch.seed_rows.begin(), batch.seed_rows.end(), std::int64_t{0});
  return batch;
}

Blocks Batch::blocks() const {
  return is_whole() ? Blocks(whole_->block()) : Blocks(std::span<const MessageBlock>(blocks_));
}

NodeInput Batch::input() const {
  if (is_whole()) {
    return whole_->nodes();
  }
  NodeInput input(features_);
  input.encoding = encoding_.cols() > 0 ? &encoding_ : nullptr;
  input.edge_features = has_edge_features_ ? &edge_features_ : nullptr;
  input.hops = hops_;
  input.kinds = kinds_.get();
  return input;
}

}  // namespace weft
