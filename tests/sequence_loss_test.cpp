// The loss of sequences over what may follow.
#include "weft/generation/sequence_loss.hpp"

#include <limits>
#include <vector>

#include "tests/support.hpp"
#include "weft/tensor/losses.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_throws;

/// Three rows over four tokens: all may follow the first, 1 and 2 the second, 3 alone the last.
SequenceBatch small_batch() {
  SequenceBatch batch;
  batch.inputs.rows = 3;
  batch.segments = {0, 3};
  batch.targets = {0, 2, 3};
  batch.masks = {0b1111, 0b0110, 0b1000};
  batch.mask_words = 1;
  return batch;
}

TEST(SequenceLoss, CountsOnlyWhatMayFollow) {
  // Equal logits: 4, 2 and 1 tokens to choose from, and always 4 without the mask.
  const SequenceBatch batch = small_batch();
  const Variable logits = Variable::constant(Tensor(3, 4));
  const SequenceLoss masked = sequence_loss(logits, batch, 0.0F), full = sequence_loss(logits, batch, 1.0F);
  const double nats = std::log(4.0) + std::log(2.0);
  EXPECT_NEAR(masked.loss.value()(0, 0), nats / 3.0, 1e-6);
  EXPECT_NEAR(masked.masked_nats, nats, 1e-6);
  EXPECT_NEAR(full.loss.value()(0, 0), std::log(4.0), 1e-6);
  EXPECT_NEAR(full.masked_nats, nats, 1e-6);
}

TEST(SequenceLoss, WithoutTheMaskIsCrossEntropy) {
  const Variable logits = Variable::constant(test::random_tensor(3, 4, 2));
  const SequenceBatch batch = small_batch();
  const std::vector<std::int64_t> labels = {0, 2, 3}, rows = {0, 1, 2};
  EXPECT_NEAR(sequence_loss(logits, batch, 1.0F).loss.value()(0, 0), cross_entropy(logits, labels, rows).value()(0, 0),
              1e-6);
}

TEST(SequenceLoss, HasTheGradientOfItsFormula) {
  Parameter logits(test::random_tensor(3, 4, 2));
  const SequenceBatch batch = small_batch();
  for (const float share : {0.0F, 0.4F, 1.0F}) {
    expect_gradient_matches(logits, [&] { return sequence_loss(logits.variable(), batch, share).loss; });
  }
}

TEST(SequenceLoss, RefusesTargetsThatMayNotFollow) {
  SequenceBatch batch = small_batch();
  batch.targets[1] = 3;
  expect_throws<ArgumentError>([&] { (void)sequence_loss(Variable::constant(Tensor(3, 4)), batch, 0.0F); },
                               "row 1 is followed by token 3");
}

}  // namespace
}  // namespace weft
