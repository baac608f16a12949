// Attention within the tokens of a node, and what is read out of them.
#include "weft/layers/kernels/token_attention.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace weft {
namespace {

using test::constant;
using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::random_tensor;

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

}  // namespace
}  // namespace weft
