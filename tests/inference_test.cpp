// Inference: from samples and layer by layer as from the whole graph.
#include "weft/tasks/inference.hpp"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/small_graphs.hpp"
#include "tests/small_models.hpp"
#include "tests/support.hpp"
#include "weft/graph/generators.hpp"
#include "weft/layers/models.hpp"
#include "weft/tasks/sampling.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;
using test::options_for;
using test::random_tensor;
using test::three_communities;

const Features kNoEdges;

std::unique_ptr<NodeModel> model_for(const std::string& name, const NodeFeatures& features, const Options& options) {
  return make_model(name, shape_for(features, 3), options, Random(1));
}

/// The models whose layers read a hop each, with the switches that change what goes from layer to layer.
std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> hop_models() {
  return {
      {"gcn", {}},
      {"gcn", {{"layers", "3"}, {"residual", "true"}, {"head", "linear"}, {"jumping_knowledge", "concat"}}},
      {"sage", {{"jumping_knowledge", "sum"}, {"norm", "layer"}}},
      {"gat", {{"heads", "4"}, {"hidden", "32"}}},
      {"gatv2", {{"head", "linear"}}},
      {"gcn", {{"convolution", "transformer"}, {"pre_linear", "true"}}},
      {"gin", {{"norm", "batch"}}},
      {"gine", {}},
      {"gatedgcn", {{"residual", "true"}, {"encoding", "random_walk"}}},
      {"mlp", {}},
  };
}

TEST(HopSamples, OfAllNeighborsGiveWhatTheWholeGraphGives) {
  const CsrGraph graph = three_communities();
  const NodeFeatures features = random_tensor(120, 5);
  for (const auto& [name, changes] : hop_models()) {
    SCOPED_TRACE(name + (changes.empty() ? "" : " " + changes.front().first + " " + changes.front().second));
    auto all = changes;
    all.insert(all.end(), {{"sampler", "full"}, {"batch_size", "7"}});
    const Options options = options_for(name, all);
    const ModelInput input(graph, {}, features, kNoEdges, options);
    const auto model = model_for(name, features, options);
    const Outputs whole = infer_by_batches(*model, *whole_graph(input), 120, true);
    const Sampling sampling(input, traits_of(name, options, FeatureKind::none), options,
                            Graphs{graph, features, kNoEdges});
    const Outputs sampled = infer_by_batches(*model, *sampling.batches(test::all_nodes(graph), false, 0), 120, true);
    expect_near(sampled.logits, whole.logits, 2e-5);
    expect_near(sampled.embedding, whole.embedding, 2e-5);
  }
}

/// Three batches: the graphs of the first half, none that anybody asked for, the others.
class WithAnEmptyBatch final : public Batches, public EpochBatches {
 public:
  explicit WithAnEmptyBatch(const ModelInput& input) : input_(input) {}
  [[nodiscard]] std::unique_ptr<const EpochBatches> epoch(std::int64_t) const override {
    return std::make_unique<WithAnEmptyBatch>(input_);
  }
  [[nodiscard]] std::int64_t depth() const override { return 0; }
  [[nodiscard]] std::int64_t num_batches() const override { return 3; }
  [[nodiscard]] Batch batch(std::int64_t index) const override {
    Batch batch = Batch::of_graphs(input_, std::vector<std::int64_t>{index == 2 ? 1 : 0});
    if (index == 1) {
      batch.seeds.clear();
      batch.seed_rows.clear();
    }
    return batch;
  }

 private:
  const ModelInput& input_;
};

TEST(Inference, GoesOnAfterABatchThatNothingIsAskedOf) {
  const CsrGraph graph = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {2, 3}}, {.symmetrize = true});
  const NodeFeatures features = random_tensor(4, 5);
  const Options options = default_options("gin", TaskKind::graph_classification);
  const ModelInput input(graph, {0, 2, 4}, features, kNoEdges, options);
  const auto model = make_graph_model("gin", shape_for(features, 3), options, Random(1));
  const Outputs outputs = infer_by_batches(*model, WithAnEmptyBatch(input), 2, false);
  expect_near(outputs.logits, infer_graphs(*model, input, false).logits);
}

TEST(LayerwiseInference, GivesWhatTheWholeGraphGivesInChunksOfAnySize) {
  const CsrGraph graph = three_communities();
  const NodeFeatures features = random_tensor(120, 5);
  for (const auto& [name, changes] : hop_models()) {
    SCOPED_TRACE(name);
    const Options options = options_for(name, changes);
    const ModelInput input(graph, {}, features, kNoEdges, options);
    const auto model = model_for(name, features, options);
    const Outputs whole = infer_by_batches(*model, *whole_graph(input), 120, true);
    for (const std::int64_t rows : {1, 50, 120}) {
      const Outputs chunked = infer_by_layers(*model->hop_layers(), input, rows);
      expect_near(chunked.logits, whole.logits, 2e-5);
      expect_near(chunked.embedding, whole.embedding, 2e-5);
    }
  }
}

TEST(LayerwiseInference, ComputesWhatIsWantedAlone) {
  // A path: node 0 reads 1, and 1 reads 0 and 2.
  const CsrGraph graph =
      CsrGraph::from_edges(6, std::vector<Edge>{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}}, {.symmetrize = true});
  /// Says which rows were asked for.
  class Counted final : public FeatureRows {
   public:
    [[nodiscard]] Shape shape() const override { return {6, 5}; }
    [[nodiscard]] Features rows(std::span<const std::uint32_t> index) const override {
      asked.insert(index.begin(), index.end());
      return select_rows(Features(all), index);
    }
    Tensor all = random_tensor(6, 5);
    mutable std::set<std::uint32_t> asked;
  };
  const auto counted = std::make_shared<const Counted>();
  const Counted& in_file = *counted;
  const NodeFeatures features(counted);
  const Options options = options_for("sage", {{"sampler", "neighbor"}, {"layers", "2"}});
  const Features like = in_file.all;
  const auto model = make_model("sage", shape_for(like, 3), options, Random(1));
  const ModelInput input(graph, {}, features, kNoEdges, options);
  const Outputs all = infer_by_layers(*model->hop_layers(), input, 2);
  in_file.asked.clear();
  const std::vector<std::int64_t> wanted = {1, 0};
  const Outputs some = infer_by_layers(*model->hop_layers(), input, 2, {.rows = wanted});
  EXPECT_EQ(in_file.asked, (std::set<std::uint32_t>{0, 1, 2, 3}));
  for (const std::int64_t v : wanted) {
    for (std::int64_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(some.logits(v, c), all.logits(v, c), 1e-5);
    }
  }
  ASSERT_EQ(some.embedding.rows(), 2);
  expect_near(some.embedding, select_rows(all.embedding, wanted));
}

TEST(HopSamples, AreRefusedByModelsWhoseLayersReadTheSameNodes) {
  const CsrGraph graph = three_communities();
  const NodeFeatures features = random_tensor(120, 5);
  const Graphs graphs{graph, features, kNoEdges};
  for (const char* name : {"weft", "gps", "polynormer"}) {
    const Options options = options_for(name, {{"sampler", "neighbor"}});
    const ModelInput input(graph, {}, features, kNoEdges, options);
    expect_throws<ArgumentError>(
        [&] { (void)Sampling(input, traits_of(name, options, FeatureKind::none), options, graphs); },
        "it needs a sampler of subgraphs");
    EXPECT_EQ(suited_sampler(name, options), "parts");
  }
  const Options sign = options_for("sign", {{"sampler", "cluster"}});
  const ModelInput input(graph, {}, features, kNoEdges, sign);
  expect_throws<ArgumentError>([&] { (void)Sampling(input, traits_of("sign", sign, FeatureKind::none), sign, graphs); },
                               "its sampler is rows");
  EXPECT_EQ(suited_sampler("sign", sign), "rows");
  EXPECT_EQ(suited_sampler("gat", default_options("gat")), "neighbor");
}

TEST(RowBatches, OfPrecomputedHopsGiveWhatAllRowsGive) {
  const CsrGraph graph = three_communities();
  const NodeFeatures features = random_tensor(120, 5);
  for (const char* name : {"sign", "nagphormer"}) {
    SCOPED_TRACE(name);
    const Options options = options_for(name, {{"sampler", "rows"}, {"batch_size", "50"}});
    const ModelInput input(graph, {}, features, kNoEdges, options);
    const auto model = model_for(name, features, options);
    const Sampling sampling(input, traits_of(name, options, FeatureKind::none), options,
                            Graphs{graph, features, kNoEdges});
    expect_near(infer_by_batches(*model, *sampling.batches(test::all_nodes(graph), false, 0), 120, true).logits,
                infer_by_batches(*model, *whole_graph(input), 120, true).logits, 2e-5);
  }
}

}  // namespace
}  // namespace weft
