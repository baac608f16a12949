#include "weft/tasks/graph_batch.hpp"

#include "weft/graph/graph_slices.hpp"
#include "weft/tensor/row_ranges.hpp"

namespace weft {

GraphBatch::GraphBatch(const ModelInput& whole, std::span<const std::int64_t> graphs)
    : block_(block_of_graphs(whole.block().graph(), whole.block().segments(), graphs)) {
  const NodeInput all = whole.nodes();
  std::vector<RowRange> nodes, edges;
  for (const std::int64_t g : graphs) {
    const auto i = static_cast<std::size_t>(g);
    nodes.push_back({whole.block().segments()[i], whole.block().segments()[i + 1]});
    edges.push_back({whole.block().offsets()[static_cast<std::size_t>(nodes.back().begin)],
                     whole.block().offsets()[static_cast<std::size_t>(nodes.back().end)]});
  }
  features_ = rows_in(all.features, nodes);
  has_edge_features_ = all.edge_features != nullptr;
  if (has_edge_features_) {
    edge_features_ = rows_in(*all.edge_features, edges);
  }
  if (all.encoding != nullptr) {
    encoding_ = rows_in(*all.encoding, nodes);
  }
  for (const Tensor& hop : all.hops) {
    hops_.push_back(rows_in(hop, nodes));
  }
}

NodeInput GraphBatch::nodes() const {
  NodeInput input(features_);
  input.encoding = encoding_ ? &*encoding_ : nullptr;
  input.edge_features = has_edge_features_ ? &edge_features_ : nullptr;
  input.hops = hops_;
  input.kinds = kinds_.get();
  return input;
}

}  // namespace weft
