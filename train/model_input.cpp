#include "weft/train/model_input.hpp"

#include "weft/layers/hop_features.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/layers/models.hpp"

namespace weft {
namespace {

CsrGraph without_edges(const CsrGraph& graph) {
  Buffer<EdgeId> offsets(static_cast<std::size_t>(graph.num_nodes()) + 1, 0);
  return CsrGraph::from_rows(graph.num_sources(), std::move(offsets), {});
}

}  // namespace

ModelInput::ModelInput(const CsrGraph& graph, std::vector<std::int64_t> segments, const Features& features,
                       const Features& edge_features, const Options& options)
    : block_(options.flag("edges") ? graph : without_edges(graph), std::move(segments)),
      given_(&features),
      edge_features_(reads_edge_features(options) ? &edge_features : nullptr),
      encoding_(node_encoding(block_, options)) {
  const std::string& norm = options.text("feature_norm");
  is_prepared_ = norm == "row" || (norm == "auto" && std::holds_alternative<SparseMatrix>(features));
  if (is_prepared_) {
    prepared_ = row_normalized(features);
  }
  rows_ = std::make_unique<RowsInMemory>(this->features());
  if (options.has("hops")) {
    hops_ = hop_features(block_, this->features(), options.integer("hops"));
  }
}

NodeInput ModelInput::nodes() const {
  NodeInput input(features());
  input.encoding = encoding_ ? &*encoding_ : nullptr;
  input.edge_features = edge_features_;
  input.hops = hops_;
  return input;
}

}  // namespace weft
