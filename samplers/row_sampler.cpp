#include "weft/samplers/row_sampler.hpp"

#include <numeric>

#include "weft/graph/ascending_rows.hpp"

namespace weft {

Sample RowSampler::sample(std::int64_t epoch, std::int64_t index) const {
  Sample sample;
  sample.seeds = batches_.batch(epoch, index);
  sample.inputs = sample.seeds.clone();
  sample.seed_rows = Buffer<NodeId>(sample.seeds.size());
  std::iota(sample.seed_rows.begin(), sample.seed_rows.end(), NodeId{0});
  sample.is_subgraph = true;
  const auto count = static_cast<std::int64_t>(sample.seeds.size());
  sample.blocks.emplace_back();
  sample.blocks[0].block =
      MessageBlock(from_ascending_rows(count, Buffer<EdgeId>(sample.seeds.size() + 1, EdgeId{0}), {}));
  return sample;
}

}  // namespace weft
