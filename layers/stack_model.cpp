#include "weft/layers/stack_model.hpp"

namespace weft {
namespace {

/// What draws its weights from which stream; layer l from the l-th after the first.
namespace stream {
enum OfModel : std::uint64_t { input = 0, first_layer = 1, head = 1000, edges = 1001, virtual_node = 1002 };
enum OfLayer : std::uint64_t { convolution = 0, residual = 1 };
}  // namespace stream

/// Where a hop stands in the model.
struct HopPlace {
  std::int64_t in = 0, out = 0;
  bool is_first = false, is_output = false, is_last = false, has_edges = false;
};

ConvolutionOptions hop_options(const StackOptions& options, const HopPlace& place) {
  return {.kind = options.convolution,
          .in = place.in,
          .out = place.out,
          .heads = place.is_output ? options.output_heads : options.heads,
          .concat = !place.is_output,
          .attention_dropout = static_cast<float>(options.attention_dropout),
          .group = place.is_first ? ParameterGroup::input : ParameterGroup::weight,
          .edge_width = place.has_edges ? place.in : 0,
          .passes_edges = !place.is_last,
          .edge_norm = options.norm,
          .hidden_norm = options.norm};
}

/// Whether the features must become states before the first hop.
bool needs_map_before(const ModelShape& shape, const StackOptions& options) {
  return options.pre_linear || options.virtual_node || shape.edge_kind != FeatureKind::none || shape.num_outputs == 0 ||
         options.encoding != NodeEncoding::none || convolution_info(options.convolution).needs_states;
}

}  // namespace

StackModel::StackModel(const ModelShape& shape, const StackOptions& options, const Random& random)
    : shape_(shape),
      activation_(options.activation),
      dropout_(static_cast<float>(options.dropout)),
      input_dropout_(static_cast<float>(options.input_dropout)),
      jumping_(options.jumping_knowledge),
      follows_from_colors_(convolution_info(options.convolution).follows_from_colors &&
                           shape.feature_kind == FeatureKind::categorical && options.encoding == NodeEncoding::none),
      reads_edges_(shape.edge_kind != FeatureKind::none) {
  const std::int64_t hidden = options.hidden, num_layers = options.layers;
  const bool conv_head = options.head == HeadKind::convolution && shape.num_outputs > 0;
  require(!conv_head || jumping_ == JumpingKnowledge::none, "model: jumping_knowledge ", name_of(jumping_),
          " needs head linear");

  std::int64_t width = first_width(shape);
  bool is_first = true;
  if (needs_map_before(shape, options)) {
    before_ = std::make_unique<InputLayer>(shape, input_options(options), random.stream(stream::input));
    edges_ = EdgeLayer(shape, hidden, random.stream(stream::edges));
    width = hidden;
    is_first = false;
    kept_widths_.push_back(hidden);
  }
  if (options.virtual_node) {
    require(!conv_head, "model: virtual_node needs head linear");
    virtual_node_ =
        std::make_unique<VirtualNode>(options.norm, hidden, num_layers, dropout_, random.stream(stream::virtual_node));
  }
  for (std::int64_t l = 0; l < num_layers; ++l) {
    const bool is_output = conv_head && l + 1 == num_layers;
    const std::int64_t out = is_output ? shape.num_outputs : hidden;
    const Random own = random.stream(stream::first_layer + static_cast<std::uint64_t>(l));
    Hop hop;
    hop.convolution = make_convolution(hop_options(options, {.in = width,
                                                             .out = out,
                                                             .is_first = is_first,
                                                             .is_output = is_output,
                                                             .is_last = l + 1 == num_layers,
                                                             .has_edges = reads_edges_}),
                                       own.stream(stream::convolution));
    if (options.residual && !is_output) {
      hop.residual = std::make_unique<Linear>(width, out, own.stream(stream::residual),
                                              is_first ? ParameterGroup::input : ParameterGroup::weight);
    }
    hop.norm = Norm(is_output ? NormKind::none : options.norm, out);
    hops_.push_back(std::move(hop));
    kept_widths_.push_back(out);
    width = out;
    is_first = false;
  }
  // What the head reads; a convolution that is the head reads the states before it, but alone it has none to show.
  embedding_width_ = jumping_ == JumpingKnowledge::concat ? num_layers * hidden
                     : conv_head && num_layers > 1        ? hidden
                                                          : width;
  if (!conv_head) {
    head_ = std::make_unique<Linear>(embedding_width_, shape.num_outputs, random.stream(stream::head));
  }
}

ModelTraits StackModel::traits(const StackOptions& options, FeatureKind edge_kind) {
  const bool reads_edges = reads_edge_features(options.convolution, edge_kind);
  const bool reads_hops = !reads_edges && !options.virtual_node;
  return {.reads = options.convolution == "none" && !options.virtual_node ? Reads::own_row : Reads::graph,
          .layers_read_a_hop = reads_hops,
          .num_hop_layers = reads_hops ? options.layers : 0,
          .reads_edge_features = reads_edges};
}

LayerInput StackModel::read_features(const MessageBlock& block, const NodeInput& input, Pass& pass) const {
  return before_ ? LayerInput(before_->forward(block, input, pass, activation_)).dropped(dropout_, pass)
                 : first_features(shape_, block, input).dropped(input_dropout_, pass);
}

bool StackModel::shares_states(bool is_training) const {
  const bool draws = is_training && (dropout_ > 0.0F || input_dropout_ > 0.0F);
  return follows_from_colors_ && before_ && head_ && jumping_ == JumpingKnowledge::none && !virtual_node_ && !draws;
}

InputKinds StackModel::find_kinds(const Blocks& blocks, const NodeInput& input, bool of_nodes) const {
  const MessageBlock& block = blocks.first();
  const bool is_whole = blocks.is_one() && block.num_inputs() == block.num_outputs() && !block.is_weighted();
  InputKinds kinds{{}, edges_.kinds_in(input), {}};
  if (of_nodes && is_whole && (!reads_edges_ || kinds.edges)) {
    kinds.nodes = distinct_rows(std::get<CategoricalMatrix>(input.features));
  }
  if (kinds.nodes) {
    kinds.shared =
        SharedStates(block.graph(), kinds.nodes->row_of, kinds.edges ? kinds.edges->row_of : nullptr, hops_.size());
  }
  return kinds;
}

std::shared_ptr<const InputKinds> StackModel::kinds_in(const Blocks& blocks, const NodeInput& input,
                                                       bool is_training) const {
  require_input(shape_, blocks.first(), input);
  auto kinds = std::make_shared<const InputKinds>(find_kinds(blocks, input, shares_states(is_training)));
  if (is_training && follows_from_colors_) {
    // Blocks keep who reads each input once gradients have asked for it.
    for (std::size_t l = 0; l < kinds->shared.num_layers(); ++l) {
      (void)kinds->shared.block(l).reversed();
    }
    (void)blocks.first().reversed();
  }
  return kinds;
}

/// The states after a hop, dropped out as the next one reads them, or the outputs if this hop's convolution makes them;
/// total: what the layers so far give to a head that reads all of them.
HopLayers::Carried StackModel::run_hop(std::size_t l, const MessageBlock& block, const LayerInput& x,
                                       const Variable& total, EdgeStates& edges, Pass& pass) const {
  const Hop& hop = hops_[l];
  Variable y = hop.convolution->forward(block, x, edges, pass);
  if (!head_ && l + 1 == hops_.size()) {
    return {y, first_rows(l == 0 ? y : x.states(), block.num_outputs())};
  }
  if (hop.residual) {
    y = y + hop.residual->forward(x.first(block.num_outputs()), pass);
  }
  const Variable states = hop.norm.forward(y, pass, activation_, block.counts());
  const Variable dropped = LayerInput(states).dropped(dropout_, pass).states();
  if (jumping_ == JumpingKnowledge::none) {
    return {dropped, {}};
  }
  if (l == 0) {
    return {dropped, dropped};
  }
  const Variable before = first_rows(total, block.num_outputs());
  return {dropped, jumping_ == JumpingKnowledge::sum ? before + dropped : concat_columns(before, dropped)};
}

NodeModel::Output StackModel::forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const {
  require(blocks.is_one() || hop_layers() != nullptr,
          "model: states of edges, or those of a virtual node, go from layer to layer; it needs a whole graph or a "
          "subgraph, not a sample of hops");
  require_input(shape_, blocks.first(), input);
  const bool shares = shares_states(pass.is_training()) && !pass.keeps_states() && pass.input_weights().rows() == 0;
  const InputKinds own = input.kinds == nullptr ? find_kinds(blocks, input, shares) : InputKinds{};
  const InputKinds& kinds = input.kinds == nullptr ? own : *input.kinds;
  NodeInput read = input;
  read.kinds = &kinds;
  EdgeStates edges = edges_.forward(read, pass);
  const std::size_t num_shared = shares ? kinds.shared.num_layers() : 0;
  LayerInput x = num_shared > 0 ? before_->states_of(LayerInput(kinds.nodes->rows), pass, activation_)
                                : read_features(blocks.first(), read, pass);
  if (before_) {
    pass.keep(x.states());
  }
  Variable virtual_states;
  if (virtual_node_) {
    virtual_states = virtual_node_->start(blocks.first(), pass);
  }
  Carried carried;
  for (std::size_t l = 0; l < hops_.size(); ++l) {
    if (l < num_shared) {
      EdgeStates own_edges = kinds.shared.edges(l, edges);
      carried = run_hop(l, kinds.shared.block(l), kinds.shared.inputs(l, x.states()), {}, own_edges, pass);
      x = LayerInput(l + 1 == num_shared ? kinds.shared.for_each_node(carried.states) : carried.states);
      carried.states = x.states();
      continue;
    }
    const MessageBlock& block = blocks.of_layer(l, hops_.size());
    if (virtual_node_) {
      x = VirtualNode::spread(block, x.states(), virtual_states);
    }
    carried = run_hop(l, block, x, carried.total, edges, pass);
    x = LayerInput(carried.states);
    if (!head_ && l + 1 == hops_.size()) {
      break;
    }
    pass.keep(x.states());
    if (virtual_node_) {
      virtual_states = virtual_node_->updated(block, l, x.states(), virtual_states, pass);
    }
  }
  return finish(carried, pass);
}

HopLayers::Carried StackModel::run_layer(std::size_t l, const MessageBlock& block, const NodeInput* input,
                                         const Carried& before, Pass& pass) const {
  require(l < hops_.size() && hop_layers() != nullptr && (l > 0 || input != nullptr), "model: layer ", l, " of ",
          hops_.size(), " cannot run alone: it has ", input == nullptr ? "no" : "", " features, and the model ",
          hop_layers() == nullptr ? "carries more than states of nodes" : "can");
  EdgeStates none;
  const LayerInput x = l == 0 ? read_features(block, *input, pass) : LayerInput(before.states);
  return run_hop(l, block, x, before.total, none, pass);
}

NodeModel::Output StackModel::finish(const Carried& last, Pass& pass) const {
  if (!head_) {
    return {last.states, last.total};
  }
  const Variable& read = jumping_ == JumpingKnowledge::none ? last.states : last.total;
  return {head_->forward(read, pass), read};
}

void StackModel::list_parameters(ParameterList& list) {
  if (before_) {
    list.add_layer("before", *before_);
    list.add_layer("edges", edges_);
  }
  for (std::size_t l = 0; l < hops_.size(); ++l) {
    const std::string name = "hop" + std::to_string(l);
    list.add_layer(name + ".convolution", *hops_[l].convolution);
    if (hops_[l].residual) {
      list.add_layer(name + ".residual", *hops_[l].residual);
    }
    list.add_layer(name + ".norm", hops_[l].norm);
  }
  if (virtual_node_) {
    list.add_layer("virtual_node", *virtual_node_);
  }
  if (head_) {
    list.add_layer("head", *head_);
  }
}

}  // namespace weft
