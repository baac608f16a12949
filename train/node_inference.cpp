#include "weft/train/node_inference.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "weft/samplers/neighbor_sampler.hpp"

namespace weft {
namespace {

std::vector<NodeId> nodes_from(std::int64_t begin, std::int64_t end) {
  std::vector<NodeId> nodes(static_cast<std::size_t>(end - begin));
  std::iota(nodes.begin(), nodes.end(), static_cast<NodeId>(begin));
  return nodes;
}

/// Puts rows into a tensor of all nodes, made when the first rows come.
void put_rows(const Tensor& rows, std::int64_t begin, std::int64_t num_nodes, Tensor& all) {
  if (all.size() == 0) {
    all = Tensor::uninitialized(num_nodes, rows.cols());
  }
  std::copy_n(rows.data(), rows.size(), all.data() + begin * rows.cols());
}

/// States that go from layer to layer, of all nodes.
struct LayerStates {
  Tensor states, total;

  [[nodiscard]] HopLayers::Carried of(std::span<const NodeId> nodes) const {
    const auto rows = [&](const Tensor& x) {
      return x.size() == 0 ? Variable() : Variable::constant(gather_rows(x, nodes));
    };
    return {rows(states), rows(total)};
  }
  void put(const HopLayers::Carried& carried, std::int64_t begin, std::int64_t num_nodes) {
    put_rows(carried.states.value(), begin, num_nodes, states);
    if (carried.total.cols() > 0) {
      put_rows(carried.total.value(), begin, num_nodes, total);
    }
  }
};

/// The block in which the nodes [begin, end) read all their neighbors.
struct WholeRows {
  std::vector<MessageBlock> blocks;
  Buffer<NodeId> inputs;
};

class WholeRowReader {
 public:
  explicit WholeRowReader(const CsrGraph& graph)
      : sampler_(graph, SeedBatches({}, {}), {.fanouts = {kAllNeighbors}}), origin_(graph) {}

  [[nodiscard]] WholeRows read(std::int64_t begin, std::int64_t end) const {
    Sample sample = sampler_.sample_seeds(nodes_from(begin, end), Random(0));
    std::vector<MessageBlock> blocks = origin_.blocks_of(sample, RowSums::estimate);
    return {std::move(blocks), std::move(sample.inputs)};
  }

 private:
  NeighborSampler sampler_;
  Origin origin_;
};

}  // namespace

NodeOutputs infer_at_once(const NodeModel& model, const ModelInput& input) {
  Pass pass = Pass::inference();
  const NodeModel::Output output = model.forward(input.block(), input.nodes(), pass);
  return {output.logits.value(), output.embedding.value()};
}

NodeOutputs infer_by_layers(const HopLayers& layers, const ModelInput& input, std::int64_t chunk_rows,
                            bool with_embedding) {
  require(chunk_rows >= 1, "infer_by_layers: chunk_rows is ", chunk_rows, ", expected at least 1");
  const std::int64_t n = input.block().num_outputs();
  const WholeRowReader reader(input.block().graph());
  NodeOutputs outputs;
  LayerStates before;
  for (std::size_t l = 0; l < layers.num_layers(); ++l) {
    LayerStates after;
    for (std::int64_t begin = 0; begin < n; begin += chunk_rows) {
      const std::int64_t end = std::min(n, begin + chunk_rows);
      const WholeRows rows = reader.read(begin, end);
      Pass pass = Pass::inference();
      Features features;
      std::optional<Tensor> encoding;
      std::optional<NodeInput> nodes;
      if (l == 0) {
        features = input.rows().rows(rows.inputs);
        nodes.emplace(features);
        if (input.encoding() != nullptr) {
          encoding = gather_rows(*input.encoding(), rows.inputs);
          nodes->encoding = &*encoding;
        }
      }
      const HopLayers::Carried carried = layers.run_layer(l, rows.blocks.front(), nodes ? &*nodes : nullptr,
                                                          l == 0 ? HopLayers::Carried{} : before.of(rows.inputs), pass);
      if (l + 1 < layers.num_layers()) {
        after.put(carried, begin, n);
        continue;
      }
      const NodeModel::Output output = layers.finish(carried, pass);
      put_rows(output.logits.value(), begin, n, outputs.logits);
      if (with_embedding) {
        put_rows(output.embedding.value(), begin, n, outputs.embedding);
      }
    }
    before = std::move(after);
  }
  return outputs;
}

NodeOutputs infer_by_samples(const NodeModel& model, const Sampling& sampling, std::int64_t num_nodes) {
  const std::unique_ptr<Loader> loader = sampling.loader(nodes_from(0, num_nodes), false, 0);
  NodeOutputs outputs;
  loader->run(0, 0, [&](const Batch& batch) {
    Pass pass = Pass::inference();
    const NodeModel::Output output = model.forward(batch.view(), batch.input(), pass);
    const auto put = [&](const Tensor& rows, Tensor& all) {
      if (all.size() == 0) {
        all = Tensor::uninitialized(num_nodes, rows.cols());
      }
      for (std::size_t i = 0; i < batch.seeds.size(); ++i) {
        std::ranges::copy(rows.row(batch.seed_rows[i]), all.row(batch.seeds[i]).begin());
      }
    };
    put(output.logits.value(), outputs.logits);
    put(output.embedding.value(), outputs.embedding);
    return true;
  });
  return outputs;
}

NodeOutputs infer_nodes(const NodeModel& model, const ModelInput& input, const Options& options,
                        const Sampling* sampling, bool with_embedding) {
  const std::int64_t n = input.block().num_outputs(), chunk = options.integer("inference_rows");
  if (sampling != nullptr && sampling->info().infers_by_samples) {
    return infer_by_samples(model, *sampling, n);
  }
  if (model.hop_layers() != nullptr && ((chunk > 0 && chunk < n) || input.is_in_file())) {
    // What fits anywhere, where nothing else is said.
    constexpr std::int64_t kSmallChunk = 1 << 14;
    return infer_by_layers(*model.hop_layers(), input, chunk > 0 ? chunk : kSmallChunk, with_embedding);
  }
  return infer_at_once(model, input);
}

}  // namespace weft
