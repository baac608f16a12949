// What a model is shown of a graph: the block, the features, encodings and hops, prepared as its options say. Training
// and prediction share this, so that a model never sees data prepared in two ways.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/layers/node_input.hpp"
#include "weft/tensor/feature_rows.hpp"
#include "weft/tensor/features.hpp"

namespace weft {

class ModelInput {
 public:
  /// in_file: dense features that are not in memory (then `features` is empty), or null. Throws ArgumentError if an
  /// option needs all of them at once.
  /// Features must outlive the input: they are copied only where an option changes them.
  /// Options read, where the model has them: edges (false: the graph without its edges), feature_norm, encoding,
  /// encoding_size, hops, and for data without features degree_categories and node_table.
  ModelInput(const CsrGraph& graph, std::vector<std::int64_t> segments, const Features& features,
             const Features& edge_features, const Options& options, const FeatureRows* in_file = nullptr);

  ModelInput(const ModelInput&) = delete;
  ModelInput& operator=(const ModelInput&) = delete;

  [[nodiscard]] const MessageBlock& block() const { return block_; }
  [[nodiscard]] const Features& features() const { return is_prepared_ ? prepared_ : *given_; }
  /// The features row by row: the way to read them where they are too large for memory.
  [[nodiscard]] const FeatureRows& rows() const { return in_file_ != nullptr ? *in_file_ : *rows_; }
  [[nodiscard]] bool is_in_file() const { return in_file_ != nullptr; }
  [[nodiscard]] const Tensor* encoding() const { return encoding_ ? &*encoding_ : nullptr; }
  /// Null if the model reads none.
  [[nodiscard]] const Features* edge_features() const { return edge_features_; }
  [[nodiscard]] const std::vector<Tensor>& hops() const { return hops_; }
  /// All of it, as a view of this.
  [[nodiscard]] NodeInput nodes() const;

 private:
  MessageBlock block_;
  const Features* given_;
  /// Null if the model reads none.
  const Features* edge_features_;
  Features prepared_;
  bool is_prepared_ = false;
  std::unique_ptr<const FeatureRows> rows_;
  const FeatureRows* in_file_;
  std::optional<Tensor> encoding_;
  std::vector<Tensor> hops_;
};

}  // namespace weft
