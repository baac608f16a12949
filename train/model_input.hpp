// What a model is shown of a graph: the block and the features, prepared as its options say. Training and
// prediction share this, so that a model never sees data prepared in two ways.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/tensor/features.hpp"

namespace weft {

class ModelInput {
 public:
  /// `features` must outlive the input: they are copied only where an option changes them.
  /// Options read: edges (false: the graph without its edges), feature_norm.
  ModelInput(const CsrGraph& graph, std::vector<std::int64_t> segments, const Features& features,
             const Options& options);

  [[nodiscard]] const MessageBlock& block() const { return block_; }
  [[nodiscard]] const Features& features() const { return is_prepared_ ? prepared_ : *given_; }

 private:
  MessageBlock block_;
  const Features* given_;
  Features prepared_;
  bool is_prepared_ = false;
};

}  // namespace weft
