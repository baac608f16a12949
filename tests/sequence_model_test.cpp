// The model of graph codes in its two forms.
#include "weft/generation/sequence_model.hpp"

#include <gtest/gtest.h>

#include "tests/sequence_models.hpp"
#include "tests/support.hpp"
#include "weft/generation/sequence_loss.hpp"
#include "weft/generation/sequence_recurrence.hpp"

namespace weft {
namespace {

using test::expect_near;
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

}  // namespace
}  // namespace weft
