// The first layer of models: features of nodes, with an encoding of their places in the graph, and features of edges
// become states.
#pragma once

#include <optional>
#include <string_view>

#include "weft/core/options.hpp"
#include "weft/layers/dense_layers.hpp"
#include "weft/layers/edge_states.hpp"
#include "weft/layers/models.hpp"

namespace weft {

/// Columns of an encoding, of as many steps or eigenvectors as asked for or, for 0, as are usual; 0 for none.
[[nodiscard]] std::int64_t encoding_width(NodeEncoding kind, std::int64_t size);
/// Of the options encoding and encoding_size.
[[nodiscard]] std::int64_t encoding_width(const Options& options);

/// The encoding that `options` ask for (graph/encodings.hpp, laplacian_encoding.hpp), [n, encoding_width], or nothing.
[[nodiscard]] std::optional<Tensor> node_encoding(const MessageBlock& block, const Options& options);

/// Structure alone where a dataset has no features: a column of ones and log(1 + in-degree), a loop not counted in a
/// block that knows the degrees of the graph it was drawn from. [inputs, 2]
[[nodiscard]] Tensor degree_features(const MessageBlock& block);

/// Throws ArgumentError unless `input` has what a model of `shape` reads: a row of features for each input, and of
/// edge features for each edge.
void require_input(const ModelShape& shape, const MessageBlock& block, const NodeInput& input);

/// Whether a model with this convolution is made for features of edges of that kind.
[[nodiscard]] bool reads_edge_features(std::string_view convolution, FeatureKind edge_kind);

/// The node features of `input`, degree_features where the shape has none. Checks as require_input does.
[[nodiscard]] LayerInput first_features(const ModelShape& shape, const MessageBlock& block, const NodeInput& input);

/// Columns of first_features: what the first linear map of a model must take.
[[nodiscard]] std::int64_t first_width(const ModelShape& shape);

struct InputLayerOptions {
  /// Of the states.
  std::int64_t width = 0;
  /// Share of the features dropped.
  float dropout = 0.0F;
  NodeEncoding encoding = NodeEncoding::none;
  /// As encoding_width() reads it.
  std::int64_t encoding_size = 0;
};
/// Of a model's options.
template <class S>
[[nodiscard]] InputLayerOptions input_options(const S& options) {
  return {.width = options.hidden,
          .dropout = static_cast<float>(options.input_dropout),
          .encoding = options.encoding,
          .encoding_size = options.encoding_size};
}

/// activation(dropout(features) W + b + norm(encoding) W_e). Return probabilities and degrees go through batch norm;
/// eigenvectors do not, they have a fixed scale, and in training each is turned round or not by a coin for each
/// graph, because their sign means nothing (Dwivedi et al. 2020, section 4).
class InputLayer {
 public:
  InputLayer() = default;
  InputLayer(const ModelShape& shape, const InputLayerOptions& options, const Random& random);

  /// -> [inputs, width]
  [[nodiscard]] Variable forward(const MessageBlock& block, const NodeInput& input, Pass& pass,
                                 Activation activation) const;
  /// Rows of features as forward() makes states of them; only where there is no encoding.
  [[nodiscard]] Variable states_of(const LayerInput& rows, Pass& pass, Activation activation) const;
  /// The map of the features alone, for what is read further away.
  [[nodiscard]] const Linear& features() const { return features_; }
  void list_parameters(ParameterList& list);

 private:
  [[nodiscard]] Variable encoding(const MessageBlock& block, const NodeInput& input, Pass& pass) const;

  ModelShape shape_;
  float dropout_ = 0.0F;
  Linear features_;
  std::int64_t encoding_width_ = 0;
  bool flips_signs_ = false;
  Norm norm_;
  Linear encoding_;
};

/// States of edges from their features: a linear map, or the sum of a learned row for each category, one state for all
/// edges whose categories are the same.
class EdgeLayer {
 public:
  EdgeLayer() = default;
  /// Without parameters if the shape has no edge features.
  EdgeLayer(const ModelShape& shape, std::int64_t width, const Random& random);

  /// Edges that will have the same state; nothing if each has a state of its own.
  [[nodiscard]] std::optional<DistinctRows> kinds_in(const NodeInput& input) const;
  /// Of `width` columns; empty if the model reads no edge features.
  [[nodiscard]] EdgeStates forward(const NodeInput& input, const Pass& pass) const;
  void list_parameters(ParameterList& list);

 private:
  bool reads_edges_ = false;
  Linear features_;
};

}  // namespace weft
