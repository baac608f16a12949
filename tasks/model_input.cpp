#include "weft/tasks/model_input.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "weft/layers/hop_features.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/layers/models.hpp"

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

}  // namespace

ModelInput::ModelInput(const CsrGraph& graph, std::vector<std::int64_t> segments, const NodeFeatures& features,
                       const Features& edge_features, const Options& options)
    : block_(options.flag("edges") ? graph : without_edges(graph), std::move(segments)),
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
  if (has_none && options.has("node_table") && options.flag("node_table")) {
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
