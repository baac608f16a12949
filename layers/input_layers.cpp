#include "weft/layers/input_layers.hpp"

#include <cmath>

#include "weft/graph/encodings.hpp"
#include "weft/graph/laplacian_encoding.hpp"
#include "weft/layers/convolutions.hpp"
#include "weft/layers/input_scale.hpp"
#include "weft/layers/shared_states.hpp"

namespace weft {
namespace {

/// Each (graph, column) of x times 1 or -1.
Tensor with_random_signs(const Tensor& x, std::span<const std::int64_t> segments, const Random& random) {
  Tensor result = x;
  for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
    for (std::int64_t j = 0; j < x.cols(); ++j) {
      if ((random.bits(g, static_cast<std::uint32_t>(j)) & 1) == 0) {
        continue;
      }
      for (std::int64_t i = segments[g]; i < segments[g + 1]; ++i) {
        result(i, j) = -result(i, j);
      }
    }
  }
  return result;
}

/// "5 dense features"
std::string described(std::int64_t num, FeatureKind kind, const char* what) {
  return kind == FeatureKind::none ? concat("no", what) : concat(num, " ", name_of(kind), what);
}

NodeEncoding encoding_of(const Options& options) {
  const std::optional<NodeEncoding> kind = value_named<NodeEncoding>(options.text("encoding"));
  require(kind.has_value(), "model: encoding is '", options.text("encoding"), "', which is none");
  return *kind;
}

}  // namespace

std::int64_t encoding_width(NodeEncoding kind, std::int64_t size) {
  switch (kind) {
    case NodeEncoding::none:
      return 0;
    case NodeEncoding::random_walk:
      return size > 0 ? size : 20;
    case NodeEncoding::laplacian:
      return size > 0 ? size : 8;
    case NodeEncoding::degree:
      return 1;
  }
  throw ArgumentError("encoding_width: unknown kind");
}

std::int64_t encoding_width(const Options& options) {
  return encoding_width(encoding_of(options), options.integer("encoding_size"));
}

std::optional<Tensor> node_encoding(const MessageBlock& block, const Options& options) {
  const std::int64_t k = encoding_width(options), n = block.num_outputs();
  switch (encoding_of(options)) {
    case NodeEncoding::none:
      return std::nullopt;
    case NodeEncoding::random_walk:
      return Tensor::from_buffer(n, k, random_walk_encoding(block, k));
    case NodeEncoding::laplacian:
      return Tensor::from_buffer(n, k, laplacian_encoding(block, k));
    case NodeEncoding::degree:
      return Tensor::from_buffer(n, k, degree_encoding(block.graph()));
  }
  throw ArgumentError("node_encoding: unknown kind");
}

Tensor degree_features(const MessageBlock& block) {
  Tensor x(block.num_inputs(), 2);
  const auto degrees = block.origin_degrees();
  for (std::int64_t v = 0; v < x.rows(); ++v) {
    x(v, 0) = 1.0F;
    if (!degrees.empty()) {
      x(v, 1) = std::log(degrees[static_cast<std::size_t>(v)]);
    } else if (v < block.num_outputs()) {
      x(v, 1) = std::log1p(static_cast<float>(block.graph().in_degree(static_cast<NodeId>(v))));
    }
  }
  return x;
}

bool reads_edge_features(std::string_view convolution, FeatureKind edge_kind) {
  return edge_kind != FeatureKind::none && convolution_info(convolution).reads_edges;
}

void require_input(const ModelShape& shape, const MessageBlock& block, const NodeInput& input) {
  const ModelShape given = shape_for(input.features, shape.num_outputs);
  require(given.feature_kind == shape.feature_kind && given.num_features == shape.num_features &&
              given.num_categories == shape.num_categories,
          "model: made for ", described(shape.num_features, shape.feature_kind, " features"), ", given ",
          described(given.num_features, given.feature_kind, " features"),
          given.num_features == shape.num_features && given.feature_kind == shape.feature_kind
              ? " with other numbers of categories"
              : "");
  require(shape.feature_kind == FeatureKind::none || shape_of(input.features).rows == block.num_inputs(),
          "model: there are features of ", shape_of(input.features).rows, " nodes, the graph has ", block.num_inputs());
  if (shape.edge_kind == FeatureKind::none) {
    return;
  }
  const Features none;
  const Features& edge_features = input.edge_features != nullptr ? *input.edge_features : none;
  const ModelShape edges = shape_for({}, shape.num_outputs, edge_features);
  require(edges.edge_kind == shape.edge_kind && edges.num_edge_features == shape.num_edge_features &&
              edges.num_edge_categories == shape.num_edge_categories,
          "model: made for ", described(shape.num_edge_features, shape.edge_kind, " edge features"), ", given ",
          described(edges.num_edge_features, edges.edge_kind, " edge features"),
          edges.num_edge_features == shape.num_edge_features && edges.edge_kind == shape.edge_kind
              ? " with other numbers of categories"
              : "");
  require(shape_of(edge_features).rows == block.num_edges(), "model: there are features of ",
          shape_of(edge_features).rows, " edges, the graph has ", block.num_edges());
}

LayerInput first_features(const ModelShape& shape, const MessageBlock& block, const NodeInput& input) {
  require_input(shape, block, input);
  if (shape.feature_kind == FeatureKind::none) {
    return LayerInput(Variable::constant(degree_features(block)));
  }
  if (input.scale != nullptr && !input.scale->features.is_empty()) {
    return LayerInput(Variable::constant(input.scale->features.of(std::get<Tensor>(input.features))));
  }
  return LayerInput(input.features);
}

std::int64_t first_width(const ModelShape& shape) {
  return shape.feature_kind == FeatureKind::none ? 2 : input_width(shape);
}

InputLayer::InputLayer(const ModelShape& shape, const InputLayerOptions& options, const Random& random)
    : shape_(shape),
      dropout_(options.dropout),
      features_(first_width(shape), options.width, random, ParameterGroup::input),
      encoding_width_(encoding_width(options.encoding, options.encoding_size)),
      flips_signs_(options.encoding == NodeEncoding::laplacian) {
  if (encoding_width_ > 0) {
    norm_ = Norm(flips_signs_ ? NormKind::none : NormKind::batch, encoding_width_);
    encoding_ = Linear(encoding_width_, options.width, random.stream(1), ParameterGroup::input);
  }
}

Variable InputLayer::encoding(const MessageBlock& block, const NodeInput& input, Pass& pass) const {
  require(input.encoding != nullptr, "model: made for an encoding of ", encoding_width_, " columns, given none");
  const Shape expected{block.num_inputs(), encoding_width_};
  require(input.encoding->shape() == expected, "model: the encoding has shape ", input.encoding->shape(), ", expected ",
          expected);
  Variable x = Variable::constant_view(*input.encoding);
  if (flips_signs_ && pass.is_training()) {
    // In a block with more inputs than outputs the graphs of the inputs are not known: all turn together.
    const std::int64_t whole[] = {0, block.num_inputs()};
    const bool is_whole = block.num_inputs() == block.num_outputs();
    const auto segments = is_whole ? block.segments() : std::span<const std::int64_t>(whole);
    x = Variable::constant(with_random_signs(*input.encoding, segments, pass.next_random()));
  }
  return encoding_.forward(norm_.forward(x, pass), pass);
}

Variable InputLayer::forward(const MessageBlock& block, const NodeInput& input, Pass& pass,
                             Activation activation) const {
  const LayerInput x = first_features(shape_, block, input).dropped(dropout_, pass);
  const Variable states = encoding_width_ == 0
                              ? features_.forward(x, pass, activation)
                              : activate(features_.forward(x, pass) + encoding(block, input, pass), activation);
  return pass.input_weights().rows() == 0 ? states : multiply_heads(states, pass.input_weights());
}

Variable InputLayer::states_of(const LayerInput& rows, Pass& pass, Activation activation) const {
  require(encoding_width_ == 0, "model: states of features alone, where the model reads an encoding too");
  return features_.forward(rows.dropped(dropout_, pass), pass, activation);
}

void InputLayer::list_parameters(ParameterList& list) {
  features_.list_parameters(list);
  if (encoding_width_ > 0) {
    list.add_layer("encoding_norm", norm_);
    list.add_layer("encoding", encoding_);
  }
}

EdgeLayer::EdgeLayer(const ModelShape& shape, std::int64_t width, const Random& random)
    : reads_edges_(shape.edge_kind != FeatureKind::none) {
  if (reads_edges_) {
    features_ = Linear(edge_input_width(shape), width, random, ParameterGroup::input);
  }
}

std::optional<DistinctRows> EdgeLayer::kinds_in(const NodeInput& input) const {
  const auto* categories = reads_edges_ ? std::get_if<CategoricalMatrix>(input.edge_features) : nullptr;
  return categories != nullptr ? distinct_rows(*categories) : std::nullopt;
}

EdgeStates EdgeLayer::forward(const NodeInput& input, const Pass& pass) const {
  if (!reads_edges_) {
    return {};
  }
  const std::optional<DistinctRows> own = input.kinds == nullptr ? kinds_in(input) : std::nullopt;
  if (const std::optional<DistinctRows>& kinds = input.kinds == nullptr ? own : input.kinds->edges) {
    return {features_.forward(LayerInput(kinds->rows), pass), kinds->row_of};
  }
  if (input.scale != nullptr && !input.scale->edge_features.is_empty()) {
    const auto& features = std::get<Tensor>(*input.edge_features);
    return {features_.forward(LayerInput(Variable::constant(input.scale->edge_features.of(features))), pass)};
  }
  return {features_.forward(LayerInput(*input.edge_features), pass)};
}

void EdgeLayer::list_parameters(ParameterList& list) {
  if (reads_edges_) {
    features_.list_parameters(list);
  }
}

}  // namespace weft
