#include "weft/layers/graph_model.hpp"

namespace weft {
namespace {

/// What draws its weights from which stream, the first of several; stream 0 is the node model's.
namespace stream {
enum OfModel : std::uint64_t { first_readout = 1, first_head = 2000 };
}  // namespace stream

}  // namespace

GraphModel::GraphModel(std::unique_ptr<NodeModel> nodes, std::int64_t num_outputs, const GraphModelOptions& options,
                       Activation activation, const Random& random)
    : nodes_(std::move(nodes)),
      reads_all_(options.readout == Readout::all),
      dropout_(static_cast<float>(options.head_dropout)),
      activation_(activation) {
  const std::vector<std::int64_t> widths =
      reads_all_ ? nodes_->kept_widths() : std::vector<std::int64_t>{nodes_->embedding_width()};
  require(num_outputs >= 1 && !widths.empty(), "GraphModel: ", num_outputs, " outputs of ", widths.size(),
          " states of the nodes, expected at least 1 of both");
  std::int64_t width = 0;
  for (std::size_t k = 0; k < widths.size(); ++k) {
    readouts_.emplace_back(options.pooling, widths[k], random.stream(stream::first_readout + k));
    width += widths[k];
  }
  const std::int64_t hidden = nodes_->embedding_width();
  for (std::int64_t l = 0; l < options.head_layers; ++l) {
    head_.emplace_back(width, l + 1 == options.head_layers ? num_outputs : hidden,
                       random.stream(stream::first_head + static_cast<std::uint64_t>(l)));
    width = hidden;
  }
  output_ = OutputScale(num_outputs);
}

NodeModel::Output GraphModel::forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const {
  const MessageBlock& block = blocks.whole("of graphs");
  std::vector<Variable> states;
  if (reads_all_) {
    pass.keep_states_in(states);
    (void)nodes_->forward(block, input, pass);
    require(states.size() == readouts_.size(), "GraphModel: the model kept ", states.size(), " states, expected ",
            readouts_.size());
  } else {
    states.push_back(nodes_->forward(block, input, pass).embedding);
  }
  Variable x = readouts_[0].forward(block, states[0], pass);
  for (std::size_t k = 1; k < states.size(); ++k) {
    x = concat_columns(x, readouts_[k].forward(block, states[k], pass));
  }
  for (std::size_t l = 0; l + 1 < head_.size(); ++l) {
    x = head_[l].forward(LayerInput(x).dropped(dropout_, pass), pass, activation_);
  }
  return {output_.forward(head_.back().forward(LayerInput(x).dropped(dropout_, pass), pass), pass), x};
}

void GraphModel::list_parameters(ParameterList& list) {
  list.add_layer("nodes", *nodes_);
  for (std::size_t k = 0; k < readouts_.size(); ++k) {
    list.add_layer("readout" + std::to_string(k), readouts_[k]);
  }
  for (std::size_t l = 0; l < head_.size(); ++l) {
    list.add_layer("head" + std::to_string(l), head_[l]);
  }
  list.add_layer("output", output_);
}

}  // namespace weft
