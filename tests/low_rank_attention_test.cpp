// Attention through landmarks: both directions against their definitions, and the limits where it is exact.
#include "weft/layers/kernels/low_rank_attention.hpp"

#include <cmath>
#include <numeric>

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/models.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::dense_attention;
using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::random_tensor;
using test::same_bits;

// A single node, no node, graphs with more and with fewer nodes than landmarks.
const std::vector<std::int64_t> kNodes{0, 1, 1, 8, 11}, kLandmarks{0, 1, 3, 6, 11};

Variable constant(const Tensor& x) {
  return Variable::constant(x);
}

/// softmax(<q_i, k_j> / sqrt(d)) v_j for every row i of each graph over the other side's rows j.
Tensor dense_cross_attention(const Tensor& q, const Tensor& k, const Tensor& v, std::span<const std::int64_t> readers,
                             std::span<const std::int64_t> read, std::int64_t heads) {
  const auto weight = test::softmax_weight(q, k, heads);
  const std::int64_t e = v.cols() / heads;
  Tensor o(q.rows(), v.cols());
  for (std::size_t g = 0; g + 1 < readers.size(); ++g) {
    for (std::int64_t i = readers[g]; i < readers[g + 1]; ++i) {
      for (std::int64_t c = 0; c < v.cols(); ++c) {
        double total = 0.0, sum = 0.0;
        for (std::int64_t j = read[g]; j < read[g + 1]; ++j) {
          total += weight(i, j, c / e);
          sum += weight(i, j, c / e) * v(j, c);
        }
        o(i, c) = total > 0.0 ? static_cast<float>(sum / total) : 0.0F;
      }
    }
  }
  return o;
}

TEST(LandmarkAttention, ReadsTheOnlyLandmarkAndTheMeanOfAlikeOnes) {
  const std::vector<std::int64_t> nodes{0, 2, 3}, landmarks{0, 1, 3};
  const Tensor q{{1}, {-1}, {4}}, k{{5}, {2}, {2}}, v{{7}, {1}, {3}};
  expect_near(landmark_attention(constant(q), constant(k), constant(v), {nodes, landmarks}, 1).value(),
              {{7}, {7}, {2}});
}

TEST(LandmarkAttention, EqualsItsDefinition) {
  for (const std::int64_t heads : {1, 2, 3}) {
    const Tensor q = random_tensor(11, 8 * heads, 1), k = random_tensor(11, 8 * heads, 2),
                 v = random_tensor(11, 5 * heads, 3);
    expect_near(landmark_attention(constant(q), constant(k), constant(v), {kNodes, kLandmarks}, heads).value(),
                dense_cross_attention(q, k, v, kNodes, kLandmarks, heads));
  }
}

TEST(LandmarkAttention, WithEveryNodeALandmarkIsExactSoftmaxAttention) {
  const std::vector<std::int64_t> segments{0, 70, 100};
  const Tensor q = random_tensor(100, 16, 1), k = random_tensor(100, 16, 2), v = random_tensor(100, 16, 3);
  expect_near(landmark_attention(constant(q), constant(k), constant(v), {segments, segments}, 2).value(),
              dense_attention(v, segments, 2, test::softmax_weight(q, k, 2)));
}

TEST(LandmarkAttention, GradientsMatchCentralDifferences) {
  Parameter q(random_tensor(11, 8, 1)), k(random_tensor(11, 8, 2)), v(random_tensor(11, 6, 3));
  const auto output = [&] {
    return landmark_attention(q.variable(), k.variable(), v.variable(), {kNodes, kLandmarks}, 2);
  };
  expect_gradient_matches(q, output);
  expect_gradient_matches(k, output);
  expect_gradient_matches(v, output);
}

TEST(PoolingAttention, EqualsItsDefinitionAlsoInGraphsOfManyParts) {
  const Tensor q = random_tensor(11, 16, 1), k = random_tensor(11, 16, 2), v = random_tensor(11, 10, 3);
  expect_near(pooling_attention(constant(q), constant(k), constant(v), {kNodes, kLandmarks}, 2).value(),
              dense_cross_attention(q, k, v, kLandmarks, kNodes, 2));
  const std::vector<std::int64_t> nodes{0, 5000, 5003}, landmarks{0, 3, 5};
  const Tensor seeds = random_tensor(5, 16, 1), keys = random_tensor(5003, 16, 2), values = random_tensor(5003, 4, 3);
  expect_near(pooling_attention(constant(seeds), constant(keys), constant(values), {nodes, landmarks}, 2).value(),
              dense_cross_attention(seeds, keys, values, landmarks, nodes, 2));
}

TEST(PoolingAttention, GradientsMatchCentralDifferences) {
  Parameter q(random_tensor(11, 8, 1)), k(random_tensor(11, 8, 2)), v(random_tensor(11, 6, 3));
  const auto output = [&] {
    return pooling_attention(q.variable(), k.variable(), v.variable(), {kNodes, kLandmarks}, 2);
  };
  expect_gradient_matches(q, output);
  expect_gradient_matches(k, output);
  expect_gradient_matches(v, output);
}

TEST(PoolingAttention, StaysFiniteForLargeLogits) {
  Tensor q = random_tensor(11, 8, 1), k = random_tensor(11, 8, 2);
  for (float& value : q.values()) {
    value *= 300.0F;
  }
  const Tensor v = random_tensor(11, 8, 3);
  expect_near(pooling_attention(constant(q), constant(k), constant(v), {kNodes, kLandmarks}, 2).value(),
              dense_cross_attention(q, k, v, kLandmarks, kNodes, 2), 1e-3);
}

TEST(NystromProduct, IsTheInverseTimesAVectorOnceConverged) {
  // One graph of three nodes and two landmarks: A = [[p, 1 - p], [1 - r, r]], with logits 0 and log 3 a row.
  const std::vector<std::int64_t> nodes{0, 3}, landmarks{0, 2};
  const float x = std::log(3.0F);
  const Tensor q{{x}, {0}}, k{{1}, {0}}, y{{1}, {0}};
  // A = [[3/4, 1/4], [1/2, 1/2]]; its inverse has the first column (2, -2).
  expect_near(
      nystrom_product(constant(q), constant(k), constant(y), constant(Tensor(3, 1)), {nodes, landmarks}, 1, 10).value(),
      {{2}, {-2}}, 1e-4);
}

TEST(NystromProduct, GradientsMatchCentralDifferencesConvergedOrNot) {
  // The third graph's nodes are its landmarks.
  const std::vector<std::int64_t> nodes{0, 7, 7, 10}, landmarks{0, 4, 4, 7};
  for (const std::int64_t steps : {1, 2, 8}) {
    SCOPED_TRACE(steps);
    Parameter q(random_tensor(7, 8, 1)), k(random_tensor(7, 8, 2)), y(random_tensor(7, 6, 3)),
        exact(random_tensor(10, 6, 4));
    const auto output = [&] {
      return nystrom_product(q.variable(), k.variable(), y.variable(), exact.variable(), {nodes, landmarks}, 2, steps);
    };
    expect_gradient_matches(q, output, 5e-3);
    expect_gradient_matches(k, output, 5e-3);
    expect_gradient_matches(y, output, 5e-3);
    expect_gradient_matches(exact, output, 5e-3);
  }
}

/// A mechanism with heads of 4 columns, and the exact softmax attention with the same weights.
struct Mechanism {
  Mechanism(std::string_view kind, std::int64_t landmarks) {
    Options options(model_info("weft").options);
    options.set("hidden", "8");
    options.set("heads", "2");
    options.set("landmarks", std::to_string(landmarks));
    attention = make_global_attention(kind, options, 0, Random(5));
    attention->list_parameters(list);
  }

  [[nodiscard]] Tensor run(const MessageBlock& graph, const Tensor& h) const {
    Pass pass = Pass::inference();
    return attention->forward(graph, constant(h), pass).value();
  }
  [[nodiscard]] Tensor exact(const MessageBlock& graph, const Tensor& h) const {
    const auto project = [&](std::size_t i, const Tensor& x) {
      return linear(constant(x), list.parameters[i].parameter->variable(), list.parameters[i + 1].parameter->variable())
          .value();
    };
    const Tensor q = project(0, h), k = project(2, h);
    return project(6, dense_attention(project(4, h), graph.segments(), 2, test::softmax_weight(q, k, 2)));
  }

  std::unique_ptr<GlobalAttention> attention;
  ParameterList list;
};

MessageBlock path(NodeId n) {
  std::vector<Edge> edges;
  for (NodeId v = 0; v + 1 < n; ++v) {
    edges.push_back({v, v + 1});
  }
  return MessageBlock(CsrGraph::from_edges(n, edges, {.symmetrize = true}));
}

TEST(NystromAndClusters, AreExactWithAsManyLandmarksAsNodes) {
  const Tensor h = random_tensor(40, 8, 3);
  for (const char* kind : {"nystrom", "clusters"}) {
    SCOPED_TRACE(kind);
    const Mechanism full(kind, 40);
    expect_near(full.run(path(40), h), full.exact(path(40), h), 1e-4);
  }
}

TEST(NystromAttention, ComesNearerToSoftmaxWithMoreLandmarks) {
  // States that change slowly along the path, as neighbors' do.
  Tensor h(64, 8);
  for (std::int64_t i = 0; i < 64; ++i) {
    for (std::int64_t c = 0; c < 8; ++c) {
      h(i, c) = std::sin(0.05F * static_cast<float>(i * (c + 1)));
    }
  }
  double last = 1e30;
  for (const std::int64_t landmarks : {2, 8, 32}) {
    const Mechanism mechanism("nystrom", landmarks);
    const double error = test::largest_difference(mechanism.run(path(64), h), mechanism.exact(path(64), h));
    EXPECT_LT(error, last);
    last = error;
  }
  EXPECT_LT(last, 0.02);
}

TEST(Linformer, WithAssignmentsOfOneNodeEachIsExact) {
  // Landmark l's seed points at node l so strongly that the softmax over nodes picks it.
  Tensor h(6, 8);
  for (std::int64_t i = 0; i < 6; ++i) {
    h(i, i) = 1.0F;
    h(i, 7) = 0.2F * static_cast<float>(i);
  }
  const Mechanism mechanism("linformer", 6);
  for (const std::size_t projection : {8, 9}) {
    Tensor& seeds = mechanism.list.parameters[projection].parameter->mutable_value();
    std::ranges::fill(seeds.values(), 0.0F);
    for (std::int64_t l = 0; l < 6; ++l) {
      seeds(l, l) = 200.0F;
    }
  }
  expect_near(mechanism.run(path(6), h), mechanism.exact(path(6), h), 1e-4);
}

TEST(LowRankAttention, GivesTheSameBitsOnAnyNumberOfThreads) {
  const std::vector<std::int64_t> nodes{0, 6000, 6100}, landmarks{0, 9, 15};
  std::vector<Tensor> outputs, gradients;
  for (const int threads : {1, 2, 4}) {
    with_threads(threads, [&] {
      Parameter k(random_tensor(6100, 16, 1)), q(random_tensor(15, 16, 2));
      const Variable pooled = pooling_attention(q.variable(), k.variable(), k.variable(), {nodes, landmarks}, 2);
      const Variable o = landmark_attention(k.variable(), pooled, pooled, {nodes, landmarks}, 2);
      outputs.push_back(o.value());
      const Gradients all = backward(o, random_tensor(6100, 16, 3));
      gradients.push_back(*all.of(k.variable()));
    });
  }
  EXPECT_TRUE(same_bits(outputs[0], outputs[1]) && same_bits(outputs[0], outputs[2]));
  EXPECT_TRUE(same_bits(gradients[0], gradients[1]) && same_bits(gradients[0], gradients[2]));
}

TEST(LowRankAttention, RefusesShapesThatDoNotFit) {
  const Variable x = constant(Tensor(11, 6)), narrow = constant(Tensor(11, 4));
  const std::vector<std::int64_t> one{0, 11};
  expect_throws<ArgumentError>(
      [&] {
        (void)landmark_attention(x, narrow, x, {kNodes, kLandmarks}, 2);
      },
      "landmarks have shape [11, 4]");
  expect_throws<ArgumentError>(
      [&] {
        (void)pooling_attention(x, x, x, {kNodes, one}, 2);
      },
      "nodes of 4 graphs and landmarks of 1");
  expect_throws<ArgumentError>([&] { (void)nystrom_product(x, x, x, x, {kNodes, kLandmarks}, 2, 0); }, "steps is 0");
}

}  // namespace
}  // namespace weft
