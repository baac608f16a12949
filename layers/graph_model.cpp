#include "weft/layers/graph_model.hpp"

#include "weft/layers/wl_model.hpp"

namespace weft {
namespace {

ModelShape without_outputs(ModelShape shape) {
  shape.num_outputs = 0;
  return shape;
}

}  // namespace

GraphModel::GraphModel(std::string_view name, const ModelShape& shape, const Options& options, const Random& random)
    : nodes_(make_model(name, without_outputs(shape), options, random.stream(0))),
      reads_all_(options.text("readout") == "all"),
      dropout_(static_cast<float>(options.real("head_dropout"))),
      activation_(activation_of(options.text("activation"))) {
  require(shape.num_outputs >= 1, "model ", name, ": num_outputs is ", shape.num_outputs, ", expected at least 1");
  const std::vector<std::int64_t> widths =
      reads_all_ ? nodes_->kept_widths() : std::vector<std::int64_t>{nodes_->embedding_width()};
  require(!widths.empty(), "model ", name, ": it shows no states but the last, expected readout last");
  std::int64_t width = 0;
  for (std::size_t k = 0; k < widths.size(); ++k) {
    readouts_.emplace_back(options.text("pooling"), widths[k], random.stream(k + 1));
    width += widths[k];
  }
  const std::int64_t hidden = nodes_->embedding_width(), num_maps = options.integer("head_layers");
  for (std::int64_t l = 0; l < num_maps; ++l) {
    head_.emplace_back(width, l + 1 == num_maps ? shape.num_outputs : hidden,
                       random.stream(2000 + static_cast<std::uint64_t>(l)));
    width = hidden;
  }
  output_ = OutputScale(shape.num_outputs);
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

std::vector<Option> graph_options() {
  return {
      pooling_option("mean"),
      {"readout",
       std::string("last"),
       "what is pooled: the states after the last layer, or after every layer, side by side",
       {},
       {},
       {"last", "all"}},
      {"head_layers", std::int64_t{2}, "linear maps between the pooled states and the outputs", 1, 16},
      {"head_dropout", 0.0, "share of what each of them reads that is dropped", 0.0, 0.99},
      {"degree_categories", std::int64_t{64},
       "graphs without features: a learned row for each in-degree below this; 0: the degree as a number", 0, 100000},
      {"batch_size", std::int64_t{128}, "graphs in a step, about: batches are even in nodes and edges", 1, 1e6}};
}

std::unique_ptr<NodeModel> make_graph_model(std::string_view name, const ModelShape& shape, const Options& options,
                                            const Random& random) {
  if (name == "wl") {
    return std::make_unique<WlModel>(shape, options, random);
  }
  return std::make_unique<GraphModel>(name, shape, options, random);
}

}  // namespace weft
