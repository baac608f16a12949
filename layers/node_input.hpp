// What a model reads: the blocks of its layers, features of the nodes, and what was prepared of graph and features once
// for all passes.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "weft/core/error.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/tensor/features.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct InputKinds;
struct InputScale;

/// Which block each layer of a model reads: the same one, or one a hop of a sample. A view: the blocks must outlive the
/// pass.
class Blocks {
 public:
  /// All layers read this one: a graph, or a subgraph.
  Blocks(const MessageBlock& block) : blocks_(&block, 1) {}  // NOLINT(google-explicit-constructor)
  /// Layer l reads hops[l], whose outputs are the inputs of hops[l + 1]. A single block is as above.
  explicit Blocks(std::span<const MessageBlock> hops) : blocks_(hops) {
    require(!hops.empty(), "Blocks: there are none, expected at least one");
    for (std::size_t l = 1; l < hops.size(); ++l) {
      require(hops[l - 1].num_outputs() == hops[l].num_inputs(), "Blocks: hop ", l - 1, " has ",
              hops[l - 1].num_outputs(), " outputs, hop ", l, " ", hops[l].num_inputs(), " inputs");
    }
  }

  /// Whether all layers read the same block.
  [[nodiscard]] bool is_one() const { return blocks_.size() == 1; }
  /// What the first layer reads: its inputs are those whose features are given.
  [[nodiscard]] const MessageBlock& first() const { return blocks_.front(); }
  /// What layer number l of `num_layers` reads. Throws ArgumentError if there are hops for another number of layers.
  [[nodiscard]] const MessageBlock& of_layer(std::size_t l, std::size_t num_layers) const {
    require(is_one() || blocks_.size() == num_layers, "model: there are ", blocks_.size(), " hops, expected ",
            num_layers, ", one for each layer");
    return blocks_[is_one() ? 0 : l];
  }
  /// The block of a model all of whose layers must read the same nodes. Throws ArgumentError otherwise.
  [[nodiscard]] const MessageBlock& whole(std::string_view model) const {
    require(is_one() && first().num_inputs() == first().num_outputs(), "model ", model, ": given ", blocks_.size(),
            " blocks, the first with ", first().num_inputs(), " inputs and ", first().num_outputs(),
            " outputs; it needs a whole graph or a subgraph, not a sample of hops");
    return first();
  }

 private:
  std::span<const MessageBlock> blocks_;
};

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
  /// The unit in which dense features are read (input_scale.hpp). Null: as they are.
  const InputScale* scale = nullptr;
};

}  // namespace weft
#pragma GCC visibility pop
