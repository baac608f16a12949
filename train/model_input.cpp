#include "weft/train/model_input.hpp"

namespace weft {
namespace {

CsrGraph without_edges(const CsrGraph& graph) {
  Buffer<EdgeId> offsets(static_cast<std::size_t>(graph.num_nodes()) + 1, 0);
  return CsrGraph::from_rows(graph.num_sources(), std::move(offsets), {});
}

}  // namespace

ModelInput::ModelInput(const CsrGraph& graph, std::vector<std::int64_t> segments, const Features& features,
                       const Options& options)
    : block_(options.flag("edges") ? graph : without_edges(graph), std::move(segments)), given_(&features) {
  const std::string& norm = options.text("feature_norm");
  is_prepared_ = norm == "row" || (norm == "auto" && std::holds_alternative<SparseMatrix>(features));
  if (is_prepared_) {
    prepared_ = row_normalized(features);
  }
}

}  // namespace weft
