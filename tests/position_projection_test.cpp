// Sequences projected by weights of positions, and the attention that reads them.
#include "weft/layers/kernels/position_projection.hpp"

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/models.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::random_tensor;
using test::same_bits;

using Segments = std::vector<std::int64_t>;

TEST(ProjectPositions, WeighsTheRowsOfEachSegmentByTheirPositions) {
  const Variable x = Variable::constant(Tensor{{1, 10}, {2, 20}, {3, 30}, {4, 40}});
  const Variable weights = Variable::constant(Tensor{{1, 0}, {0, 1}, {-1, 2}, {7, 7}});
  // Rows 0 .. 2, none, row 3.
  expect_near(project_positions(x, weights, Segments{0, 3, 3, 4}).value(),
              {{-2, -20}, {8, 80}, {0, 0}, {0, 0}, {4, 40}, {0, 0}});
}

TEST(ProjectPositions, EqualsTheSumWrittenOutAlsoForSegmentsOfManyParts) {
  const Segments segments{0, 5000, 5003};
  const Tensor x = random_tensor(5003, 16, 1), weights = random_tensor(6000, 8, 2);
  Tensor expected(16, 16);
  for (std::int64_t g = 0; g < 2; ++g) {
    for (std::int64_t l = 0; l < 8; ++l) {
      for (std::int64_t c = 0; c < 16; ++c) {
        double sum = 0.0;
        for (std::int64_t i = segments[static_cast<std::size_t>(g)]; i < segments[static_cast<std::size_t>(g) + 1];
             ++i) {
          sum += static_cast<double>(weights(i - segments[static_cast<std::size_t>(g)], l)) * x(i, c);
        }
        expected(g * 8 + l, c) = static_cast<float>(sum);
      }
    }
  }
  expect_near(project_positions(Variable::constant(x), Variable::constant(weights), segments).value(), expected, 1e-4);
}

TEST(ProjectPositions, GradientsMatchCentralDifferences) {
  Parameter x(random_tensor(11, 3, 1)), weights(random_tensor(8, 4, 2));
  const auto output = [&] { return project_positions(x.variable(), weights.variable(), Segments{0, 1, 1, 8, 11}); };
  expect_gradient_matches(x, output);
  expect_gradient_matches(weights, output);
}

TEST(ProjectPositions, GivesTheSameBitsOnAnyNumberOfThreads) {
  std::vector<Tensor> outputs, gradients;
  for (const int threads : {1, 2, 4}) {
    with_threads(threads, [&] {
      Parameter x(random_tensor(9000, 16, 1)), weights(random_tensor(5000, 8, 2));
      const Variable y = project_positions(x.variable(), weights.variable(), Segments{0, 5000, 9000});
      outputs.push_back(y.value());
      const Gradients all = backward(y, random_tensor(16, 16, 3));
      gradients.push_back(*all.of(weights.variable()));
    });
  }
  EXPECT_TRUE(same_bits(outputs[0], outputs[1]) && same_bits(outputs[0], outputs[2]));
  EXPECT_TRUE(same_bits(gradients[0], gradients[1]) && same_bits(gradients[0], gradients[2]));
}

TEST(ProjectPositions, RefusesSegmentsLongerThanItHasWeights) {
  const Variable x = Variable::constant(Tensor(9, 2)), weights = Variable::constant(Tensor(4, 3));
  expect_throws<ArgumentError>(
      [&] {
        (void)project_positions(x, weights, Segments{0, 4, 9});
      },
      "graph 1 has 5 nodes, expected at most 4");
}

/// linformer_positions with two heads of 4 columns, in the nodes' own order.
struct Positional {
  explicit Positional(std::int64_t landmarks, std::int64_t max_positions) {
    Options options(model_info("weft").options);
    options.set("hidden", "8");
    options.set("heads", "2");
    options.set("order", "natural");
    options.set("landmarks", std::to_string(landmarks));
    options.set("max_positions", std::to_string(max_positions));
    attention = make_global_attention("linformer_positions", options, 0, Random(5));
    attention->list_parameters(list);
  }

  [[nodiscard]] Tensor run(const MessageBlock& graph, const Tensor& h) const {
    Pass pass = Pass::inference();
    return attention->forward(graph, Variable::constant(h), pass).value();
  }

  std::unique_ptr<GlobalAttention> attention;
  ParameterList list;
};

TEST(LinformerPositions, IsExactSoftmaxAttentionWithAsManyLandmarksAsNodesAndTheIdentity) {
  const Positional mechanism(6, 6);
  for (const std::size_t projection : {8, 9}) {
    Tensor& weights = mechanism.list.parameters[projection].parameter->mutable_value();
    ASSERT_EQ(weights.shape(), (Shape{6, 6}));
    for (std::int64_t i = 0; i < weights.size(); ++i) {
      weights.data()[i] = i % 7 == 0 ? 1.0F : 0.0F;
    }
  }
  const Tensor h = random_tensor(6, 8, 3);
  const auto project = [&](std::size_t i, const Tensor& x) {
    return linear(Variable::constant(x), mechanism.list.parameters[i].parameter->variable(),
                  mechanism.list.parameters[i + 1].parameter->variable())
        .value();
  };
  const Tensor q = project(0, h), k = project(2, h);
  expect_near(mechanism.run(MessageBlock(grid(6, 1)), h),
              project(6, test::dense_attention(project(4, h), Segments{0, 6}, 2, test::softmax_weight(q, k, 2))));
}

TEST(LinformerPositions, RefusesGraphsLongerThanItsPositions) {
  expect_throws<ArgumentError>([] { (void)Positional(2, 5).run(MessageBlock(grid(6, 1)), Tensor(6, 8)); },
                               "graph 0 has 6 nodes, expected at most 5");
}

}  // namespace
}  // namespace weft
