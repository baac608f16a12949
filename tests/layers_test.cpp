// Layers and models: against their definitions written out, gradients, invariances, refusals.
#include <cmath>
#include <numeric>
#include <vector>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/layers/convolutions.hpp"
#include "weft/layers/kernels/aggregation.hpp"
#include "weft/layers/models.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::path_and_loner;
using test::random_tensor;

/// Twelve nodes in two communities with a few edges across.
CsrGraph small_graph() {
  std::vector<Edge> edges;
  for (NodeId v = 0; v < 12; ++v) {
    edges.push_back({v, (v + 1) % 12});
    edges.push_back({v, (v * 5 + 2) % 12});
  }
  return CsrGraph::from_edges(12, edges, {.symmetrize = true, .self_loops = GraphOptions::SelfLoops::remove});
}

Parameter* find(NodeModel& model, const std::string& name) {
  for (const NamedParameter& p : parameters_of(model).parameters) {
    if (p.name == name) {
      return p.parameter;
    }
  }
  return nullptr;
}

Options options_of(std::string_view model,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> sets = {}) {
  Options options(model_info(model).options);
  for (const auto& [name, value] : sets) {
    options.set(name, value);
  }
  return options;
}

Tensor logits(const NodeModel& model, const MessageBlock& block, const Features& x) {
  Pass pass = Pass::inference();
  return model.forward(block, x, pass).logits.value();
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const ModelInfo& info : models()) {
    if (!info.needs_graphs) {
      names.emplace_back(info.name);
    }
  }
  return names;
}

TEST(GcnConvolution, NormalizesByBothDegreesWithALoopAdded) {
  const auto conv = make_convolution({.kind = "gcn", .in = 1, .out = 1}, Random(1));
  ParameterList list;
  conv->list_parameters(list);
  list.parameters[0].parameter->mutable_value()(0, 0) = 1.0F;
  Pass pass = Pass::inference();
  const Tensor y =
      conv->forward(MessageBlock(path_and_loner()), Variable::constant(Tensor{{1}, {10}, {100}, {7}}), pass).value();
  const float r = 1.0F / std::sqrt(6.0F);
  expect_near(y, Tensor{{0.5F * 1 + r * 10}, {r * 1 + 10.0F / 3 + r * 100}, {r * 10 + 0.5F * 100}, {7}});
}

TEST(SageConvolution, AddsTheNodeItselfAndTheMeanOfItsNeighbors) {
  const auto conv = make_convolution({.kind = "sage", .in = 1, .out = 1}, Random(1));
  ParameterList list;
  conv->list_parameters(list);
  ASSERT_EQ(list.parameters[0].name, "self.weight");
  list.parameters[0].parameter->mutable_value()(0, 0) = 1.0F;
  list.parameters[2].parameter->mutable_value()(0, 0) = 1000.0F;
  Pass pass = Pass::inference();
  const Tensor y =
      conv->forward(MessageBlock(path_and_loner()), Variable::constant(Tensor{{1}, {2}, {5}, {7}}), pass).value();
  expect_near(y, Tensor{{1 + 2000}, {2 + 3000}, {5 + 2000}, {7}});
}

TEST(GinConvolution, NormalizesTheHiddenLayerOfItsNetwork) {
  const auto conv = make_convolution({.kind = "gin", .in = 1, .out = 2, .hidden_norm = NormKind::layer}, Random(1));
  ParameterList list;
  conv->list_parameters(list);
  const auto set = [&](std::string_view name, const Tensor& value) {
    const auto found = std::ranges::find(list.parameters, name, &NamedParameter::name);
    ASSERT_NE(found, list.parameters.end()) << name;
    found->parameter->mutable_value() = value;
  };
  set("first.weight", {{10, 30}});
  set("norm.gain", {{2, 3}});
  set("norm.bias", {{5, 0}});
  set("second.weight", {{1, 0}, {0, 1}});
  Pass pass = Pass::inference();
  // Sums of 3, 8, 7 and 7 become (10, 30) times that, and (-1, 1) whatever they are.
  const Tensor y =
      conv->forward(MessageBlock(path_and_loner()), Variable::constant(Tensor{{1}, {2}, {5}, {7}}), pass).value();
  expect_near(y, Tensor{{3, 3}, {3, 3}, {3, 3}, {3, 3}}, 1e-4);
}

TEST(GatConvolution, WithZeroScoresIsTheMeanOfTheNodeAndItsNeighbors) {
  const auto conv = make_convolution({.kind = "gat", .in = 1, .out = 1}, Random(1));
  ParameterList list;
  conv->list_parameters(list);
  list.parameters[0].parameter->mutable_value()(0, 0) = 1.0F;
  list.parameters[1].parameter->mutable_value()(0, 0) = 0.0F;
  list.parameters[2].parameter->mutable_value()(0, 0) = 0.0F;
  Pass pass = Pass::inference();
  const Tensor y =
      conv->forward(MessageBlock(path_and_loner()), Variable::constant(Tensor{{1}, {2}, {6}, {7}}), pass).value();
  expect_near(y, Tensor{{1.5F}, {3}, {4}, {7}});
}

TEST(TransformerConvolution, WeighsTheNodeAndItsNeighborsByTheirKeys) {
  const auto conv = make_convolution({.kind = "transformer", .in = 1, .out = 1}, Random(1));
  ParameterList list;
  conv->list_parameters(list);
  const auto set = [&](std::string_view name, float value) {
    const auto found = std::ranges::find(list.parameters, name, &NamedParameter::name);
    ASSERT_NE(found, list.parameters.end()) << name;
    found->parameter->mutable_value()(0, 0) = value;
  };
  set("query.weight", 0);
  set("query.bias", 1);
  set("key.weight", std::log(2.0F));
  set("value.weight", 1);
  set("bias", 10);
  Pass pass = Pass::inference();
  const Tensor y =
      conv->forward(MessageBlock(path_and_loner()), Variable::constant(Tensor{{0}, {1}, {2}, {7}}), pass).value();
  // Weights 2^x: node 0 reads 0 and 1 with weights 1 and 2, node 1 also 2 with weight 4.
  expect_near(y, Tensor{{10 + 2.0F / 3}, {10 + 10.0F / 7}, {10 + 10.0F / 6}, {17}});
}

TEST(Convolution, EveryKindHasTheGradientOfDifferences) {
  // Few edges, so that few of LeakyReLU's kinks lie close to a difference.
  const MessageBlock block(path_and_loner());
  for (const ConvolutionInfo& info : convolutions()) {
    const std::string_view kind = info.name;
    // Wider and narrower than the input: both orders of product and aggregation.
    for (const std::int64_t out : {2, 6}) {
      for (const bool concat : {true, false}) {
        SCOPED_TRACE(std::string(kind) + " " + std::to_string(out) + (concat ? " concat" : " mean"));
        const auto conv =
            make_convolution({.kind = kind, .in = 4, .out = out, .heads = 2, .concat = concat}, Random(3));
        Parameter x(random_tensor(4, 4, 8));
        const auto forward = [&] {
          Pass pass = Pass::train(Random(1));
          return conv->forward(block, x.variable(), pass);
        };
        expect_gradient_matches(x, forward, 5e-3);
        ParameterList list;
        conv->list_parameters(list);
        for (const NamedParameter& p : list.parameters) {
          SCOPED_TRACE(p.name);
          expect_gradient_matches(*p.parameter, forward, 5e-3);
        }
      }
    }
  }
}

TEST(Convolution, RefusesUnknownKindsAndHeadsThatDoNotFit) {
  expect_throws<ArgumentError>([] { (void)make_convolution({.kind = "gni"}, Random(1)); }, "kind is 'gni'");
  expect_throws<ArgumentError>(
      [] { (void)make_convolution({.kind = "gat", .in = 3, .out = 5, .heads = 2}, Random(1)); },
      "gat: a width of 5 cannot be cut into 2 heads");
}

TEST(Convolution, RefusesStatesOfAnotherWidth) {
  const auto conv = make_convolution({.kind = "gcn", .in = 3, .out = 2}, Random(1));
  Pass pass = Pass::inference();
  expect_throws<ArgumentError>(
      [&] { (void)conv->forward(MessageBlock(small_graph()), Variable::constant(Tensor(12, 4)), pass); },
      "inner dimensions differ");
}

TEST(Norm, BatchMovesItsRunningStatisticsInTrainingOnly) {
  Norm norm(NormKind::batch, 1);
  ParameterList list;
  norm.list_parameters(list);
  const Variable x = Variable::constant(Tensor{{0}, {10}});
  Pass inference = Pass::inference();
  (void)norm.forward(x, inference);
  update_statistics(list, inference);
  EXPECT_FLOAT_EQ((*list.statistics[0].value)(0, 0), 0.0F);
  Pass pass = Pass::train(Random(1));
  (void)norm.forward(x, pass);
  EXPECT_FLOAT_EQ((*list.statistics[0].value)(0, 0), 0.0F) << "a pass writes nothing";
  update_statistics(list, pass);
  EXPECT_FLOAT_EQ((*list.statistics[0].value)(0, 0), 0.5F);                 // 0.1 of the mean 5
  EXPECT_FLOAT_EQ((*list.statistics[1].value)(0, 0), 0.9F + 0.1F * 50.0F);  // the unbiased variance is 50
  Options options(model_info("gcn").options);
  expect_throws<ArgumentError>([&] { options.set("norm", "group"); }, "'group' is not one of none, layer, batch");
}

TEST(Norm, ThatRunsTwiceInAPassMovesItsStatisticsTwice) {
  Norm norm(NormKind::batch, 1);
  ParameterList list;
  norm.list_parameters(list);
  Pass pass = Pass::train(Random(1));
  (void)norm.forward(Variable::constant(Tensor{{0}, {10}}), pass);
  (void)norm.forward(Variable::constant(Tensor{{10}, {20}}), pass);
  update_statistics(list, pass);
  EXPECT_FLOAT_EQ((*list.statistics[0].value)(0, 0), 0.5F + 0.1F * (15.0F - 0.5F));
}

TEST(Models, GradientsOfAllParametersMatchDifferences) {
  const MessageBlock block(small_graph());
  const Features x = random_tensor(12, 5, 3);
  for (const std::string& name : model_names()) {
    // A smooth activation and no dropout: differences need both sides of a point to be alike.
    Options options =
        options_of(name, {{"hidden", "8"}, {"dropout", "0"}, {"input_dropout", "0"}, {"activation", "gelu"}});
    if (options.has("heads")) {
      options.set("heads", "2");
    }
    if (options.has("attention_dropout")) {
      options.set("attention_dropout", "0");
    }
    const auto model = make_model(name, shape_for(x, 3), options, Random(7));
    double progress = 1.0;
    const auto forward = [&] {
      Pass pass = Pass::train(Random(1), progress);
      return model->forward(block, x, pass).logits;
    };
    for (const NamedParameter& p : parameters_of(*model).parameters) {
      SCOPED_TRACE(name + " " + p.name);
      // What is read only before attention joins.
      progress = p.name.starts_with("local_head.") ? 0.0 : 1.0;
      expect_gradient_matches(*p.parameter, forward, 1e-2);
    }
  }
}

TEST(Models, GradientsMatchDifferencesWithTheFeedForwardPart) {
  const MessageBlock block(path_and_loner());
  const Features x = random_tensor(4, 5, 3);
  for (const char* name : {"gps", "weft"}) {
    const Options options = options_of(name, {{"hidden", "4"},
                                              {"heads", "2"},
                                              {"dropout", "0"},
                                              {"input_dropout", "0"},
                                              {"activation", "gelu"},
                                              {"norm", "layer"},
                                              {"feed_forward", "true"}});
    const auto model = make_model(name, shape_for(x, 3), options, Random(7));
    const auto forward = [&] {
      Pass pass = Pass::train(Random(1), 1.0);
      return model->forward(block, x, pass).logits;
    };
    ASSERT_NE(find(*model, "block0.feed_forward.up.weight"), nullptr);
    for (const NamedParameter& p : parameters_of(*model).parameters) {
      SCOPED_TRACE(std::string(name) + " " + p.name);
      expect_gradient_matches(*p.parameter, forward, 2e-2);
    }
  }
}

TEST(Models, TurnPermutedNodesIntoPermutedOutputs) {
  const CsrGraph graph = small_graph();
  const Tensor x = random_tensor(12, 5, 3);
  std::vector<std::int64_t> order(12);
  std::iota(order.begin(), order.end(), 0);
  shuffle(std::span<std::int64_t>(order), Random(11));
  std::vector<NodeId> place(12);
  for (std::size_t i = 0; i < 12; ++i) {
    place[static_cast<std::size_t>(order[i])] = static_cast<NodeId>(i);
  }
  std::vector<Edge> edges = edges_of(graph);
  for (Edge& edge : edges) {
    edge = {place[edge.source], place[edge.destination]};
  }
  const MessageBlock block(graph), permuted(CsrGraph::from_edges(12, edges));
  for (const std::string& name : model_names()) {
    SCOPED_TRACE(name);
    const auto model = make_model(name, shape_for(x, 3), options_of(name), Random(7));
    expect_near(logits(*model, permuted, select_rows(x, order)), select_rows(logits(*model, block, x), order), 1e-4);
  }
}

TEST(Models, GiveAGraphInABatchWhatTheyGiveItAlone) {
  const CsrGraph graphs[] = {small_graph(), path_and_loner(), small_graph()};
  const Tensor x = random_tensor(28, 5, 3);
  const MessageBlock batch = batch_of(graphs);
  for (const std::string& name : model_names()) {
    SCOPED_TRACE(name);
    const auto model = make_model(name, shape_for(x, 3), options_of(name), Random(7));
    const Tensor together = logits(*model, batch, x);
    for (std::size_t g = 0; g < 3; ++g) {
      std::vector<std::int64_t> rows(static_cast<std::size_t>(batch.segments()[g + 1] - batch.segments()[g]));
      std::iota(rows.begin(), rows.end(), batch.segments()[g]);
      expect_near(select_rows(together, rows), logits(*model, MessageBlock(graphs[g]), select_rows(x, rows)), 1e-5);
    }
  }
}

TEST(Models, GiveTheSameBitsOnAnyNumberOfThreads) {
  const CsrGraph graph = grid(60, 50);
  const MessageBlock block(graph);
  const Features x = random_tensor(3000, 20, 3);
  for (const std::string& name : model_names()) {
    SCOPED_TRACE(name);
    const auto model = make_model(name, shape_for(x, 3), options_of(name), Random(7));
    std::vector<Tensor> outputs;
    for (const int threads : {1, 2, 4}) {
      with_threads(threads, [&] { outputs.push_back(logits(*model, block, x)); });
    }
    EXPECT_TRUE(test::same_bits(outputs[0], outputs[1]) && test::same_bits(outputs[0], outputs[2]));
  }
}

TEST(Models, ReadEveryFormOfFeatures) {
  const MessageBlock block(path_and_loner());
  Buffer<EdgeId> offsets = Buffer<EdgeId>::copy_of(std::vector<EdgeId>{0, 1, 2, 2, 3});
  Buffer<std::uint32_t> columns = Buffer<std::uint32_t>::copy_of(std::vector<std::uint32_t>{1, 0, 2});
  const SparseMatrix sparse(4, 3, std::move(offsets), std::move(columns), Buffer<float>(3, 1.0F));
  CategoricalMatrix categorical{
      4, {2, 2}, Buffer<std::int32_t>::copy_of(std::vector<std::int32_t>{0, 1, 1, 1, 0, 0, 1, 0})};
  for (const std::string& name : model_names()) {
    SCOPED_TRACE(name);
    const Options options = options_of(name);
    const Tensor from_dense = logits(*make_model(name, shape_for(sparse.to_dense(), 3), options, Random(7)), block,
                                     Features(sparse.to_dense()));
    expect_near(logits(*make_model(name, shape_for(sparse, 3), options, Random(7)), block, Features(sparse)),
                from_dense);
    Features categories = CategoricalMatrix{4, categorical.num_categories, categorical.values.clone()};
    EXPECT_EQ(logits(*make_model(name, shape_for(categories, 3), options, Random(7)), block, categories).shape(),
              (Shape{4, 3}));
    const Features none;
    EXPECT_EQ(logits(*make_model(name, shape_for(none, 3), options, Random(7)), block, none).shape(), (Shape{4, 3}));
  }
}

TEST(Models, RefuseFeaturesTheyWereNotMadeFor) {
  const auto model = make_model("gcn", shape_for(Tensor(4, 3), 2), options_of("gcn"), Random(7));
  const MessageBlock block(path_and_loner());
  expect_throws<ArgumentError>([&] { (void)logits(*model, block, Features(Tensor(4, 5))); },
                               "made for 3 dense features, given 5 dense");
  expect_throws<ArgumentError>([&] { (void)logits(*model, block, Features(Tensor(6, 3))); }, "features of 6 nodes");
  expect_throws<ArgumentError>([] { (void)make_model("gcn", shape_for({}, -1), {}, Random(1)); }, "num_outputs is -1");
  expect_throws<ArgumentError>([] { (void)model_info("gnc"); }, "did you mean 'gcn'?");
}

TEST(Models, AreDefinedForNoNodesOneNodeAndNoEdges) {
  for (const std::string& name : model_names()) {
    for (const std::int64_t n : {0, 1, 5}) {
      SCOPED_TRACE(name + " with " + std::to_string(n));
      const Tensor x = random_tensor(n, 4, 1);
      const auto model = make_model(name, shape_for(x, 2), options_of(name), Random(7));
      const Tensor y = logits(*model, MessageBlock(CsrGraph::from_edges(n, {})), x);
      ASSERT_EQ(y.shape(), (Shape{n, 2}));
      for (const float value : y.values()) {
        EXPECT_TRUE(std::isfinite(value));
      }
    }
  }
}

TEST(WeftModel, AttentionJoinsAfterTheWarmUpAndReachesEveryNode) {
  const Features x = random_tensor(4, 5, 3);
  const auto model = make_model(shape_for(x, 3), WeftOptions{.attention_warmup = 0.5}, Random(7));
  const MessageBlock block(path_and_loner());
  Tensor changed = std::get<Tensor>(x);
  changed(3, 0) += 1.0F;  // the node without edges
  const auto first_output_moves = [&] {
    const Tensor before = logits(*model, block, x), after = logits(*model, block, Features(changed));
    return before(0, 0) != after(0, 0);
  };
  Pass early = Pass::train(Random(1), 0.4);
  (void)model->forward(block, x, early);
  update_statistics(*model, early);
  EXPECT_FALSE(first_output_moves());
  Pass late = Pass::train(Random(1), 0.6);
  (void)model->forward(block, x, late);
  EXPECT_FALSE(first_output_moves()) << "a pass writes nothing";
  update_statistics(*model, late);
  EXPECT_TRUE(first_output_moves());
}

TEST(GpsModel, RefusesToReadNothing) {
  const GpsOptions options{.convolution = "none", .attention = "none"};
  expect_throws<ArgumentError>([&] { (void)make_model(shape_for(Tensor(1, 5), 3), options, Random(7)); },
                               "convolution and attention are both none");
}

TEST(PolynormerModel, StartsWithItsLocalHeadAndGoesOnWithTheGlobalOne) {
  const Features x = random_tensor(4, 5, 3);
  const auto model = make_model(shape_for(x, 3), PolynormerOptions{}, Random(7));
  const MessageBlock block(path_and_loner());
  const auto reads = [&](const char* head, double progress) {
    Pass pass = Pass::train(Random(1), progress);
    const Gradients gradients = backward(sum(model->forward(block, x, pass).logits));
    return gradients.of(find(*model, head)->variable()) != nullptr;
  };
  EXPECT_TRUE(reads("local_head.weight", 0.1));
  EXPECT_FALSE(reads("global_head.weight", 0.1));
  EXPECT_FALSE(reads("local_head.weight", 0.9));
  EXPECT_TRUE(reads("global_head.weight", 0.9));
}

TEST(WeftModel, PropagationStartsAsPersonalizedPageRank) {
  const Tensor x = random_tensor(12, 5, 3);
  const MessageBlock block(small_graph());
  const auto model_with = [&](std::int64_t steps) {
    return make_model(shape_for(x, 3), WeftOptions{.propagation = steps, .restart = 0.25}, Random(7));
  };
  const Variable own = Variable::constant(logits(*model_with(0), block, x));
  const GcnNorm norm(block);
  Variable expected = own;
  for (int step = 0; step < 3; ++step) {
    expected = scale(aggregate_gcn(norm, expected), 0.75F) + scale(own, 0.25F);
  }
  expect_near(logits(*model_with(3), block, x), expected.value());
}

TEST(WeftModel, EveryGateStartsNearlyClosed) {
  const auto model = make_model(shape_for(Tensor(1, 5), 3), WeftOptions{}, Random(7));
  const Parameter* bias = find(*model, "block0.gate.bias");
  ASSERT_NE(bias, nullptr);
  for (const float b : bias->value().values()) {
    EXPECT_FLOAT_EQ(b, -2.0F);
  }
}

}  // namespace
}  // namespace weft
