// The table behind models(): how the model of a row is made, for nodes and for whole graphs, and what it reads.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <typeindex>
#include <vector>

#include "weft/layers/models.hpp"

namespace weft {

struct ModelRow {
  using Make = std::function<std::unique_ptr<NodeModel>(const ModelShape&, const Options&, const Random&)>;

  ModelInfo info;
  /// For nodes; null where the model has nothing to say of one.
  Make make;
  Make make_for_graphs;
  std::function<ModelTraits(const Options&, FeatureKind)> traits;
  /// The struct of its options.
  std::type_index options;
};

/// In the order in which models are shown.
[[nodiscard]] const std::vector<ModelRow>& model_rows();

/// The name of the row of models() whose options are a struct of that type; where several are, as those of
/// StackOptions, the one with this convolution by default, or the first.
[[nodiscard]] std::string_view model_made_of(std::type_index options, std::string_view convolution);

}  // namespace weft
