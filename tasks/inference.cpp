#include "weft/tasks/inference.hpp"

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

/// Puts a row for each of `nodes` into a tensor of all nodes, made when the first rows come.
void put_rows(const Tensor& rows, std::span<const NodeId> nodes, std::int64_t num_nodes, Tensor& all) {
  if (all.size() == 0) {
    all = Tensor::uninitialized(num_nodes, rows.cols());
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::ranges::copy(rows.row(static_cast<std::int64_t>(i)), all.row(nodes[i]).begin());
  }
}

/// The same of what a batch was asked for.
void put_seeds(const Tensor& rows, const Batch& batch, std::int64_t num_rows, Tensor& all) {
  if (all.size() == 0) {
    all = Tensor::uninitialized(num_rows, rows.cols());
  }
  for (std::size_t i = 0; i < batch.seeds.size(); ++i) {
    std::ranges::copy(rows.row(batch.seed_rows[i]), all.row(batch.seeds[i]).begin());
  }
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
  void put(const HopLayers::Carried& carried, std::span<const NodeId> nodes, std::int64_t num_nodes) {
    put_rows(carried.states.value(), nodes, num_nodes, states);
    if (carried.total.cols() > 0) {
      put_rows(carried.total.value(), nodes, num_nodes, total);
    }
  }
};

/// The block in which some nodes read all their neighbors.
struct WholeRows {
  std::vector<MessageBlock> blocks;
  Buffer<NodeId> inputs;
};

class WholeRowReader {
 public:
  explicit WholeRowReader(const MessageBlock& whole)
      : origin_(whole.graph(), whole.weights()),
        sampler_(whole.graph(), SeedBatches({}, {}),
                 {.fanouts = {kAllNeighbors}, .keep_edges = origin_.reads_edges()}) {}

  [[nodiscard]] WholeRows read(std::span<const NodeId> nodes) const {
    Sample sample = sampler_.sample_seeds(nodes, Random(0));
    std::vector<MessageBlock> blocks = origin_.blocks_of(sample, RowSums::estimate);
    return {std::move(blocks), std::move(sample.inputs)};
  }

 private:
  Origin origin_;
  NeighborSampler sampler_;
};

std::vector<NodeId> nodes_of(const std::vector<char>& is_wanted) {
  std::vector<NodeId> nodes;
  for (std::size_t v = 0; v < is_wanted.size(); ++v) {
    if (is_wanted[v] != 0) {
      nodes.push_back(static_cast<NodeId>(v));
    }
  }
  return nodes;
}

/// For each layer, ascending, the nodes that it has to work on.
std::vector<std::vector<NodeId>> nodes_of_layers(const CsrGraph& graph, std::size_t num_layers,
                                                 std::span<const std::int64_t> wanted) {
  const std::int64_t n = graph.num_nodes();
  if (wanted.empty()) {
    return std::vector<std::vector<NodeId>>(num_layers, nodes_from(0, n));
  }
  std::vector<char> is_wanted(static_cast<std::size_t>(n), 0);
  for (const std::int64_t v : wanted) {
    require(v >= 0 && v < n, "inference: node ", v, " is wanted, expected 0 to ", n - 1);
    is_wanted[static_cast<std::size_t>(v)] = 1;
  }
  std::vector<std::vector<NodeId>> layers(num_layers);
  layers.back() = nodes_of(is_wanted);
  for (std::size_t l = num_layers - 1; l > 0; --l) {
    for (std::size_t i = 0; i < layers[l].size(); ++i) {
      for (const NodeId u : graph.sources_of(layers[l][i])) {
        is_wanted[u] = 1;
      }
      if (i % 512 == 511) {
        graph.trim();
      }
    }
    layers[l - 1] = nodes_of(is_wanted);
  }
  return layers;
}

/// The end of a chunk of `nodes` that begins at `begin`.
std::size_t chunk_end(const CsrGraph& graph, std::span<const NodeId> nodes, std::size_t begin,
                      std::int64_t chunk_rows) {
  const EdgeId most_edges = chunk_rows * (graph.num_edges() / std::max<std::int64_t>(1, graph.num_nodes()) + 1);
  EdgeId edges = graph.in_degree(nodes[begin]);
  std::size_t end = begin + 1;
  while (end < nodes.size() && static_cast<std::int64_t>(end - begin) < chunk_rows &&
         edges + graph.in_degree(nodes[end]) <= most_edges) {
    edges += graph.in_degree(nodes[end++]);
  }
  return end;
}

}  // namespace

Outputs infer_by_batches(const NodeModel& model, const Batches& batches, std::int64_t num_rows, bool with_embedding) {
  Outputs outputs;
  BatchStream stream(batches, 0, 0);
  while (const Batch* batch = stream.next()) {
    Pass pass = Pass::inference();
    const NodeModel::Output output = model.forward(batch->blocks(), batch->input(), pass);
    if (batch->is_whole()) {
      return {output.logits.value(), with_embedding ? output.embedding.value() : Tensor()};
    }
    put_seeds(output.logits.value(), *batch, num_rows, outputs.logits);
    if (with_embedding) {
      put_seeds(output.embedding.value(), *batch, num_rows, outputs.embedding);
    }
  }
  return outputs;
}

Outputs infer_by_layers(const HopLayers& layers, const ModelInput& input, std::int64_t chunk_rows,
                        const Wanted& wanted) {
  require(chunk_rows >= 1, "infer_by_layers: chunk_rows is ", chunk_rows, ", expected at least 1");
  const CsrGraph& graph = input.block().graph();
  const std::int64_t n = graph.num_nodes();
  const WholeRowReader reader(input.block());
  std::vector<std::vector<NodeId>> nodes = nodes_of_layers(graph, layers.num_layers(), wanted.rows);
  // Where the embedding of each node of the last layer goes.
  std::vector<NodeId> place(wanted.embedding && !wanted.rows.empty() ? static_cast<std::size_t>(n) : 0);
  for (std::size_t i = 0; i < wanted.rows.size() && !place.empty(); ++i) {
    place[static_cast<std::size_t>(wanted.rows[i])] = static_cast<NodeId>(i);
  }
  Outputs outputs;
  LayerStates before;
  for (std::size_t l = 0; l < layers.num_layers(); ++l) {
    LayerStates after;
    for (std::size_t begin = 0, end = 0; begin < nodes[l].size(); begin = end) {
      end = chunk_end(graph, nodes[l], begin, chunk_rows);
      const auto chunk = std::span<const NodeId>(nodes[l]).subspan(begin, end - begin);
      const WholeRows rows = reader.read(chunk);
      Pass pass = Pass::inference();
      Features features;
      std::optional<Tensor> encoding;
      std::optional<NodeInput> read;
      if (l == 0) {
        features = input.features().rows(rows.inputs);
        read.emplace(features);
        if (input.encoding() != nullptr) {
          encoding = gather_rows(*input.encoding(), rows.inputs);
          read->encoding = &*encoding;
        }
      }
      const HopLayers::Carried carried = layers.run_layer(l, rows.blocks.front(), read ? &*read : nullptr,
                                                          l == 0 ? HopLayers::Carried{} : before.of(rows.inputs), pass);
      if (l + 1 < layers.num_layers()) {
        after.put(carried, chunk, n);
        continue;
      }
      const NodeModel::Output output = layers.finish(carried, pass);
      put_rows(output.logits.value(), chunk, n, outputs.logits);
      if (wanted.embedding) {
        std::vector<NodeId> to(chunk.begin(), chunk.end());
        std::ranges::for_each(to, [&](NodeId& v) { v = place.empty() ? v : place[v]; });
        put_rows(output.embedding.value(), to, place.empty() ? n : static_cast<std::int64_t>(wanted.rows.size()),
                 outputs.embedding);
      }
    }
    before = std::move(after);
    nodes[l] = {};
  }
  return outputs;
}

Outputs infer_nodes(const NodeModel& model, const ModelInput& input, const Options& options, const Sampling* sampling,
                    const Wanted& wanted) {
  const std::int64_t n = input.block().num_outputs(), chunk = options.integer("inference_rows");
  const bool is_in_file = input.features().is_in_file() || input.block().graph().is_in_file();
  const bool by_samples = sampling != nullptr && sampling->info().infers_by_samples;
  if (model.hop_layers() != nullptr && ((chunk > 0 && chunk < n) || is_in_file) && !by_samples) {
    // What fits anywhere, where nothing else is said.
    constexpr std::int64_t kSmallChunk = 1 << 14;
    return infer_by_layers(*model.hop_layers(), input, chunk > 0 ? chunk : kSmallChunk, wanted);
  }
  // Models that learn to read samples, and not the graph, read those of the first epoch of a sampler of seed 0.
  Outputs outputs = infer_by_batches(
      model, by_samples ? *sampling->batches(nodes_from(0, n), false, 0) : *whole_graph(input), n, wanted.embedding);
  if (wanted.embedding && !wanted.rows.empty()) {
    outputs.embedding = select_rows(outputs.embedding, wanted.rows);
  }
  return outputs;
}

Outputs infer_graphs(const NodeModel& model, const ModelInput& input, bool with_embedding) {
  // Enough graphs to keep threads busy, few enough that the states stay in cache.
  constexpr std::int64_t kBatch = 256;
  std::vector<std::int64_t> graphs(static_cast<std::size_t>(input.block().num_graphs()));
  std::iota(graphs.begin(), graphs.end(), std::int64_t{0});
  const std::vector<std::int64_t> costs = graph_costs(input.block(), graphs);
  const auto in_order = [&](std::int64_t) { return even_batches(graphs, costs, kBatch); };
  return infer_by_batches(model, *graphs_in_batches(input, in_order, model, false), input.block().num_graphs(),
                          with_embedding);
}

}  // namespace weft
