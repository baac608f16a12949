// Convolutions: against their definitions written out, gradients, refusals.
#include "weft/layers/convolutions.hpp"

#include <algorithm>
#include <cmath>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/layers/edge_states.hpp"

namespace weft {
namespace {

using test::constant;
using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::path_and_loner;
using test::random_tensor;
using test::same_bits;
using test::three_edges;

TEST(GcnConvolution, NormalizesByBothDegreesWithALoopAdded) {
  const auto conv = make_convolution({.kind = "gcn", .in = 1, .out = 1}, Random(1));
  ParameterList list;
  conv->list_parameters(list);
  list.parameters[0].parameter->mutable_value()(0, 0) = 1.0F;
  Pass pass = Pass::inference();
  const Tensor y = conv->forward(MessageBlock(path_and_loner()), constant(Tensor{{1}, {10}, {100}, {7}}), pass).value();
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
  const Tensor y = conv->forward(MessageBlock(path_and_loner()), constant(Tensor{{1}, {2}, {5}, {7}}), pass).value();
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
  const Tensor y = conv->forward(MessageBlock(path_and_loner()), constant(Tensor{{1}, {2}, {5}, {7}}), pass).value();
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
  const Tensor y = conv->forward(MessageBlock(path_and_loner()), constant(Tensor{{1}, {2}, {6}, {7}}), pass).value();
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
  const Tensor y = conv->forward(MessageBlock(path_and_loner()), constant(Tensor{{0}, {1}, {2}, {7}}), pass).value();
  // Weights 2^x: node 0 reads 0 and 1 with weights 1 and 2, node 1 also 2 with weight 4.
  expect_near(y, Tensor{{10 + 2.0F / 3}, {10 + 10.0F / 7}, {10 + 10.0F / 6}, {17}});
}

TEST(GatedGcnConvolution, KeepsStatesOfEdgesForLaterLayersOnly) {
  const MessageBlock block(three_edges());
  for (const bool passes : {true, false}) {
    const auto conv =
        make_convolution({.kind = "gatedgcn", .in = 2, .out = 2, .edge_width = 2, .passes_edges = passes}, Random(1));
    EdgeStates edges{constant(random_tensor(3, 2, 1))};
    const Tensor before = edges.states.value();
    Pass pass = Pass::inference();
    (void)conv->forward(block, constant(random_tensor(4, 2, 2)), edges, pass);
    EXPECT_EQ(same_bits(before, edges.states.value()), !passes);
  }
  expect_throws<ArgumentError>(
      [] { (void)make_convolution({.kind = "gatedgcn", .in = 2, .out = 2, .edge_width = 3}, Random(1)); },
      "states of edges have 3 columns, expected 2");
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
      [&] { (void)conv->forward(MessageBlock(path_and_loner()), constant(Tensor(4, 4)), pass); },
      "inner dimensions differ");
}

}  // namespace
}  // namespace weft
