// Performer's redrawn directions, and NodeFormer's relational bias and its loss of edges.
#include <algorithm>
#include <cmath>

#include "tests/mechanism.hpp"
#include "tests/support.hpp"
#include "weft/graph/generators.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::Mechanism;
using test::random_tensor;
using test::same_bits;

TEST(Performer, DrawsItsDirectionsAnewAfterSoManyTrainingSteps) {
  const MessageBlock graph(grid(3, 3));
  const Tensor h = random_tensor(9, 8, 1);
  const Mechanism every_third("performer", {{"redraw", "3"}}), never("performer", {});
  std::vector<Tensor> seen, kept;
  for (std::uint64_t step = 0; step < 7; ++step) {
    (void)every_third.train(graph, h, step);
    (void)every_third.run(graph, h);
    seen.push_back(every_third.statistic("directions"));
    (void)never.train(graph, h, step);
    kept.push_back(never.statistic("directions"));
  }
  for (std::size_t step = 1; step < 7; ++step) {
    EXPECT_EQ(same_bits(seen[step], seen[step - 1]), step % 3 != 0) << step;
    EXPECT_TRUE(same_bits(kept[step], kept[0]));
  }
}

TEST(Performer, RedrawsByTheRandomnessOfTheStep) {
  const MessageBlock graph(grid(3, 3));
  const Tensor h = random_tensor(9, 8, 1);
  const auto directions = [&](std::uint64_t last_step) {
    const Mechanism performer("performer", {{"redraw", "1"}});
    (void)performer.train(graph, h, 1);
    (void)performer.train(graph, h, last_step);
    return performer.statistic("directions");
  };
  EXPECT_TRUE(same_bits(directions(2), directions(2)));
  EXPECT_FALSE(same_bits(directions(2), directions(3)));
}

TEST(NodeFormer, AddsThePowersOfTheAdjacencyAsStronglyAsTheirBiasSays) {
  // A path 0 - 1 with loops: every entry of the normalized adjacency is 1/2, and so of its square.
  const MessageBlock graph(CsrGraph::from_edges(2, std::vector<Edge>{{0, 1}}, {.symmetrize = true}));
  const Tensor h = random_tensor(2, 8, 1);
  const Mechanism plain("nodeformer", {{"relational_order", "0"}}), related("nodeformer", {{"relational_order", "2"}});
  ASSERT_EQ(related.list.parameters.back().name, "relation2");
  const auto parameter = [&](std::size_t i) { return related.list.parameters[i].parameter->variable(); };
  Tensor& second = related.list.parameters.back().parameter->mutable_value();
  second = Tensor{{-100, std::log(3.0F)}};  // sigmoid: 0 and 3/4
  const Tensor v = linear(Variable::constant(h), parameter(4), parameter(5)).value();
  Tensor bias(2, 8);
  for (std::int64_t i = 0; i < 2; ++i) {
    for (std::int64_t c = 0; c < 8; ++c) {
      const double strength = 1 / (1 + std::exp(-0.1)) + (c < 4 ? 0.0 : 0.75);
      bias(i, c) = static_cast<float>(strength * 0.5 * (static_cast<double>(v(0, c)) + static_cast<double>(v(1, c))));
    }
  }
  const Tensor mapped = matmul(Variable::constant(bias), parameter(6)).value();
  Tensor expected = plain.run(graph, h);
  for (std::int64_t i = 0; i < expected.size(); ++i) {
    expected.data()[i] += mapped.data()[i];
  }
  expect_near(related.run(graph, h), expected);
}

TEST(NodeFormer, AddsNoiseThatGrowsAsTheTemperatureFalls) {
  // Queries and keys are 0, so that the noise alone decides: node u counts as exp(g_u / temperature). Values and the
  // last map are such that row i of the output shows the weights of all eight nodes in its head.
  const MessageBlock graph(CsrGraph::from_edges(8, {}));
  Tensor h(8, 8);
  for (std::int64_t i = 0; i < 8; ++i) {
    h(i, i) = 1.0F;
  }
  const auto log_weights = [&](const char* temperature) {
    const Mechanism mechanism(
        "nodeformer", {{"heads", "1"}, {"gumbel_draws", "1"}, {"relational_order", "0"}, {"temperature", temperature}});
    for (const NamedParameter& p : mechanism.list.parameters) {
      Tensor& value = p.parameter->mutable_value();
      const bool is_identity = p.name == "value.weight" || p.name == "out.weight";
      for (std::int64_t i = 0; i < value.size(); ++i) {
        value.data()[i] = is_identity && i % 9 == 0 ? 1.0F : 0.0F;
      }
    }
    Pass pass = Pass::train(Random(5));
    const Tensor y = mechanism.attention->forward(graph, Variable::constant(h), pass).value();
    std::vector<double> result;
    for (std::int64_t u = 0; u < 8; ++u) {
      EXPECT_NEAR(y(0, u), y(7, u), 1e-5F) << "the noise is that of the node that is read";
      result.push_back(std::log(static_cast<double>(y(0, u))));
    }
    return result;
  };
  const std::vector<double> cold = log_weights("0.5"), warm = log_weights("2");
  double spread = 0.0;
  for (std::size_t u = 1; u < 8; ++u) {
    EXPECT_NEAR(0.5 * (cold[u] - cold[0]), 2.0 * (warm[u] - warm[0]), 1e-3);
    spread = std::max(spread, std::abs(warm[u] - warm[0]));
  }
  EXPECT_GT(spread, 0.2) << "there is noise at all";
}

TEST(NodeFormer, DividesItsScoresByTheTemperature) {
  const MessageBlock graph(grid(3, 3));
  const Tensor h = random_tensor(9, 8, 1);
  const Mechanism cold("nodeformer", {{"temperature", "0.25"}}), warm("nodeformer", {{"temperature", "1"}});
  // Twice the queries and twice the keys are four times the score.
  for (const NamedParameter& p : warm.list.parameters) {
    if (p.name.starts_with("query") || p.name.starts_with("key")) {
      for (float& x : p.parameter->mutable_value().values()) {
        x *= 2.0F;
      }
    }
  }
  expect_near(cold.run(graph, h), warm.run(graph, h));
}

TEST(NodeFormer, DrawsItsNoiseForEachNodeAndHead) {
  // Both heads have the same maps and what they read is added up after the sign of one is turned: the same noise for
  // both would leave nothing.
  const MessageBlock graph(grid(3, 3));
  const Tensor h = random_tensor(9, 8, 1);
  const Mechanism noisy("nodeformer", {{"relational_order", "0"}, {"gumbel_draws", "1"}});
  for (const std::size_t map : {0U, 2U, 4U}) {
    Tensor& weight = noisy.list.parameters[map].parameter->mutable_value();
    for (std::int64_t i = 0; i < 8; ++i) {
      for (std::int64_t c = 0; c < 4; ++c) {
        weight(i, c + 4) = weight(i, c);
      }
    }
  }
  Tensor& out = noisy.list.parameters[6].parameter->mutable_value();
  out = Tensor(8, 8);
  for (std::int64_t c = 0; c < 4; ++c) {
    out(c, c) = 1.0F;
    out(c + 4, c) = -1.0F;
  }
  const auto largest = [](const Tensor& x) {
    float most = 0.0F;
    for (const float value : x.values()) {
      most = std::max(most, std::abs(value));
    }
    return most;
  };
  EXPECT_LT(largest(noisy.run(graph, h)), 1e-5F);
  Pass pass = Pass::train(Random(1));
  EXPECT_GT(largest(noisy.attention->forward(graph, Variable::constant(h), pass).value()), 1e-2F);
}

TEST(NodeFormer, AddsItsEdgeLossToTrainingPassesIfAsked) {
  const MessageBlock graph(grid(4, 4));
  const Tensor h = random_tensor(16, 8, 1);
  EXPECT_TRUE(Mechanism("nodeformer", {}).train(graph, h, 1).empty());
  const auto one = Mechanism("nodeformer", {{"edge_loss", "1"}}).train(graph, h, 1),
             three = Mechanism("nodeformer", {{"edge_loss", "3"}}).train(graph, h, 1);
  ASSERT_EQ(one.size(), 1U);
  ASSERT_EQ(three.size(), 1U);
  EXPECT_GT(one[0].value()(0, 0), 0.1F);
  EXPECT_FLOAT_EQ(three[0].value()(0, 0), 3.0F * one[0].value()(0, 0));
  Pass pass = Pass::inference();
  const Mechanism asked("nodeformer", {{"edge_loss", "1"}});
  (void)asked.attention->forward(graph, Variable::constant(h), pass);
  EXPECT_TRUE(pass.losses().empty());
}

TEST(NodeFormer, LearnsToForetellEdgesByItsEdgeLoss) {
  const MessageBlock graph(grid(6, 6));
  const Tensor h = random_tensor(36, 8, 1);
  const Mechanism mechanism("nodeformer", {{"edge_loss", "1"}});
  const float before = mechanism.train(graph, h, 1)[0].value()(0, 0);
  for (int step = 0; step < 60; ++step) {
    const Gradients gradients = backward(mechanism.train(graph, h, 1)[0]);
    for (const NamedParameter& p : mechanism.list.parameters) {
      if (const Tensor* d = gradients.of(p.parameter->variable())) {
        for (std::int64_t i = 0; i < d->size(); ++i) {
          p.parameter->mutable_value().data()[i] -= 0.3F * d->data()[i];
        }
      }
    }
  }
  EXPECT_LT(mechanism.train(graph, h, 1)[0].value()(0, 0), 0.9F * before);
}

}  // namespace
}  // namespace weft
