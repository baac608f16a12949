#include "weft/tasks/graph_inference.hpp"

#include <algorithm>
#include <numeric>

#include "weft/samplers/graph_batches.hpp"
#include "weft/tasks/graph_loader.hpp"

namespace weft {
namespace {

/// Graphs a batch: enough to keep threads busy, few enough that the states stay in cache.
constexpr std::int64_t kBatch = 256;

/// The rows of `part` into `all`, from row `first` on.
void put_rows(const Tensor& part, std::int64_t first, std::int64_t num_rows, Tensor& all) {
  if (all.rows() == 0) {
    all = Tensor::uninitialized(num_rows, part.cols());
  }
  std::ranges::copy(part.values(), all.data() + first * all.cols());
}

}  // namespace

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

GraphOutputs infer_graphs(const NodeModel& model, const ModelInput& input, bool with_embedding) {
  std::vector<std::int64_t> graphs(static_cast<std::size_t>(input.block().num_graphs()));
  std::iota(graphs.begin(), graphs.end(), std::int64_t{0});
  const std::vector<std::int64_t> costs = graph_costs(input.block(), graphs);
  const auto num_graphs = static_cast<std::int64_t>(graphs.size());
  const GraphEpoch epoch = even_batches(std::move(graphs), costs, kBatch);
  GraphOutputs all;
  GraphLoader(input, model, false).run(epoch, 0, [&](const GraphBatch& batch, std::int64_t k) {
    Pass pass = Pass::inference();
    const NodeModel::Output output = model.forward(batch.block(), batch.nodes(), pass);
    const std::int64_t first = epoch.starts[static_cast<std::size_t>(k)];
    put_rows(output.logits.value(), first, num_graphs, all.logits);
    if (with_embedding) {
      put_rows(output.embedding.value(), first, num_graphs, all.embedding);
    }
    return true;
  });
  return all;
}

}  // namespace weft
