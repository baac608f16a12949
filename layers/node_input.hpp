// What a model reads besides the graph: features of the nodes, and what was prepared of graph and features once
// for all passes.
#pragma once

#include <span>

#include "weft/tensor/features.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct InputKinds;

/// Views: whatever they show must outlive the pass. Only the node features must be given; a model ignores what it
/// does not read.
struct NodeInput {
  NodeInput(const Features& node_features) : features(node_features) {}  // NOLINT(google-explicit-constructor)

  /// A row for each input of the block.
  const Features& features;
  /// Positions or structure, [inputs, k] as node_encoding makes it (input_layers.hpp).
  const Tensor* encoding = nullptr;
  /// Dense or categorical, a row for each edge in the order of the graph's arrays.
  const Features* edge_features = nullptr;
  /// hops[k]: what is read k + 1 hops away, as hop_features makes it (hop_features.hpp). Models that read hops make
  /// them in every pass if there are none.
  std::span<const Tensor> hops = {};
  /// What NodeModel::kinds_in found in this input ahead of the pass. Null: models that look for it do so in every pass.
  const InputKinds* kinds = nullptr;
};

}  // namespace weft
#pragma GCC visibility pop
