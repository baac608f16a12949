// The model of graph codes: its two forms, its loss, and what is drawn from it.
#include "weft/generation/sequence_model.hpp"

#include "tests/support.hpp"
#include "tests/typed_graphs.hpp"
#include "weft/core/parallel.hpp"
#include "weft/generation/graph_sampler.hpp"
#include "weft/generation/sequence_loss.hpp"
#include "weft/generation/sequence_recurrence.hpp"
#include "weft/graph/generators.hpp"
#include "weft/tensor/losses.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::is_plane;
using test::same_bits;

std::vector<TypedGraph> some_graphs() {
  std::vector<TypedGraph> graphs;
  for (std::uint64_t i = 0; i < 6; ++i) {
    graphs.push_back(plain_graph(
        rmat({.num_nodes = 6 + 7 * static_cast<std::int64_t>(i), .num_edges = 60, .undirected = true, .seed = i})));
  }
  return graphs;
}

CodeVocabulary vocabulary_of(const std::vector<TypedGraph>& graphs, bool sees_neighborhood = false) {
  return {graphs, {.sees_neighborhood = sees_neighborhood, .passes = 20}, Random(1)};
}

SequenceModel model_for(const CodeVocabulary& vocabulary, std::int64_t properties = 0) {
  return {{.input_categories = vocabulary.input_categories(),
           .vocabulary = vocabulary.size(),
           .properties = properties,
           .clue_features = vocabulary.num_clue_features()},
          {.hidden = 32, .layers = 2, .heads = 4},
          Random(5)};
}

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

TEST(GraphSampler, DrawsWholeGraphsFromAnUntrainedModel) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs);
  const SequenceModel model = model_for(vocabulary);
  const std::vector<SampledGraph> samples = sample_graphs(model, vocabulary, 300, {.seed = 3});
  ASSERT_EQ(samples.size(), 300U);
  for (const SampledGraph& sample : samples) {
    ASSERT_TRUE(sample.is_whole);
    ASSERT_LE(sample.graph.num_nodes(), vocabulary.max_nodes());
    ASSERT_LT(sample.log_likelihood, 0.0);
    (void)TypedNeighbors(sample.graph);
  }
}

TEST(GraphSampler, DrawsTheSameWhateverTheNumberOfThreads) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs, true);
  const SequenceModel model = model_for(vocabulary);
  std::vector<SampledGraph> one, two;
  with_threads(1, [&] { one = sample_graphs(model, vocabulary, 1200, {.seed = 8}); });
  with_threads(2, [&] { two = sample_graphs(model, vocabulary, 1200, {.seed = 8}); });
  for (std::size_t i = 0; i < one.size(); ++i) {
    ASSERT_EQ(one[i].graph.edges, two[i].graph.edges) << i;
    ASSERT_EQ(one[i].log_likelihood, two[i].log_likelihood) << i;
  }
  const std::vector<SampledGraph> other = sample_graphs(model, vocabulary, 1200, {.seed = 9});
  EXPECT_FALSE(
      std::ranges::equal(one, other, [](const auto& a, const auto& b) { return a.graph.edges == b.graph.edges; }));
}

TEST(GraphSampler, TellsTheModelOfTheNeighborhoodAsTrainingDoes) {
  // The chance of a drawn graph's own code, seen by the training form, is that with which it was drawn.
  const std::vector<TypedGraph> graphs = {{{0, 0, 0, 0}, {{0, 1, 1}, {1, 2, 1}, {2, 3, 1}, {3, 0, 1}, {0, 2, 1}}}};
  const CodeVocabulary vocabulary = vocabulary_of(graphs, true);
  const SequenceModel model = model_for(vocabulary);
  std::int64_t compared = 0;
  for (const SampledGraph& sample : sample_graphs(model, vocabulary, 100, {.seed = 2})) {
    const SequenceItem item{.graph = &sample.graph, .random = Random(1)};
    if (!vocabulary.write(sample.graph, item.random).has_value() || sample.graph.edges.size() != 3 ||
        sample.graph.num_nodes() != 3) {
      continue;
    }
    // A triangle has one code only.
    const SequenceBatch batch = make_sequence_batch(vocabulary, std::span(&item, 1));
    Pass pass = Pass::inference();
    EXPECT_NEAR(sequence_loss(model.forward(batch, pass), batch, 0.0F).masked_nats, -sample.log_likelihood, 1e-4);
    ++compared;
  }
  EXPECT_GT(compared, 0);
}

TEST(GraphSampler, DrawsWithTheChancesOfTheModel) {
  // One kind of node and no rings: the first token is certain; the share of single nodes is the chance of the end.
  const std::vector<TypedGraph> graphs = {{{0}, {}}, {{0, 0}, {{0, 1, 1}}}};
  const CodeVocabulary vocabulary(graphs, {}, Random(1));
  const SequenceModel model = model_for(vocabulary);
  const SequenceItem item{.graph = &graphs[0], .random = Random(1)};
  const SequenceBatch batch = make_sequence_batch(vocabulary, std::span(&item, 1));
  // log p(single node) is minus the masked loss of its code.
  Pass pass = Pass::inference();
  const double chance = std::exp(-sequence_loss(model.forward(batch, pass), batch, 0.0F).masked_nats);
  const std::int64_t count = 20000;
  std::int64_t singles = 0;
  for (const SampledGraph& sample : sample_graphs(model, vocabulary, count, {.seed = 1})) {
    singles += sample.graph.num_nodes() == 1 ? 1 : 0;
    ASSERT_NEAR(sample.log_likelihood, std::log(sample.graph.num_nodes() == 1 ? chance : 1.0 - chance), 1e-4);
  }
  // Four standard deviations.
  EXPECT_NEAR(static_cast<double>(singles) / count, chance, 4.0 * std::sqrt(chance * (1.0 - chance) / count));
}

TEST(GraphSampler, KeepsToConstraints) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs);
  const SequenceModel model = model_for(vocabulary);
  for (const SampledGraph& sample :
       sample_graphs(model, vocabulary, 60, {.seed = 3, .constraint = make_graph_constraint("planar")})) {
    ASSERT_TRUE(is_plane(sample.graph));
  }
}

TEST(GraphSampler, FinishesDeepGraphsThatMayNotCloseRings) {
  // A path as large as any graph may be: only rings are left, which a tree must not close.
  TypedGraph path{std::vector<std::int32_t>(320, 0), {}};
  for (NodeId v = 1; v < 320; ++v) {
    path.edges.push_back({v - 1, v, 1});
  }
  TypedGraph ring = path;
  ring.edges.push_back({319, 0, 1});
  const CodeVocabulary vocabulary(std::vector<TypedGraph>{ring}, {.capacity = {4}, .passes = 20}, Random(1));
  const SequenceModel model = model_for(vocabulary);
  for (const char* constraint : {"none", "tree"}) {
    const SamplingOptions options{.seed = 1, .constraint = make_graph_constraint(constraint), .beginning = path};
    std::int64_t long_rings = 0;
    for (const SampledGraph& sample : sample_graphs(model, vocabulary, 60, options)) {
      ASSERT_TRUE(sample.is_whole);
      // Nodes have the numbers of their grows; the walk leads down from its first node in two branches at most.
      for (const TypedEdge& edge : sample.graph.edges) {
        long_rings += edge.a > edge.b + kNearLevels ? 1 : 0;
      }
    }
    EXPECT_EQ(long_rings > 0, options.constraint == nullptr);
  }
}

TEST(GraphSampler, BeginsWithTheGraphGiven) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs);
  const SequenceModel model = model_for(vocabulary);
  const TypedGraph square{{0, 0, 0, 0}, {{0, 1, 1}, {1, 2, 1}, {2, 3, 1}, {3, 0, 1}}};
  for (const SampledGraph& sample : sample_graphs(model, vocabulary, 50, {.seed = 3, .beginning = square})) {
    ASSERT_GE(sample.graph.num_nodes(), 4);
    // The first four nodes are a ring, in the order of a walk around it; a chord may have been added since.
    std::int64_t among_first = 0;
    for (const TypedEdge& edge : sample.graph.edges) {
      among_first += edge.a < 4 && edge.b < 4 ? 1 : 0;
    }
    ASSERT_EQ(among_first, 4);
  }
  expect_throws<ArgumentError>(
      [&] {
        (void)sample_graphs(model, vocabulary, 1, {.beginning = TypedGraph{{7}, {}}});
      },
      "beginning");
}

TEST(GraphSampler, GuidanceOfZeroIsTheWishAlone) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs);
  const SequenceModel model = model_for(vocabulary, 1);
  const auto edges_of_first = [&](std::vector<float> wish, double guidance) {
    return sample_graphs(model, vocabulary, 1, {.seed = 4, .properties = std::move(wish), .guidance = guidance})[0]
        .graph.edges;
  };
  const float unknown = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(edges_of_first({}, 0.0), edges_of_first({unknown}, 3.0)) << "no wish, however strong, changes nothing";
  EXPECT_NE(edges_of_first({-40.0F}, 0.0), edges_of_first({40.0F}, 0.0));
  expect_throws<ArgumentError>([&] { (void)edges_of_first({1.0F, 2.0F}, 0.0); }, "properties");
}

}  // namespace
}  // namespace weft
