// placeholder until the layers branch lands
#pragma once
#include <cstdint>
#include <string_view>
#include "weft/core/options.hpp"
#include "weft/layers/model_shape.hpp"
namespace weft {
enum class Reads { graph, hops, own_row };
struct ModelTraits {
  Reads reads = Reads::graph;
  bool layers_read_a_hop = false;
  std::int64_t num_hop_layers = 0;
  bool reads_edge_features = false;
};
[[nodiscard]] ModelTraits traits_of(std::string_view model, const Options& options, FeatureKind edge_kind);
}  // namespace weft
