#include "weft/layers/model_shape.hpp"

#include "weft/core/error.hpp"

namespace weft {

FeatureKind kind_of(const Features& features) {
  // In the order of the variant.
  return static_cast<FeatureKind>(features.index());
}

ModelShape shape_for(const Features& features, std::int64_t num_outputs, const Features& edge_features) {
  ModelShape shape;
  shape.num_outputs = num_outputs;
  shape.feature_kind = kind_of(features);
  shape.num_features = shape_of(features).cols;
  if (const auto* categorical = std::get_if<CategoricalMatrix>(&features)) {
    shape.num_categories = categorical->num_categories;
  }
  shape.edge_kind = kind_of(edge_features);
  require(shape.edge_kind != FeatureKind::sparse,
          "model: the features of edges are sparse, expected dense or categorical ones");
  shape.num_edge_features = shape_of(edge_features).cols;
  if (const auto* categories = std::get_if<CategoricalMatrix>(&edge_features)) {
    shape.num_edge_categories = categories->num_categories;
  }
  return shape;
}

}  // namespace weft
