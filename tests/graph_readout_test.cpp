// From nodes to graphs: pooling, the virtual node, models of whole graphs and their invariances.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/layers/graph_model.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/layers/virtual_node.hpp"
#include "weft/layers/wl_model.hpp"
#include "weft/runs/run.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::random_tensor;
using test::ring_with_tail;

/// The graph with node v called order[v], and its edge's features brought along.
CsrGraph renamed(const CsrGraph& graph, const std::vector<NodeId>& order) {
  std::vector<Edge> edges;
  for (const Edge& edge : edges_of(graph)) {
    edges.push_back({order[edge.source], order[edge.destination]});
  }
  return CsrGraph::from_edges(graph.num_nodes(), edges);
}

Options graph_options_of(std::string_view model) {
  Options options = default_options(model, TaskKind::graph_classification);
  if (options.has("hidden")) {
    options.set_value("hidden", std::int64_t{16});
  }
  return options;
}

Tensor logits_of(const NodeModel& model, const MessageBlock& block, const Features& x, const Options& options,
                 const Features* edges = nullptr) {
  const std::optional<Tensor> encoding = options.has("encoding") ? node_encoding(block, options) : std::nullopt;
  NodeInput input(x);
  input.encoding = encoding ? &*encoding : nullptr;
  input.edge_features = edges;
  Pass pass = Pass::inference();
  return model.forward(block, input, pass).logits.value();
}

TEST(GraphReadout, SumsAveragesAndTakesTheLargest) {
  const MessageBlock block(CsrGraph::from_edges(5, {}), {0, 2, 2, 5});
  const Variable x = Variable::constant({{1, 2}, {3, -4}, {6, 0}, {0, 3}, {0, 6}});
  const Pass pass = Pass::inference();
  expect_near(GraphReadout(Pooling::sum, 2, Random(1)).forward(block, x, pass).value(), {{4, -2}, {0, 0}, {6, 9}});
  expect_near(GraphReadout(Pooling::mean, 2, Random(1)).forward(block, x, pass).value(), {{2, -1}, {0, 0}, {2, 3}});
  expect_near(GraphReadout(Pooling::max, 2, Random(1)).forward(block, x, pass).value(), {{3, 2}, {0, 0}, {6, 6}});
  Options options(graph_options());
  expect_throws<ArgumentError>([&] { options.set("pooling", "median"); }, "not one of sum, mean, max, attention");
}

TEST(GraphReadout, AttentionWeighsNodesBySoftmaxOfTheirScores) {
  const MessageBlock block(CsrGraph::from_edges(3, {}), {0, 2, 3});
  GraphReadout readout(Pooling::attention, 1, Random(1));
  ParameterList list;
  readout.list_parameters(list);
  ASSERT_EQ(list.parameters.size(), 1U);
  list.parameters[0].parameter->mutable_value() = {{1.0F}};
  // Weights e^ln3 : e^0 = 3 : 1 in the first graph, a graph of one node is itself.
  const Variable x = Variable::constant({{std::log(3.0F)}, {0.0F}, {7.0F}});
  expect_near(readout.forward(block, x, Pass::inference()).value(), {{0.75F * std::log(3.0F)}, {7.0F}});
  Parameter states(random_tensor(3, 1));
  const Pass pass = Pass::train(Random(1));
  expect_gradient_matches(states, [&] { return readout.forward(block, states.variable(), pass); });
  expect_gradient_matches(*list.parameters[0].parameter,
                          [&] { return readout.forward(block, states.variable(), pass); });
}

TEST(VirtualNode, TellsEveryNodeWhatFarNodesHold) {
  // Without an edge, only the virtual node can carry anything from one node to another.
  const MessageBlock block(CsrGraph::from_edges(4, {}), {0, 3, 4});
  const VirtualNode node(NormKind::none, 2, 2, 0.0F, Random(1));
  Pass pass = Pass::inference();
  const auto after = [&](float far) {
    const Variable x = Variable::constant({{far, 1}, {2, 0}, {0, 1}, {5, 5}});
    const Variable v = node.updated(block, 0, x, node.start(block, pass), pass);
    return VirtualNode::spread(block, x, v).value();
  };
  const Tensor a = after(1.0F), b = after(3.0F);
  EXPECT_NE(a(1, 0), b(1, 0));
  EXPECT_EQ(a(3, 0), b(3, 0)) << "the other graph of the batch must not notice";
}

TEST(GraphModel, DoesNotDependOnTheOrderOfAtomsNorOnTheRestOfTheBatch) {
  const CsrGraph graph = ring_with_tail(5, 4), other = ring_with_tail(7, 1), third = ring_with_tail(3, 0);
  const std::vector<NodeId> order = {4, 7, 1, 0, 8, 2, 6, 3, 5};
  const Tensor x = random_tensor(9, 3, 5), more = random_tensor(8, 3, 6), last = random_tensor(3, 3, 7);
  Tensor x_renamed(9, 3);
  for (std::int64_t v = 0; v < 9; ++v) {
    std::ranges::copy(x.row(v), x_renamed.row(order[static_cast<std::size_t>(v)]).begin());
  }
  for (const ModelInfo& info : models()) {
    for (const char* pooling : {"sum", "attention"}) {
      SCOPED_TRACE(std::string(info.name) + " " + pooling);
      Options options = graph_options_of(info.name);
      options.set_value("pooling", std::string(pooling));
      options.set("readout", info.name == "sign" || info.name == "nagphormer" ? "last" : "all");
      if (options.has("encoding")) {
        options.set("encoding", "random_walk");
      }
      if (options.has("virtual_node")) {
        options.set_value("virtual_node", true);
      }
      const Features features = x;
      const auto model = make_graph_model(info.name, shape_for(features, 2), options, Random(4));
      const Tensor alone = logits_of(*model, MessageBlock(graph), features, options);
      ASSERT_EQ(alone.shape(), (Shape{1, 2}));
      expect_near(logits_of(*model, MessageBlock(renamed(graph, order)), x_renamed, options), alone, 1e-4);

      const MessageBlock batch = batch_of(std::vector<CsrGraph>{other, graph, third});
      Tensor all(20, 3);
      std::ranges::copy(last.values(),
                        std::ranges::copy(x.values(), std::ranges::copy(more.values(), all.data()).out).out);
      const Tensor together = logits_of(*model, batch, Features(std::move(all)), options);
      ASSERT_EQ(together.shape(), (Shape{3, 2}));
      expect_near(select_rows(together, std::vector<std::int64_t>{1}), alone, 1e-4);
    }
  }
}

TEST(GraphModel, ReadsEveryLayerWhereAllAreAskedFor) {
  const Features x = random_tensor(9, 3, 5);
  for (const char* name : {"gin", "weft", "gps", "polynormer"}) {
    SCOPED_TRACE(name);
    Options options = graph_options_of(name);
    options.set_value("layers", std::int64_t{3});
    options.set_value("head_layers", std::int64_t{1});
    options.set("readout", "all");
    const auto model = make_graph_model(name, shape_for(x, 2), options, Random(4));
    // The input's states and those of three layers, 16 columns each.
    EXPECT_EQ(model->embedding_width(), 4 * 16);
  }
  Options options = graph_options_of("sign");
  options.set("readout", "all");
  expect_throws<ArgumentError>([&] { (void)make_graph_model("sign", shape_for(x, 2), options, Random(4)); },
                               "expected readout last");
}

TEST(GraphModel, HasNoParametersThatNothingReads) {
  const Features x = random_tensor(9, 3, 5);
  const MessageBlock block(ring_with_tail(5, 4));
  for (const ModelInfo& info : models()) {
    SCOPED_TRACE(info.name);
    const Options options = graph_options_of(info.name);
    const auto model = make_graph_model(info.name, shape_for(x, 2), options, Random(4));
    Pass pass = Pass::train(Random(1));
    const Gradients gradients = backward(sum(model->forward(block, NodeInput(x), pass).logits));
    for (const NamedParameter& p : parameters_of(*model).parameters) {
      EXPECT_NE(gradients.of(p.parameter->variable()), nullptr) << p.name;
    }
  }
}

TEST(WlHistograms, AreEqualForRenamedGraphsAndCountEveryNodeInEveryRound) {
  const CsrGraph graph = ring_with_tail(5, 4);
  const std::vector<NodeId> order = {4, 7, 1, 0, 8, 2, 6, 3, 5};
  const auto histogram = [](const CsrGraph& g, std::int64_t rounds) {
    return wl_histograms(MessageBlock(g), {}, nullptr, rounds, 4096, HistogramScale::count).to_dense();
  };
  expect_near(histogram(renamed(graph, order), 3), histogram(graph, 3), 0.0);
  const Tensor counts = histogram(graph, 3);
  EXPECT_EQ(std::accumulate(counts.values().begin(), counts.values().end(), 0.0F), 4.0F * 9.0F);
  // Round 0 sees one color, round 1 the degrees: 1 (one node), 2 (seven), 3 (one).
  std::vector<float> seen;
  const Tensor once = histogram(graph, 1);
  for (const float count : once.values()) {
    if (count > 0.0F) {
      seen.push_back(count);
    }
  }
  std::ranges::sort(seen);
  EXPECT_EQ(seen, (std::vector<float>{1, 1, 7, 9}));
}

TEST(WlHistograms, TellRingsOfSixFromTwoOfThreeNoMoreThanTheTestItself) {
  // The classic pair that refinement cannot tell apart, and one that it can.
  const MessageBlock two = batch_of(std::vector<CsrGraph>{ring_with_tail(3, 0), ring_with_tail(3, 0)});
  const auto counts = [](const MessageBlock& block) {
    return wl_histograms(block, {}, nullptr, 4, 4096, HistogramScale::count).to_dense();
  };
  expect_near(counts(MessageBlock(two.graph())), counts(MessageBlock(ring_with_tail(6, 0))), 0.0);
  EXPECT_FALSE(test::same_bits(counts(MessageBlock(ring_with_tail(5, 1))), counts(MessageBlock(ring_with_tail(6, 0)))));
}

TEST(WlHistograms, SeeFeaturesOfNodesAndEdgesAndScaleAsAsked) {
  const MessageBlock block(CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}}, {.symmetrize = true}));
  const auto distinct = [&](const Features& nodes, const Features* edges) {
    const Tensor counts = wl_histograms(block, nodes, edges, 1, 4096, HistogramScale::count).to_dense();
    return std::ranges::count_if(counts.values(), [](float x) { return x > 0.0F; });
  };
  EXPECT_EQ(distinct({}, nullptr), 2) << "both nodes look alike in both rounds";
  EXPECT_EQ(distinct(Tensor{{1}, {2}}, nullptr), 4);
  const Features edges = Tensor{{1}, {2}};
  EXPECT_EQ(distinct({}, &edges), 3) << "alike at first, told apart by their edges in round 1";
  const Tensor unit = wl_histograms(block, {}, nullptr, 1, 4096, HistogramScale::unit).to_dense();
  EXPECT_NEAR(*std::ranges::max_element(unit.values()), 1.0 / std::sqrt(2.0), 1e-6);
  const Tensor root = wl_histograms(block, {}, nullptr, 1, 4096, HistogramScale::root).to_dense();
  EXPECT_NEAR(*std::ranges::max_element(root.values()), std::sqrt(2.0), 1e-6);
}

TEST(Pass, WeightsOfInputsGiveWhatEachNodeAdds) {
  // A linear model: the sum of the nodes' own contributions, so that each derivative is that contribution.
  const Features x = random_tensor(9, 3, 5);
  Options options = graph_options_of("mlp");
  options.set_value("layers", std::int64_t{1});
  options.set_value("head_layers", std::int64_t{1});
  options.set("pooling", "sum");
  options.set("norm", "none");
  const MessageBlock block(ring_with_tail(5, 4));
  const auto model = make_graph_model("mlp", shape_for(x, 1), options, Random(4));
  const Variable weights = Variable::parameter(Tensor::full(9, 1, 1.0F));
  Pass pass = Pass::explaining(weights);
  const Variable y = model->forward(block, NodeInput(x), pass).logits;
  const Gradients gradients = backward(sum(y));
  const Tensor* importance = gradients.of(weights);
  ASSERT_NE(importance, nullptr);
  // ReLU networks without biases are homogeneous: the contributions sum to the output.
  const float total = std::accumulate(importance->values().begin(), importance->values().end(), 0.0F);
  EXPECT_NEAR(total, y.value()(0, 0), 1e-4);
  Pass plain = Pass::inference();
  expect_near(y.value(), model->forward(block, NodeInput(x), plain).logits.value(), 0.0);
}

}  // namespace
}  // namespace weft
