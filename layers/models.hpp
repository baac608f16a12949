// Models by name. A row of the table gives a model's cost, source, options and defaults; the command
// line, its help, its checks and the model file all come from it.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/layers/layer.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/layers/model_shape.hpp"
#include "weft/layers/node_input.hpp"

#pragma GCC visibility push(default)
namespace weft {

class OutputScale;

struct ModelOutput {
  /// [n, num_outputs], before softmax; n outputs of the last block. Empty if the model makes states only.
  Variable logits;
  /// [n, hidden], what the last linear map reads: for pictures and other uses.
  Variable embedding;
};

/// A model that reads one hop a layer, layer by layer. carried: for each node one or two matrices of states, as the
/// layer before gave them.
class HopLayers {
 public:
  virtual ~HopLayers() = default;

  /// What goes from one layer to the next: what it reads, and what the head reads besides.
  struct Carried {
    Variable states, total;
  };
  [[nodiscard]] virtual std::size_t num_layers() const = 0;
  /// Layer 0 reads features; `input` and `before` are those of the block's inputs. `before` is ignored by layer 0,
  /// `input` by all others.
  [[nodiscard]] virtual Carried run_layer(std::size_t l, const MessageBlock& block, const NodeInput* input,
                                          const Carried& before, Pass& pass) const = 0;
  /// From what the last layer gave; treats every node alone.
  [[nodiscard]] virtual ModelOutput finish(const Carried& last, Pass& pass) const = 0;
};

/// Node states to an output for each node. Made by make_model; immutable while inferring, so that threads
/// may share one.
class NodeModel : public Model {
 public:
  using Output = ModelOutput;
  /// Throws ArgumentError if the input does not have the shape the model was made for, or the model cannot read
  /// another block in each layer and is given several.
  [[nodiscard]] virtual Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const = 0;
  /// What forward() finds alike in this input, where the model looks for it; otherwise null. With it in
  /// NodeInput::kinds a pass over the same blocks and input, of training if `is_training`, is spared the search.
  [[nodiscard]] virtual std::shared_ptr<const InputKinds> kinds_in(const Blocks& /*blocks*/, const NodeInput& /*input*/,
                                                                   bool /*is_training*/) const {
    return nullptr;
  }
  /// The same model as layers that each read one hop, or null if it is not made of such: what layer-wise inference and
  /// samples of hops need.
  [[nodiscard]] virtual const HopLayers* hop_layers() const { return nullptr; }

  /// The unit of the outputs, where the model gives them back in that of the data; otherwise null.
  [[nodiscard]] virtual OutputScale* output_scale() { return nullptr; }

  /// Columns of the embedding.
  [[nodiscard]] virtual std::int64_t embedding_width() const = 0;
  /// Columns of each of the states that forward() shows the pass (Pass::keep), first to last; empty if it shows none.
  [[nodiscard]] virtual std::vector<std::int64_t> kept_widths() const { return {}; }
};

/// What a model reads in a pass beside the features that it is made for.
enum class Reads {
  /// The edges, or all nodes of its graph.
  graph,
  /// For each node, what hop_features() has prepared of its surroundings.
  hops,
  /// Each node alone; with edge features or not, no edge is looked at.
  own_row,
};

/// What kind of model a row of the table is with some options.
struct ModelTraits {
  Reads reads = Reads::graph;
  /// Whether NodeModel::hop_layers() is there, so that samples of hops and layer-wise inference suit it. Not of the
  /// same model made for whole graphs, which reads them whole.
  bool layers_read_a_hop = false;
  /// As many as hop_layers() has; 0 if it is not there.
  std::int64_t num_hop_layers = 0;
  /// Whether it is made for features of edges, where the data have them.
  bool reads_edge_features = false;
  /// Whether edges count their weights where it reads them.
  bool reads_edge_weights = true;

  friend bool operator==(const ModelTraits&, const ModelTraits&) = default;
};

/// A row of the table.
struct ModelInfo {
  std::string_view name;
  std::string_view summary;
  /// Time and memory of one pass in N, E and d.
  std::string_view cost;
  std::string_view source;
  /// With this model's defaults for few labels.
  std::vector<Option> options = {};
  /// Options of the model or of its training that differ from their defaults: in either case, and where
  /// there are many labels to learn from.
  std::vector<std::pair<std::string_view, OptionValue>> always, many_labels;
  /// Beside what holds for all models (graph_defaults), where whole graphs are judged.
  std::vector<std::pair<std::string_view, OptionValue>> graphs = {};
  /// Whether it has nothing to say of a single node.
  bool needs_graphs = false;
  /// Whether it has nothing to say of anything but labels of nodes: it makes no states.
  bool needs_node_labels = false;
};

/// Every model, in the order in which they are shown.
[[nodiscard]] std::span<const ModelInfo> models();
/// Throws ArgumentError naming the nearest model if there is none of that name.
[[nodiscard]] const ModelInfo& model_info(std::string_view name);

/// No model is made for it. options: at least the model's own, and where it holds "edges", what that says. edge_kind:
/// what the data have.
[[nodiscard]] ModelTraits traits_of(std::string_view model, const Options& options, FeatureKind edge_kind);

/// Whether a model with these options reads features of edges where there are some; traits_of() says it of given data.
[[nodiscard]] bool reads_edge_features(const Options& options);

/// Whether a model with these options and traits reads the weights of edges, where there are some.
[[nodiscard]] bool reads_edge_weights(const ModelTraits& traits, const Options& options);

/// The options of every model of whole graphs, and of its training: pooling, readout, head_layers, head_dropout,
/// degree_categories, batch_size.
[[nodiscard]] std::vector<Option> graph_options();
/// Options of a model and of its training where whole graphs are judged; those that the model has count.
[[nodiscard]] std::vector<std::pair<std::string_view, OptionValue>> graph_defaults(std::string_view model);

/// `options` holds at least the model's own. Weights are drawn from `random`. Throws ArgumentError if the model has
/// nothing to say of a single node.
[[nodiscard]] std::unique_ptr<NodeModel> make_model(std::string_view name, const ModelShape& shape,
                                                    const Options& options, const Random& random);
/// The same by a struct: make_model(shape, StackOptions{.hidden = 32}, random).
[[nodiscard]] std::unique_ptr<NodeModel> make_model(const ModelShape& shape, const ModelOptions& options,
                                                    const Random& random);

/// The model of that name for whole graphs: around the node model, or one that reads graphs by itself. `options` holds
/// those of graph_options() too.
[[nodiscard]] std::unique_ptr<NodeModel> make_graph_model(std::string_view name, const ModelShape& shape,
                                                          const Options& options, const Random& random);
[[nodiscard]] std::unique_ptr<NodeModel> make_graph_model(const ModelShape& shape, const ModelOptions& options,
                                                          const GraphModelOptions& graph, const Random& random);

}  // namespace weft
#pragma GCC visibility pop
