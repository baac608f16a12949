// Weisfeiler-Leman histograms with a linear head: the baseline that often wins, in seconds. A node's color is a hash of
// its features; in every round it becomes a hash of itself and of the multiset of its neighbors' colors and edges. A
// graph is the histogram of the colors of all rounds, in buckets by hash, and the outputs are linear in it.
// O(rounds (n + m)) time; no training of anything but the head.
//
// Shervashidze et al., "Weisfeiler-Lehman graph kernels", 2011, section 3.2; buckets by hash: Weinberger et al.,
// "Feature hashing for large scale multitask learning", 2009.
#pragma once

#include <cstdint>

#include "weft/layers/dense_layers.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/layers/models.hpp"
#include "weft/layers/output_scale.hpp"

namespace weft {

/// Row g: the histogram of graph g's colors in rounds 0 .. rounds, in `buckets` columns. Edge features, where there are
/// any, are part of what a neighbor shows. Equal for isomorphic graphs.
[[nodiscard]] SparseMatrix wl_histograms(const MessageBlock& block, const Features& features,
                                         const Features* edge_features, std::int64_t rounds, std::int64_t buckets,
                                         HistogramScale scale);

class WlModel final : public NodeModel {
 public:
  WlModel(const ModelShape& shape, const WlOptions& options, const Random& random);

  [[nodiscard]] static ModelTraits traits(const WlOptions& options, FeatureKind edge_kind) {
    return {.reads_edge_features = edge_kind != FeatureKind::none && options.edge_features,
            .reads_edge_weights = false};
  }

  /// -> logits and embedding [graphs, num_outputs].
  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override;
  void list_parameters(ParameterList& list) override;
  [[nodiscard]] OutputScale* output_scale() override { return &output_; }
  [[nodiscard]] std::int64_t embedding_width() const override { return head_.out(); }

 private:
  ModelShape shape_;
  std::int64_t rounds_;
  HistogramScale scale_;
  float dropout_;
  Linear head_;
  OutputScale output_;
};

}  // namespace weft
