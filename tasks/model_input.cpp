#include "weft/tasks/model_input.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "weft/layers/hop_features.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/layers/models.hpp"
#include "weft/samplers/origin.hpp"

namespace weft {
namespace {

CsrGraph without_edges(const CsrGraph& graph) {
  Buffer<EdgeId> offsets(static_cast<std::size_t>(graph.num_nodes()) + 1, 0);
  return CsrGraph::from_rows(graph.num_sources(), std::move(offsets), {});
}

/// One column: the in-degree, the last category for all that are larger.
CategoricalMatrix degree_categories(const CsrGraph& graph, std::int64_t count) {
  CategoricalMatrix x{graph.num_nodes(), {count}, Buffer<std::int32_t>(static_cast<std::size_t>(graph.num_nodes()))};
  for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
    const std::int64_t degree = graph.in_degree(static_cast<NodeId>(v));
    x.values[static_cast<std::size_t>(v)] = static_cast<std::int32_t>(std::min(degree, count - 1));
  }
  return x;
}

/// One column: the node itself.
CategoricalMatrix node_categories(std::int64_t num_nodes) {
  CategoricalMatrix x{num_nodes, {num_nodes}, Buffer<std::int32_t>(static_cast<std::size_t>(num_nodes))};
  std::iota(x.values.begin(), x.values.end(), 0);
  return x;
}

/// The graph as layers read it, edges counting their weights where there are some. A weight of 0 is taken for one that
/// is next to nothing: what divides by the weights of a row needs some.
MessageBlock block_for(const CsrGraph& graph, std::vector<std::int64_t> segments, const Options& options,
                       std::span<const float> edge_weights) {
  constexpr float kLeast = 1e-20F;
  if (!options.flag("edges")) {
    return MessageBlock(without_edges(graph), std::move(segments));
  }
  if (edge_weights.empty() || !options.has("edge_weights") || !options.flag("edge_weights")) {
    return MessageBlock(graph, std::move(segments));
  }
  require(static_cast<EdgeId>(edge_weights.size()) == graph.num_edges(), "model: there are weights of ",
          edge_weights.size(), " edges, the graph has ", graph.num_edges());
  BlockOrigin origin{.weights = Buffer<float>(edge_weights.size())};
  for (std::size_t e = 0; e < edge_weights.size(); ++e) {
    require(edge_weights[e] >= 0.0F && std::isfinite(edge_weights[e]), "model: the weight of edge ", e, " is ",
            edge_weights[e], ", expected 0 or more; edge_weights=false reads the edges without weights");
    origin.weights[e] = std::max(edge_weights[e], kLeast);
  }
  origin.degrees = weighted_degrees(graph, origin.weights);
  return {graph, std::move(origin), std::move(segments)};
}

}  // namespace

std::vector<float> edge_column(std::string_view what, const Features& edge_features, std::int64_t column) {
  if (column < 0) {
    return {};
  }
  const auto* features = std::get_if<Tensor>(&edge_features);
  require(features != nullptr && column < features->cols(), what, ": is ", column,
          ", expected a column of dense features of edges; there are ", features == nullptr ? 0 : features->cols());
  std::vector<float> values(static_cast<std::size_t>(features->rows()));
  for (std::int64_t e = 0; e < features->rows(); ++e) {
    values[static_cast<std::size_t>(e)] = (*features)(e, column);
  }
  return values;
}

ModelInput::ModelInput(const CsrGraph& graph, std::vector<std::int64_t> segments, const NodeFeatures& features,
                       const Features& edge_features, const Options& options, std::span<const float> edge_weights)
    : block_(block_for(graph, std::move(segments), options, edge_weights)),
      given_(&features),
      edge_features_(reads_edge_features(options) ? &edge_features : nullptr),
      encoding_(options.has("encoding") ? node_encoding(block_, options) : std::nullopt) {
  const std::string norm = options.has("feature_norm") ? options.text("feature_norm") : "none";
  if (features.is_in_file()) {
    require(norm != "row" && !options.has("hops"), "train: the features stay in their file, and ",
            norm == "row" ? "feature_norm row" : "a model of hops",
            " needs all of them at once; expected a larger memory limit");
    return;
  }
  const std::int64_t n = block_.graph().num_nodes();
  const bool has_none = std::holds_alternative<std::monostate>(features.in_memory());
  if (norm == "row" || (norm == "auto" && std::holds_alternative<SparseMatrix>(features.in_memory()))) {
    prepared_ = row_normalized(features);
  }
  if (has_none && options.has("degree_categories") && options.integer("degree_categories") > 0) {
    prepared_ = degree_categories(block_.graph(), options.integer("degree_categories"));
  }
  // Places in the graph tell nodes apart too, and those of other graphs as well.
  if (has_none && !encoding_ && options.has("node_table") && options.flag("node_table")) {
    require(n <= std::numeric_limits<std::int32_t>::max(), "train: node_table learns a row for each node, there are ",
            n, ", expected at most ", std::numeric_limits<std::int32_t>::max());
    prepared_ = node_categories(n);
  }
  if (options.has("hops")) {
    hops_ = hop_features(block_, this->features(), options.integer("hops"));
  }
}

NodeInput ModelInput::nodes() const {
  NodeInput input(features().in_memory());
  input.encoding = encoding_ ? &*encoding_ : nullptr;
  input.edge_features = edge_features_;
  input.hops = hops_;
  return input;
}

}  // namespace weft
