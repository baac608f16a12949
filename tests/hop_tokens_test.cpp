// Hop tokens: what is read at each distance, attention within a node's tokens, and the models made of them.
#include <cmath>
#include <numeric>

#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/layers/hop_features.hpp"
#include "weft/layers/models.hpp"
#include "weft/layers/kernels/token_attention.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::random_tensor;
using test::same_bits;

/// 0 - 1 - 2, 3 alone.
CsrGraph path_and_loner() {
  return CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}}, {.symmetrize = true});
}

Variable constant(Tensor x) {
  return Variable::constant(std::move(x));
}

TEST(HopFeatures, ArePowersOfTheNormalizedMatrix) {
  // One step over the edge between degrees 1 and 2 weighs 1 / sqrt(2), so two steps 1 / 2.
  const float r = 1.0F / std::sqrt(2.0F);
  const std::vector<Tensor> hops = hop_features(MessageBlock(path_and_loner()), Tensor{{2}, {20}, {200}, {7}}, 2);
  ASSERT_EQ(hops.size(), 2U);
  expect_near(hops[0], Tensor{{20 * r}, {202 * r}, {20 * r}, {0}});
  expect_near(hops[1], Tensor{{101}, {20}, {101}, {0}});
  EXPECT_TRUE(hop_features(MessageBlock(path_and_loner()), Features(), 2).empty());
}

TEST(TokenAttention, IsSoftmaxOverTheTokensOfTheNode) {
  // Two nodes with two tokens; the first attends evenly, the second to its second token alone.
  const Tensor q{{0}, {0}, {100}, {100}}, k{{5}, {9}, {0}, {1}}, v{{2}, {4}, {6}, {8}};
  expect_near(token_attention(constant(q), constant(k), constant(v), 2, 1).value(), Tensor{{3}, {3}, {8}, {8}});
}

TEST(TokenReadout, AddsTheOtherTokensByTheirScores) {
  // Node 0: even scores; node 1: its last token only. Scores of first tokens are not read.
  const Tensor tokens{{1}, {10}, {20}, {2}, {30}, {40}}, score{{50}, {3}, {3}, {50}, {-90}, {10}};
  expect_near(token_readout(constant(tokens), constant(score), 3).value(), Tensor{{16}, {42}});
}

TEST(Tokens, HaveTheGradientOfDifferences) {
  Parameter q(random_tensor(6, 4, 1)), k(random_tensor(6, 4, 2)), v(random_tensor(6, 4, 3)),
      score(random_tensor(6, 1, 4));
  const auto attend = [&] { return token_attention(q.variable(), k.variable(), v.variable(), 3, 2); };
  const auto read = [&] { return token_readout(q.variable(), score.variable(), 3); };
  const auto interleave = [&] {
    const Variable tokens[] = {q.variable(), k.variable()};
    return interleave_tokens(tokens);
  };
  for (Parameter* p : {&q, &k, &v}) {
    expect_gradient_matches(*p, attend, 5e-3);
  }
  for (Parameter* p : {&q, &score}) {
    expect_gradient_matches(*p, read, 5e-3);
  }
  for (Parameter* p : {&q, &k}) {
    expect_gradient_matches(*p, interleave, 5e-3);
  }
}

TEST(Tokens, RefuseOtherShapes) {
  const Variable x = constant(Tensor(6, 4)), y = constant(Tensor(6, 3));
  expect_throws<ArgumentError>([&] { (void)token_attention(x, x, x, 4, 1); }, "6 rows are not 4 tokens");
  expect_throws<ArgumentError>([&] { (void)token_attention(x, y, x, 3, 1); }, "k [6, 3]");
  expect_throws<ArgumentError>([&] { (void)token_attention(x, x, x, 3, 3); }, "cannot be cut into 3 heads");
  expect_throws<ArgumentError>([&] { (void)token_readout(x, y, 3); }, "score has shape [6, 3]");
  const Variable mixed[] = {x, y};
  expect_throws<ArgumentError>([&] { (void)interleave_tokens(mixed); }, "[6, 4] and [6, 3] differ");
}

TEST(HopModels, ReadPreparedHopsAsTheyReadThoseTheyMake) {
  const MessageBlock block(grid(6, 5));
  const Features x = random_tensor(30, 4, 1);
  for (const char* name : {"sign", "nagphormer"}) {
    SCOPED_TRACE(name);
    const Options options(model_info(name).options);
    const auto model = make_model(name, shape_for(x, 2), options, Random(3));
    const std::vector<Tensor> hops = hop_features(block, x, options.integer("hops"));
    NodeInput input(x);
    input.hops = hops;
    // Prepared hops are all that is read of the graph.
    const MessageBlock no_edges(CsrGraph::from_edges(30, {}));
    Pass pass = Pass::inference();
    EXPECT_TRUE(
        same_bits(model->forward(no_edges, input, pass).logits.value(), model->forward(block, x, pass).logits.value()));
    input.hops = std::span(hops).first(2);
    expect_throws<ArgumentError>([&] { (void)model->forward(block, input, pass); }, "made for 3 hops, given 2");
    const std::vector<Tensor> wrong(3, Tensor(30, 3));
    input.hops = wrong;
    expect_throws<ArgumentError>([&] { (void)model->forward(block, input, pass); }, "shape [30, 3], expected [30, 4]");
  }
}

TEST(HopModels, ReadAsFarAsTheirHops) {
  std::vector<Edge> edges;
  for (NodeId v = 0; v < 9; ++v) {
    edges.push_back({v, v + 1});
  }
  const MessageBlock path(CsrGraph::from_edges(10, edges, {.symmetrize = true}));
  const Features x = random_tensor(10, 4, 1);
  Tensor moved = std::get<Tensor>(x);
  moved(9, 0) += 1.0F;
  const Features changed = std::move(moved);
  for (const char* name : {"sign", "nagphormer"}) {
    SCOPED_TRACE(name);
    Options options(model_info(name).options);
    options.set("hops", "4");
    const auto model = make_model(name, shape_for(x, 2), options, Random(3));
    Pass pass = Pass::inference();
    const Tensor y = model->forward(path, x, pass).logits.value(),
                 z = model->forward(path, changed, pass).logits.value();
    for (std::int64_t v = 0; v < 10; ++v) {
      EXPECT_EQ(y(v, 0) == z(v, 0), v < 5) << "node " << v;
    }
  }
}

}  // namespace
}  // namespace weft
