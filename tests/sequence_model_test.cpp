// The model of graph codes: its two forms and its loss.
#include "weft/generation/sequence_model.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "tests/sequence_models.hpp"
#include "tests/support.hpp"
#include "weft/generation/sequence_loss.hpp"
#include "weft/generation/sequence_recurrence.hpp"
#include "weft/tensor/losses.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::model_for;
using test::some_graphs;
using test::vocabulary_of;

SequenceBatch batch_of(const CodeVocabulary& vocabulary, const std::vector<TypedGraph>& graphs) {
  std::vector<SequenceItem> items;
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    items.push_back({.graph = &graphs[i], .random = Random(i)});
  }
  return make_sequence_batch(vocabulary, items);
}

Tensor logits_of(const SequenceModel& model, const SequenceBatch& batch) {
  Pass pass = Pass::inference();
  return model.forward(batch, pass).value();
}

/// What the recurrent form says at each row of a batch.
Tensor recurrent_logits_of(const SequenceModel& model, const SequenceBatch& batch) {
  const std::int64_t lanes = batch.num_sequences(), width = batch.inputs.cols();
  const SequenceRecurrence recurrence(model);
  SequenceLanes recurrent(recurrence, lanes);
  Tensor logits(batch.rows(), model.shape().vocabulary);
  for (std::int64_t step = 0;; ++step) {
    bool is_over = true;
    for (std::int64_t s = 0; s < lanes; ++s) {
      // A sequence that is over reads its last token again, which changes no other lane.
      const std::int64_t row = std::min(batch.segments[s] + step, batch.segments[s + 1] - 1);
      is_over = is_over && batch.segments[s] + step >= batch.segments[s + 1];
      std::copy_n(batch.inputs.values.data() + row * width, width, recurrent.inputs(s).begin());
      TokenClues& clues = recurrent.clues(s);
      clues.clear();
      for (std::int64_t c = batch.clues.first[row]; c < batch.clues.first[row + 1]; ++c) {
        clues.add(batch.clues.tokens[c],
                  std::span(batch.clues.features).subspan(c * TokenClues::kFeatures, TokenClues::kFeatures));
      }
      clues.end_row();
    }
    if (is_over) {
      return logits;
    }
    recurrent.step(lanes);
    for (std::int64_t s = 0; s < lanes; ++s) {
      if (batch.segments[s] + step < batch.segments[s + 1]) {
        std::ranges::copy(recurrent.logits(s), logits.row(batch.segments[s] + step).begin());
      }
    }
  }
}

TEST(SequenceModel, SaysTheSameATokenAtATimeAsAllAtOnce) {
  const std::vector<TypedGraph> graphs = some_graphs();
  for (const bool sees_neighborhood : {false, true}) {
    const CodeVocabulary vocabulary = vocabulary_of(graphs, sees_neighborhood);
    const SequenceModel model = model_for(vocabulary);
    // Sequences of a few tokens and of more than two chunks of the scan.
    const SequenceBatch batch = batch_of(vocabulary, graphs);
    ASSERT_GT(batch.segments.back() - batch.segments[batch.segments.size() - 2], 65);
    ASSERT_EQ(!batch.clues.tokens.empty(), sees_neighborhood);
    expect_near(recurrent_logits_of(model, batch), logits_of(model, batch), 1e-5);
  }
}

TEST(SequenceModel, ReadsEachSequenceAsIfItWereAlone) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs);
  const SequenceModel model = model_for(vocabulary);
  const Tensor together = logits_of(model, batch_of(vocabulary, graphs));
  const SequenceItem last{.graph = &graphs.back(), .random = Random(graphs.size() - 1)};
  const Tensor alone = logits_of(model, make_sequence_batch(vocabulary, std::span(&last, 1)));
  Tensor tail = Tensor::uninitialized(alone.shape());
  std::copy_n(together.row(together.rows() - alone.rows()).data(), alone.size(), tail.data());
  expect_near(alone, tail, 1e-6);
}

TEST(SequenceModel, NeverLooksAhead) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs, true);
  const SequenceModel model = model_for(vocabulary);
  SequenceBatch batch = batch_of(vocabulary, {graphs.back()});
  const Tensor before = logits_of(model, batch);
  const std::int64_t changed = batch.rows() / 2;
  batch.inputs.values[static_cast<std::size_t>(changed * vocabulary.num_inputs())] ^= 1;
  const Tensor after = logits_of(model, batch);
  for (std::int64_t i = 0; i < changed; ++i) {
    ASSERT_TRUE(std::ranges::equal(before.row(i), after.row(i))) << "row " << i;
  }
  EXPECT_FALSE(std::ranges::equal(before.row(changed), after.row(changed)));
}

TEST(SequenceModel, LearnsThroughAllOfItsParameters) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs, true);
  SequenceModel model = model_for(vocabulary, 2);
  std::vector<float> properties = {0.5F, std::numeric_limits<float>::quiet_NaN()};
  const SequenceItem item{.graph = &graphs[3], .random = Random(1), .properties = properties};
  const SequenceBatch batch = make_sequence_batch(vocabulary, std::span(&item, 1));
  Pass pass = Pass::train(Random(1));
  const SequenceLoss loss = sequence_loss(model.forward(batch, pass), batch, 0.3F);
  Gradients gradients = backward(loss.loss);
  ParameterList list;
  model.list_parameters(list);
  for (const NamedParameter& p : list.parameters) {
    const Tensor* gradient = gradients.of(p.parameter->variable());
    ASSERT_NE(gradient, nullptr) << p.name;
    EXPECT_TRUE(std::ranges::any_of(gradient->values(), [](float x) { return x != 0.0F; })) << p.name;
  }
}

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
