// What a model's weights take, known without making it.
#include "weft/layers/weight_memory.hpp"

#include "tests/small_models.hpp"
#include "tests/support.hpp"
#include "weft/layers/convolutions.hpp"

namespace weft {
namespace {

TEST(WeightMemory, KnowsTheNumberOfWeightsOfEveryModelWithoutMakingIt) {
  ModelShape shape = shape_for(Tensor(4, 30), 5, Tensor(6, 3));
  for (const ModelInfo& info : models()) {
    if (info.needs_graphs || info.needs_node_labels) {
      continue;
    }
    for (const std::int64_t layers : {1, 4}) {
      SCOPED_TRACE(std::string(info.name) + " of layers " + std::to_string(layers));
      Options options(info.options);
      options.add(graph_options());
      options.set_value("hidden", std::int64_t{64});
      options.set_value("layers", layers);
      shape.edge_kind = reads_edge_features(options) ? FeatureKind::dense : FeatureKind::none;
      const auto nodes = make_model(info.name, shape, options, Random(1)),
                 graphs = make_graph_model(info.name, shape, options, Random(1));
      EXPECT_DOUBLE_EQ(num_weights(info.name, shape, options, false), static_cast<double>(num_parameters(*nodes)));
      EXPECT_DOUBLE_EQ(num_weights(info.name, shape, options, true), static_cast<double>(num_parameters(*graphs)));
    }
  }
}

TEST(WeightMemory, RefusesWhatTheMachineDoesNotHave) {
  require_memory_for("m", 1e6, WeightCopies::training);
  test::expect_throws<ArgumentError>([] { require_memory_for("m", 1e15, WeightCopies::weights); },
                                     "model m: holding its weights takes 3814697265 MB");
  test::expect_throws<ArgumentError>([] { require_memory_for("m", 1e15, WeightCopies::training); },
                                     "model m: training its weights takes 15258789062 MB");
}

TEST(WeightMemory, IsLookedAtForMatricesBetweenLayersAndForThoseAtTheEnds) {
  const auto refused = [](const char* model, const ModelShape& shape,
                          std::initializer_list<std::pair<std::string_view, std::string_view>> changes) {
    const Options options = test::options_of(model, changes);
    test::expect_throws<ArgumentError>([&] { require_memory_for(model, shape, options, false, WeightCopies::weights); },
                                       "MB or more");
  };
  const ModelShape small = shape_for(Tensor(4, 30), 5), wide{.feature_kind = FeatureKind::sparse,
                                                             .num_features = 4'000'000'000,
                                                             .num_categories = {},
                                                             .num_outputs = 5};
  refused("gcn", small, {{"hidden", "65536"}, {"layers", "1000"}});
  // Matrices of a single layer, which only the model knows.
  refused("weft", small, {{"hidden", "65536"}, {"layers", "1"}, {"feed_forward", "true"}, {"convolution", "gatedgcn"}});
  refused("polynormer", small, {{"hidden", "65536"}, {"layers", "1"}, {"global_layers", "1000"}});
  refused("gcn", wide, {{"hidden", "4096"}});
}

}  // namespace
}  // namespace weft
