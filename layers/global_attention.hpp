// How a node reads all nodes of its graph: one interface, and a table with a row for each mechanism, from which the
// options of models, their help and their checks come. Every mechanism is linear in the nodes in time and memory.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/layers/layer.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Immutable while inferring, so that threads may share one.
class GlobalAttention {
 public:
  virtual ~GlobalAttention() = default;
  /// [n, d] -> [n, d]. Graphs of a batch do not see each other.
  [[nodiscard]] virtual Variable forward(const MessageBlock& graph, const Variable& h, Pass& pass) const = 0;
  virtual void list_parameters(ParameterList& list) = 0;
};

/// A row of the table.
struct AttentionInfo {
  std::string_view name;
  std::string_view summary;
  /// Time and memory of one pass beside the linear maps' N d^2, in N nodes, E edges, width d, h heads and the options.
  /// "ordering" is what the order of the nodes costs (node_order.hpp), once a graph.
  std::string_view cost;
  std::string_view source;
  /// Whether results depend on how nodes are numbered, because the mechanism needs an order or breaks ties by it.
  bool uses_order = false;
  /// Whether a node reads its neighbors and itself alone, not all nodes of its graph.
  bool only_neighbors = false;
  /// When a node reads only itself and nodes before it in the order: "always", or the option that makes it so; empty:
  /// never.
  std::string_view causal = {};
  /// Of this mechanism alone or shared with others of the table.
  std::vector<Option> options;
};

/// Every mechanism, in the order in which they are shown.
[[nodiscard]] std::span<const AttentionInfo> global_attentions();

/// The options of all mechanisms, each once.
[[nodiscard]] std::vector<Option> global_attention_options();

/// `options` holds "hidden" and "heads" beside the mechanism's own; `layer` counts the blocks of the model, for
/// mechanisms that alternate. Throws ArgumentError naming the nearest mechanism if there is none of that name.
[[nodiscard]] std::unique_ptr<GlobalAttention> make_global_attention(std::string_view kind, const Options& options,
                                                                     std::int64_t layer, const Random& random);

}  // namespace weft
#pragma GCC visibility pop
