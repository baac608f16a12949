// One hop of message passing with trained weights: GCN, GraphSAGE, GAT, GATv2, graph transformer, GIN, GINE, GatedGCN.
// Each costs O(n d² + m d) time and O(n d + m h) memory, h heads; with features of edges O(n d + m d).
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "weft/graph/message_block.hpp"
#include "weft/layers/dense_layers.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct EdgeStates;

struct ConvolutionOptions {
  /// A row of convolutions(), a name because kinds are added by rows; "none" is a linear map without any edge.
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
  /// Columns of the edges' states, which then is `in`; 0: the edges have none.
  std::int64_t edge_width = 0;
  /// Whether a later layer reads the states of edges; otherwise a kind that changes them leaves them.
  bool passes_edges = true;
  /// Of the states of edges, where the kind changes them.
  NormKind edge_norm = NormKind::none;
  /// Of the hidden layer of a kind that ends in a small network. GIN only; GINE's authors have none there.
  NormKind hidden_norm = NormKind::none;
};

/// [inputs, in] -> [outputs, out]
class Convolution {
 public:
  virtual ~Convolution() = default;
  /// A kind that reads edges (ConvolutionInfo) reads their states, and may put new ones for the next layer there.
  [[nodiscard]] virtual Variable forward(const MessageBlock& block, const LayerInput& x, EdgeStates& edges,
                                         Pass& pass) const = 0;
  /// For edges without states.
  [[nodiscard]] Variable forward(const MessageBlock& block, const LayerInput& x, Pass& pass) const;
  virtual void list_parameters(ParameterList& list) = 0;
};

/// A row of the table of convolutions.
struct ConvolutionInfo {
  std::string_view name;
  /// Whether features of edges change what it computes.
  bool reads_edges = false;
  /// Whether it must be given states, as a linear map has made them, and not features as they come.
  bool needs_states = false;
  /// Whether its width is cut into heads.
  bool has_heads = false;
  /// Whether what a node gets follows, but for dropout, from its own state and from those of its sources and edges:
  /// not from degrees elsewhere, and states of edges stay as they are. Then nodes of one color (color_refinement.hpp)
  /// get the same.
  bool follows_from_colors = false;
};

[[nodiscard]] std::span<const ConvolutionInfo> convolutions();
/// Throws ArgumentError for an unknown kind.
[[nodiscard]] const ConvolutionInfo& convolution_info(std::string_view kind);

/// Throws ArgumentError for an unknown kind or a width that heads do not divide.
[[nodiscard]] std::unique_ptr<Convolution> make_convolution(const ConvolutionOptions& options, const Random& random);

}  // namespace weft
#pragma GCC visibility pop
