// What a model is shown of a graph: the block, the features, encodings and hops, prepared as its options say. Training
// and prediction share this, so that a model never sees data prepared in two ways.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/layers/node_input.hpp"
#include "weft/tensor/feature_rows.hpp"
#include "weft/tensor/features.hpp"

namespace weft {

/// For data that have none, and models that read none.
inline const Features kNoFeatures;

/// A column of dense features of edges as numbers of their own, one for each edge; empty for column -1. Throws
/// ArgumentError, naming `what`, if there is no such column.
[[nodiscard]] std::vector<float> edge_column(std::string_view what, const Features& edge_features, std::int64_t column);

class ModelInput {
 public:
  /// Features must outlive the input: they are copied only where an option changes them. Throws ArgumentError if they
  /// are in their file and an option needs all of them at once.
  /// Options read, where the model has them: edge_weights, edges (false: the graph without its edges), feature_norm,
  /// encoding, encoding_size, hops, and for data without features degree_categories and node_table. edge_weights: of
  /// every edge, or empty; read where option edge_weights says so. Throws ArgumentError if one is negative or not
  /// finite.
  ModelInput(const CsrGraph& graph, std::vector<std::int64_t> segments, const NodeFeatures& features,
             const Features& edge_features, const Options& options, std::span<const float> edge_weights = {});

  ModelInput(const ModelInput&) = delete;
  ModelInput& operator=(const ModelInput&) = delete;

  [[nodiscard]] const MessageBlock& block() const { return block_; }
  [[nodiscard]] const NodeFeatures& features() const { return prepared_ ? *prepared_ : *given_; }
  [[nodiscard]] const Tensor* encoding() const { return encoding_ ? &*encoding_ : nullptr; }
  /// Null if the model reads none.
  [[nodiscard]] const Features* edge_features() const { return edge_features_; }
  [[nodiscard]] bool has_edge_features() const {
    return edge_features_ != nullptr && shape_of(*edge_features_).rows > 0;
  }
  [[nodiscard]] const std::vector<Tensor>& hops() const { return hops_; }
  /// All of it, as a view of this.
  [[nodiscard]] NodeInput nodes() const;

 private:
  MessageBlock block_;
  const NodeFeatures* given_;
  /// Null if the model reads none.
  const Features* edge_features_;
  /// Where an option changes them.
  std::optional<NodeFeatures> prepared_;
  std::optional<Tensor> encoding_;
  std::vector<Tensor> hops_;
};

}  // namespace weft
