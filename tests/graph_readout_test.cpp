// From nodes to graphs: pooling, and the virtual node.
#include "weft/layers/graph_readout.hpp"

#include <cmath>

#include "tests/support.hpp"
#include "weft/layers/models.hpp"
#include "weft/layers/virtual_node.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::random_tensor;

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

}  // namespace
}  // namespace weft
