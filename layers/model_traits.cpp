#include "weft/layers/model_traits.hpp"
#include "weft/layers/models.hpp"
namespace weft {
ModelTraits traits_of(std::string_view model, const Options& options, FeatureKind edge_kind) {
  ModelTraits traits;
  const bool reads_hops = options.has("hops");
  const bool no_conv = options.has("convolution") && options.text("convolution") == "none";
  traits.reads_edge_features = reads_edge_features(options);
  traits.reads = reads_hops ? Reads::hops
                 : no_conv && (!options.has("attention") || options.text("attention") == "none") ? Reads::own_row
                                                                                                 : Reads::graph;
  if (!model_info(model).needs_graphs) {
    ModelShape shape{.feature_kind = FeatureKind::dense, .num_features = 1, .num_categories = {}, .num_outputs = 1};
    if (traits.reads_edge_features && edge_kind != FeatureKind::none) {
      shape.edge_kind = FeatureKind::dense;
      shape.num_edge_features = 1;
    }
    const auto built = make_model(model, shape, options, Random(0));
    traits.layers_read_a_hop = built->hop_layers() != nullptr;
    traits.num_hop_layers = traits.layers_read_a_hop ? static_cast<std::int64_t>(built->hop_layers()->num_layers()) : 0;
  }
  return traits;
}
}  // namespace weft
