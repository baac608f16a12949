// What a model must know of the data that it is made for.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/tensor/features.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// In which of the forms of tensor/features.hpp features come.
enum class FeatureKind { none, dense, sparse, categorical };
template <>
inline constexpr std::array<std::string_view, 4> kEnumNames<FeatureKind> = {"none", "dense", "sparse", "categorical"};

[[nodiscard]] FeatureKind kind_of(const Features& features);

/// Saved with a model and checked against other data.
struct ModelShape {
  FeatureKind feature_kind = FeatureKind::none;
  /// Columns of the features.
  std::int64_t num_features = 0;
  /// Categorical features only: values of each column.
  std::vector<std::int64_t> num_categories;
  /// Classes or targets; 0: the model makes states only, for a readout.
  std::int64_t num_outputs = 0;
  /// Features of edges, never sparse; a model made for none ignores what it is given.
  FeatureKind edge_kind = FeatureKind::none;
  std::int64_t num_edge_features = 0;
  std::vector<std::int64_t> num_edge_categories = {};

  friend bool operator==(const ModelShape&, const ModelShape&) = default;
};
/// Throws ArgumentError if the edge features are sparse.
[[nodiscard]] ModelShape shape_for(const Features& features, std::int64_t num_outputs,
                                   const Features& edge_features = {});

}  // namespace weft
#pragma GCC visibility pop
