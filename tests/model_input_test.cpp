// What a model is shown of a graph: edges that count their weights, on the whole graph, on samples and graph by graph.
#include "weft/tasks/model_input.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "tests/sampler_checks.hpp"
#include "tests/small_graphs.hpp"
#include "tests/small_models.hpp"
#include "tests/support.hpp"
#include "weft/layers/kernels/aggregation.hpp"
#include "weft/layers/kernels/edge_attention.hpp"
#include "weft/tasks/inference.hpp"
#include "weft/tasks/sampling.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;
using test::options_for;
using test::random_tensor;

const Features kNoEdges;

/// 0.5, 1, 1.5, 2 in turn.
std::vector<float> weights_of(const CsrGraph& graph) {
  std::vector<float> weights;
  for (EdgeId e = 0; e < graph.num_edges(); ++e) {
    weights.push_back(0.5F * static_cast<float>(1 + e % 4));
  }
  return weights;
}

TEST(EdgeWeights, AreFactorsOfSumsMeansAndNormalizationAndLogarithmsOfScores) {
  // Node 2 reads 0 with weight 1 and 1 with weight 3; nobody else reads.
  const CsrGraph graph = CsrGraph::from_edges(3, std::vector<Edge>{{0, 2}, {1, 2}});
  const std::vector<float> weights = {1.0F, 3.0F};
  const NodeFeatures features = Tensor{{1, 0}, {0, 1}, {0, 0}};
  const ModelInput input(graph, {}, features, kNoEdges, options_for("gcn", {}), weights);
  const Variable x = Variable::constant(std::get<Tensor>(features.in_memory()));
  expect_near(aggregate_sum(input.block(), x).value(), Tensor{{0, 0}, {0, 0}, {1, 3}});
  expect_near(aggregate_mean(input.block(), x).value(), Tensor{{0, 0}, {0, 0}, {0.25F, 0.75F}});
  // Degrees, own states included: 1, 1 and 1 + 4.
  const float root = std::sqrt(5.0F);
  expect_near(aggregate_gcn(GcnNorm(input.block()), x).value(), Tensor{{1, 0}, {0, 1}, {1 / root, 3 / root}});
  // Equal scores: a share of the weight each.
  const Variable no_score = Variable::constant(Tensor(3, 1));
  const Tensor attended = gat_attention(input.block(), x, no_score, no_score, {.heads = 1}).value();
  EXPECT_FLOAT_EQ(attended(2, 0), 0.25F);
  EXPECT_FLOAT_EQ(attended(2, 1), 0.75F);
}

TEST(EdgeWeights, AreReadOnSamplesAndLayerByLayerAsOnTheWholeGraph) {
  const CsrGraph graph = test::three_communities();
  const NodeFeatures features = random_tensor(120, 5);
  const std::vector<float> weights = weights_of(graph);
  for (const char* name : {"gcn", "sage", "gat", "gatv2", "gin"}) {
    SCOPED_TRACE(name);
    const Options options = options_for(name, {{"sampler", "full"}, {"batch_size", "7"}});
    const ModelInput input(graph, {}, features, kNoEdges, options, weights);
    const auto model = make_model(name, shape_for(features, 3), options, Random(1));
    const Tensor whole = infer_by_batches(*model, *whole_graph(input), 120, false).logits;
    const Graphs graphs{.graph = graph, .node_features = features, .edge_features = kNoEdges, .edge_weight = weights};
    const Sampling sampling(input, traits_of(name, options, FeatureKind::none), options, graphs);
    expect_near(infer_by_batches(*model, *sampling.batches(test::all_nodes(graph), false, 0), 120, false).logits, whole,
                2e-5);
    expect_near(infer_by_layers(*model->hop_layers(), input, 50).logits, whole, 2e-5);
    const ModelInput plain(graph, {}, features, kNoEdges, options);
    EXPECT_FALSE(test::same_bits(infer_by_batches(*model, *whole_graph(plain), 120, false).logits, whole));
  }
}

TEST(EdgeWeights, AreReadGraphByGraph) {
  const CsrGraph graph =
      CsrGraph::from_edges(5, std::vector<Edge>{{0, 1}, {2, 3}, {3, 4}, {2, 4}}, {.symmetrize = true});
  const NodeFeatures features = random_tensor(5, 3);
  const std::vector<float> weights = weights_of(graph);
  const Options options = default_options("gcn", TaskKind::graph_classification);
  const ModelInput input(graph, {0, 2, 5}, features, kNoEdges, options, weights);
  const Batch second = Batch::of_graphs(input, std::vector<std::int64_t>{1});
  const Variable all = Variable::constant(std::get<Tensor>(features.in_memory()));
  const Variable own = Variable::constant(std::get<Tensor>(second.input().features));
  const Tensor whole = aggregate_gcn(GcnNorm(input.block()), all).value();
  const Tensor alone = aggregate_gcn(GcnNorm(second.blocks().first()), own).value();
  for (std::int64_t v = 0; v < 3; ++v) {
    for (std::int64_t j = 0; j < 3; ++j) {
      EXPECT_FLOAT_EQ(alone(v, j), whole(v + 2, j));
    }
  }
}

TEST(EdgeWeights, OfZeroLeaveANodeWhatElseItReads) {
  const CsrGraph graph = CsrGraph::from_edges(3, std::vector<Edge>{{0, 2}, {1, 2}});
  const NodeFeatures features = Tensor{{1}, {5}, {0}};
  const std::vector<float> weights = {0.0F, 2.0F};
  const ModelInput input(graph, {}, features, kNoEdges, options_for("gcn", {}), weights);
  const Variable x = Variable::constant(std::get<Tensor>(features.in_memory()));
  expect_near(aggregate_mean(input.block(), x).value(), Tensor{{0}, {0}, {5}});
}

TEST(EdgeWeights, ThatCannotBeMeantAreRefused) {
  const CsrGraph graph = CsrGraph::from_edges(3, std::vector<Edge>{{0, 2}, {1, 2}});
  const NodeFeatures features = Tensor(3, 1);
  const auto input_with = [&](std::vector<float> weights, const char* use = "true") {
    (void)ModelInput(graph, {}, features, kNoEdges, options_for("gcn", {{"edge_weights", use}}), weights);
  };
  expect_throws<ArgumentError>([&] { input_with({1.0F, -2.0F}); }, "the weight of edge 1 is -2, expected 0 or more");
  expect_throws<ArgumentError>([&] { input_with({NAN, 1.0F}); }, "the weight of edge 0 is");
  expect_throws<ArgumentError>([&] { input_with({1.0F}); }, "there are weights of 1 edges, the graph has 2");
  input_with({1.0F, -2.0F}, "false");
}

}  // namespace
}  // namespace weft
