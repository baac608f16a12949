// One hop of message passing with trained weights: GCN, GraphSAGE, GAT, GATv2, graph transformer. Each costs
// O(n d² + m d) time and O(n d + m h) memory; h heads.
#pragma once

#include <memory>
#include <string_view>

#include "weft/graph/message_block.hpp"
#include "weft/layers/dense_layers.hpp"

namespace weft {

struct ConvolutionOptions {
  /// "gcn", "sage", "gat", "gatv2", "transformer", or "none": a linear map without any edge.
  std::string_view kind = "gcn";
  std::int64_t in = 0;
  /// Width of the result; a multiple of heads where `concat` is set.
  std::int64_t out = 0;
  /// Attention only.
  std::int64_t heads = 1;
  /// Attention only: heads side by side (out / heads each); otherwise each has `out` and they are averaged.
  bool concat = true;
  /// Attention only: probability of leaving out an edge's message.
  float attention_dropout = 0.0F;
  ParameterGroup group = ParameterGroup::weight;
};

/// [inputs, in] -> [outputs, out]
class Convolution {
 public:
  virtual ~Convolution() = default;
  [[nodiscard]] virtual Variable forward(const MessageBlock& block, const LayerInput& x, Pass& pass) const = 0;
  virtual void list_parameters(ParameterList& list) = 0;
};

/// Throws ArgumentError for an unknown kind or a width that heads do not divide.
[[nodiscard]] std::unique_ptr<Convolution> make_convolution(const ConvolutionOptions& options, const Random& random);

}  // namespace weft
